import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ByteReader,
  decodeMessage,
  encodedMessage,
  type MessageId,
  type Say,
} from "../../lib/codec/mod.ts";
import { maxDatagramPlaintextBytes } from "../../lib/crypto/mod.ts";
import {
  repeatPauseMs,
  SayQueue,
  type SayTransmission,
  type UnsignedSay,
} from "../../lib/client/say_queue.ts";
import {
  firstRepeatMs,
  lazyMs,
  maxDatagramTries,
  maxQueuedBytes,
  maxRoundMs,
  maxSaysInFlight,
  maxTextBytes,
} from "../../lib/limits.ts";
import { say } from "../testing/says.ts";

const longestMs = firstRepeatMs.longest;

function queueOf(...texts: (string | undefined)[]): SayQueue {
  const queue = new SayQueue(unsigned);
  texts.forEach((text, i) => add(queue, BigInt(i + 1), text));
  return queue;
}

/** What a message is while its signature doesn't matter. */
function unsigned(say: UnsignedSay): Say {
  return { kind: "say", signature: new Uint8Array(), ...say };
}

function add(queue: SayQueue, id: MessageId, text?: string): void {
  queue.add({ say: say(id, text), resolve: () => {}, reject: () => {} });
}

/** The ids in a transmission, behind the transport that it wants. */
function summary(transmission: SayTransmission | undefined): string {
  if (!transmission) return "nothing";
  if (transmission.transport === "tcp") {
    return `tcp ${transmission.says.map(({ id }) => id).join(" ")}`;
  }
  assert(transmission.plaintext.length <= maxDatagramPlaintextBytes);
  const ids: MessageId[] = [];
  const reader = new ByteReader(transmission.plaintext);
  while (reader.remaining > 0) {
    const message = decodeMessage(reader);
    assert(message.kind === "say");
    ids.push(message.id);
  }
  return `udp ${ids.join(" ")}`;
}

Deno.test("SayQueue.transmit() gives nothing where nothing waits", () => {
  const queue = queueOf();
  assertEquals(queue.nextTransmissionAt, undefined);
  assertEquals(queue.transmit(0, true), undefined);
});

Deno.test("SayQueue.transmit() puts as many messages as fit into one datagram", () => {
  const queue = queueOf(...Array.from({ length: 20 }, () => "a".repeat(100)));
  assertEquals(summary(queue.transmit(0, true)), "udp 1 2 3 4 5 6 7 8 9");
});

Deno.test("SayQueue.transmit() sends the next batch when the last one is settled", () => {
  const queue = queueOf("a".repeat(1_000), "b".repeat(1_000), "c");
  assertEquals(summary(queue.transmit(0, true)), "udp 1");
  assertEquals(summary(queue.transmit(1, true)), "nothing");
  add(queue, 4n);
  assertEquals(summary(queue.transmit(1, true)), "nothing");
  queue.settle(1n);
  assertEquals(summary(queue.transmit(2, true)), "udp 2 3 4");
});

Deno.test("SayQueue.transmit() repeats with doubling pauses, then goes over TCP for good", () => {
  const queue = queueOf("a", "b");
  let now = 0;
  for (let tries = 0; tries < maxDatagramTries; tries++) {
    assertEquals(summary(queue.transmit(now, true)), "udp 1 2");
    const pause = longestMs * 2 ** tries;
    assertEquals(queue.nextTransmissionAt, now + pause);
    assertEquals(summary(queue.transmit(now + pause - 1, true)), "nothing");
    now += pause;
  }
  assertEquals(summary(queue.transmit(now, true)), "tcp 1 2");
  assertEquals(queue.nextTransmissionAt, undefined);
  assertEquals(summary(queue.transmit(1e9, true)), "nothing");
});

Deno.test("SayQueue.transmit() begins with UDP again after a batch that needed TCP", () => {
  const queue = queueOf("a");
  for (let now = 0; now < 10_000; now += 100) queue.transmit(now, true);
  queue.settle(1n);
  add(queue, 2n);
  assertEquals(summary(queue.transmit(10_000, true)), "udp 2");
  assertEquals(queue.nextTransmissionAt, 10_000 + longestMs);
});

