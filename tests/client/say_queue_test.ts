import { assert, assertEquals } from "@std/assert";
import {
  ByteReader,
  decodeMessage,
  encodedMessage,
  type MessageId,
  type Say,
} from "../../lib/codec/mod.ts";
import { maxDatagramPlaintextBytes } from "../../lib/crypto/mod.ts";
import { SayQueue, type SayTransmission, type UnsignedSay } from "../../lib/client/say_queue.ts";
import {
  firstRepeatMs,
  maxDatagramTries,
  maxQueuedBytes,
  maxSaysInFlight,
  maxTextBytes,
} from "../../lib/limits.ts";
import { say } from "../testing/says.ts";

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
    const pause = firstRepeatMs * 2 ** tries;
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
  assertEquals(queue.nextTransmissionAt, 10_000 + firstRepeatMs);
});

Deno.test("SayQueue.transmit() repeats only what is not settled yet", () => {
  const queue = queueOf("a", "b", "c");
  queue.transmit(0, true);
  queue.settle(2n);
  add(queue, 4n);
  assertEquals(summary(queue.transmit(firstRepeatMs, true)), "udp 1 3");
});

Deno.test("SayQueue.transmit() goes over TCP where UDP is down, at once and without repeats", () => {
  const queue = queueOf("a", "b");
  assertEquals(summary(queue.transmit(0, false)), "tcp 1 2");
  assertEquals(queue.nextTransmissionAt, undefined);
});

Deno.test("SayQueue.transmit() goes over to TCP where UDP fails under way", () => {
  const queue = queueOf("a");
  queue.transmit(0, true);
  assertEquals(summary(queue.transmit(firstRepeatMs, false)), "tcp 1");
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
  assertEquals(queue.nextTransmissionAt, 10_000 + firstRepeatMs);
});

Deno.test("SayQueue.clear() takes everything out", () => {
  const queue = queueOf("a", "b".repeat(2_000));
  queue.transmit(0, true);
  assertEquals(queue.clear().map(({ say }) => say.id), [1n, 2n]);
  assertEquals(queue.size, 0);
  assertEquals(queue.transmit(1e9, true), undefined);
});
