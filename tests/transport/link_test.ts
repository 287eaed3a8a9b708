import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Message } from "../../lib/codec/mod.ts";
import { maxFramePlaintextBytes } from "../../lib/crypto/mod.ts";
import { lazyMs } from "../../lib/limits.ts";
import type { Link, LinkEnd } from "../../lib/transport/mod.ts";
import { linkPair } from "../testing/link_pair.ts";
import { settled } from "../testing/turns.ts";

const ping: Message = { kind: "ping" };
const nothing = new Uint8Array();

function received(delivery: number): Message {
  return { kind: "received", delivery };
}

function told(delivery: number, envelopeBytes: number): Message {
  const envelope = new Uint8Array(envelopeBytes).fill(delivery);
  return { kind: "told", delivery, from: "bia", id: BigInt(delivery), envelope };
}

/** Everything that arrives on a link, and how it ends. */
function collect(link: Link): { messages: Message[]; end: Promise<LinkEnd> } {
  const messages: Message[] = [];
  // views into the frame last as long as the call
  const end = link.receive((message) => void messages.push(structuredClone(message)));
  return { messages, end };
}

Deno.test("Link.send() puts what is sent in one tick into one frame and one write", async () => {
  const { near, nearStream, far } = linkPair();
  const { messages, end } = collect(far);
  for (let i = 0; i < 100; i++) near.send(received(i));
  await near.flushed();
  assertEquals(nearStream.writes.length, 1);
  near.close();
  await end;
  assertEquals(messages, Array.from({ length: 100 }, (_, i) => received(i)));
});

Deno.test("Link.send() puts what is sent during a write into the next frame", async () => {
  const { near, nearStream, far } = linkPair();
  const { messages, end } = collect(far);
  nearStream.stall();
  near.send(received(0));
  await settled();
  for (let i = 1; i < 10; i++) {
    near.send(received(i));
    await settled();
  }
  nearStream.resume();
  await near.flushed();
  assertEquals(nearStream.writes.length, 2);
  near.close();
  await end;
  assertEquals(messages.length, 10);
});

Deno.test("Link.send() begins another frame rather than cut a message", async () => {
  const { near, nearStream, far } = linkPair();
  const { messages, end } = collect(far);
  const sent = Array.from({ length: 9 }, (_, i) => told(i, 10_000 + 2_500 * i));
  for (const message of sent) near.send(message);
  await near.flushed();
  const limit = 2 + maxFramePlaintextBytes + 16;
  assert(nearStream.writes.every(({ length }) => length <= limit));
  assertEquals(nearStream.writes.length, 4);
  near.close();
  await end;
  assertEquals(messages, sent);
});

Deno.test("Link.send() keeps the order, however little a write takes and a read gives", async () => {
  for (const [maxWriteBytes, maxReadBytes] of [[1, 1], [1, 1_000], [7, 3], [1_000, 1]] as const) {
    const { near, nearStream, far, farStream } = linkPair();
    nearStream.maxWriteBytes = maxWriteBytes;
    farStream.maxReadBytes = maxReadBytes;
    const { messages, end } = collect(far);
    const sent = [received(1), told(2, 300), ping, told(3, 700), received(4)];
    for (const message of sent) {
      near.send(message);
      await settled();
    }
    await near.flushed();
    near.close();
    await end;
    assertEquals(messages, sent);
  }
});

Deno.test("Link.send() of what can't be encoded leaves what is queued as it was", async () => {
  const { near, far } = linkPair();
  const { messages, end } = collect(far);
  const tooLong: Message = { kind: "send", id: 1n, to: "a".repeat(300), envelope: nothing };
  assertThrows(() => near.send(tooLong), RangeError);
  await near.flushed();
  near.send(received(1));
  assertThrows(() => near.send(tooLong), RangeError);
  near.send(received(2));
  await near.flushed();
  near.close();
  assertEquals(await end, { kind: "lost" });
  assertEquals(messages, [received(1), received(2)]);
});

Deno.test("Link.sendLazily() waits for the next message that is in a hurry", async () => {
  const { near, nearStream, far, clock } = linkPair();
  const { messages, end } = collect(far);
  near.sendLazily(received(1));
  near.sendLazily(received(2));
  await settled();
  assertEquals(nearStream.writes.length, 0);
  near.send(received(3));
  await near.flushed();
  assertEquals(nearStream.writes.length, 1);
  clock.advance(lazyMs);
  near.close();
  await end;
  assertEquals(messages, [received(1), received(2), received(3)]);
});

Deno.test("Link.sendLazily() waits no longer than lazyMs", async () => {
  const { near, nearStream, far, clock } = linkPair();
  const { messages, end } = collect(far);
  near.sendLazily(received(1));
  clock.advance(lazyMs - 1);
  await settled();
  assertEquals(nearStream.writes.length, 0);
  clock.advance(1);
  await settled();
  near.close();
  await end;
  assertEquals(messages, [received(1)]);
});

Deno.test("Link.close() leaves no timer behind", async () => {
  const { near, clock } = linkPair();
  near.sendLazily(ping);
  near.close();
  near.sendLazily(ping);
  await near.flushed();
  assertEquals(clock.pending, 0);
});

Deno.test("Link.flushed() resolves once everything has been taken", async () => {
  const { near, nearStream } = linkPair();
  nearStream.stall();
  let isFlushed = false;
  near.send(ping);
  const flushed = near.flushed().then(() => isFlushed = true);
  await settled();
  assertEquals(isFlushed, false);
  nearStream.resume();
  await flushed;
  assertEquals(nearStream.writes.length, 1);
});

Deno.test("Link.flushed() resolves at once where nothing is queued", async () => {
  await linkPair().near.flushed();
});