Deno.test("SayQueue.transmit() repeats what is not settled yet, and takes along what fits behind it", () => {
  const queue = queueOf("a", "b", "c");
  queue.transmit(0, true);
  queue.settle(2n);
  add(queue, 4n);
  add(queue, 5n, "a".repeat(1_080));
  add(queue, 6n);
  assertEquals(summary(queue.transmit(longestMs, true)), "udp 1 3 4");
  for (const id of [1n, 3n, 4n]) queue.settle(id);
  assertEquals(summary(queue.transmit(longestMs, true)), "udp 5 6");
});

Deno.test("SayQueue.transmit() takes along what waits where a repeat goes over TCP", () => {
  const queue = queueOf("a");
  queue.transmit(0, true);
  add(queue, 2n, "b".repeat(2_000));
  add(queue, 3n);
  assertEquals(summary(queue.transmit(longestMs, false)), "tcp 1 2 3");
});

Deno.test("SayQueue.transmit() doubles whatever pause it is given, until its tries are over", () => {
  const queue = queueOf("a");
  const times: number[] = [];
  let transmission: SayTransmission | undefined;
  for (let now = 0; transmission?.transport !== "tcp"; now = queue.nextTransmissionAt ?? now) {
    transmission = queue.transmit(now, true, 40);
    times.push(now);
  }
  assertEquals(times, [0, 40, 120, 280, 600]);
});

Deno.test("SayQueue keeps an author's order, whatever is lost, doubled or overtaken, and however it is numbered", () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant("say"), bytes: fc.constantFrom(1, 400, 1_500) }),
    fc.record({ does: fc.constant("wait"), ms: fc.integer({ min: 1, max: 300 }) }),
    /** One of the datagrams that left so far arrives at the server, perhaps once more. */
    fc.record({ does: fc.constant("arrive"), which: fc.nat() }),
    fc.record({ does: fc.constant("number"), which: fc.nat() }),
  );
  const property = fc.property(fc.array(step, { maxLength: 120 }), fc.boolean(), (steps, isUp) => {
    const queue = queueOf();
    const sent: bigint[][] = [];
    const overTcp: bigint[][] = [];
    const numbered: bigint[] = [];
    let [now, said] = [0, 0n];
    const arrive = (ids: bigint[]) => {
      for (const id of ids) if (!numbered.includes(id)) numbered.push(id);
    };
    const pump = () => {
      for (let t = queue.transmit(now, isUp, 40); t; t = queue.transmit(now, isUp, 40)) {
        const ids = summary(t).split(" ").slice(1).map(BigInt);
        (t.transport === "tcp" ? overTcp : sent).push(ids);
      }
    };
    for (const { does, ...what } of steps) {
      if ("bytes" in what) add(queue, ++said, "a".repeat(what.bytes));
      else if ("ms" in what) now += what.ms;
      else if (does === "arrive") {
        if (what.which % 3 === 0 && overTcp.length > 0) arrive(overTcp.shift()!);
        else if (sent.length > 0) arrive(sent[what.which % sent.length]!);
      } else if (numbered.length > 0) queue.settle(numbered[what.which % numbered.length]!);
      pump();
    }
    for (let i = 0; queue.size > 0; i++) {
      assert(i < 1_000, "never done");
      now = Math.max(now, queue.nextTransmissionAt ?? now);
      pump();
      for (const ids of [...sent.slice(-1), ...overTcp.splice(0)]) arrive(ids);
      for (const id of numbered) queue.settle(id);
    }
    assertEquals(numbered, Array.from({ length: Number(said) }, (_, i) => BigInt(i + 1)));
  });
  fc.assert(property, { seed: 12, numRuns: 500 });
});

const pauses = [
  { name: "nothing measured", roundTripMs: undefined, members: 5, ms: longestMs },
  { name: "a near server", roundTripMs: 1, members: 5, ms: firstRepeatMs.shortest },
  { name: "one abroad", roundTripMs: 50, members: 20, ms: 100 + 2 + lazyMs },
  { name: "a crowd", roundTripMs: 50, members: 10_000, ms: 100 + maxRoundMs + lazyMs },
  { name: "the other side of the world", roundTripMs: 400, members: 20, ms: longestMs },
];

for (const { name, roundTripMs, members, ms } of pauses) {
  Deno.test(`repeatPauseMs() follows the round trip: ${name}`, () => {
    assertEquals(repeatPauseMs(roundTripMs, members), ms);
  });
}

Deno.test("SayQueue.transmit() goes over TCP where UDP is down, at once and without repeats", () => {
  const queue = queueOf("a", "b");
  assertEquals(summary(queue.transmit(0, false)), "tcp 1 2");
  assertEquals(queue.nextTransmissionAt, undefined);
});

Deno.test("SayQueue.transmit() goes over to TCP where UDP fails under way", () => {
  const queue = queueOf("a");
  queue.transmit(0, true);
  assertEquals(summary(queue.transmit(longestMs, false)), "tcp 1");
});

Deno.test("SayQueue.transmit() sends a text too long for a datagram over TCP, in its turn", () => {
  const queue = queueOf("a", "b".repeat(2_000), "c");
  assertEquals(summary(queue.transmit(0, true)), "udp 1");
  queue.settle(1n);
  assertEquals(summary(queue.transmit(1, true)), "tcp 2 3");
});

Deno.test("SayQueue.transmit() sends over TCP no more than maxSaysInFlight at a time", () => {
  const queue = queueOf(...Array.from({ length: 100 }, () => "a"));
  const first = queue.transmit(0, false);
  assert(first?.transport === "tcp");
  assertEquals(first.says.length, maxSaysInFlight);
  for (const { id } of first.says) queue.settle(id);
  const second = queue.transmit(0, false);
  assert(second?.transport === "tcp");
  assertEquals(second.says.length, 100 - maxSaysInFlight);
});

Deno.test("SayQueue.transmit() sends no more long texts at a time than a link takes", () => {
  const queue = queueOf(...Array.from({ length: maxSaysInFlight }, () => "a".repeat(maxTextBytes)));
  let count = 0;
  while (count < maxSaysInFlight) {
    const batch = queue.transmit(0, false);
    assert(batch?.transport === "tcp");
    const bytes = batch.says.reduce((sum, say) => sum + encodedMessage(say).length, 0);
    assert(bytes < maxQueuedBytes / 2, `${bytes} bytes at once`);
    count += batch.says.length;
    for (const { id } of batch.says) queue.settle(id);
  }
  assertEquals(queue.size, 0);
});

Deno.test("SayQueue.settle() answers each message once, and for none that it doesn't know", () => {
  const queue = queueOf("a");
  assertEquals(queue.settle(1n)?.say.text, "a");
  assertEquals(queue.settle(1n), undefined);
  assertEquals(queue.settle(9n), undefined);
  assertEquals(queue.size, 0);
  assertEquals(queue.nextTransmissionAt, undefined);
});

Deno.test("SayQueue.settle() of a message that has not left keeps it from leaving", () => {
  const queue = queueOf("a".repeat(1_000), "b".repeat(1_000));
  queue.transmit(0, true);
  queue.settle(2n);
  queue.settle(1n);
  assertEquals(summary(queue.transmit(0, true)), "nothing");
});

Deno.test("SayQueue.restart() sends everything again, in order, with all its tries", () => {
  const queue = queueOf("a", "b");
  for (let now = 0; now < 10_000; now += 100) queue.transmit(now, true);
  add(queue, 3n);
  queue.restart();
  assertEquals(summary(queue.transmit(10_000, true)), "udp 1 2 3");
  assertEquals(queue.nextTransmissionAt, 10_000 + longestMs);
});

Deno.test("SayQueue.clear() takes everything out", () => {
  const queue = queueOf("a", "b".repeat(2_000));
  queue.transmit(0, true);
  assertEquals(queue.clear().map(({ say }) => say.id), [1n, 2n]);
  assertEquals(queue.size, 0);
  assertEquals(queue.transmit(1e9, true), undefined);
});
