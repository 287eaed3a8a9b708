import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { setImmediate } from "node:timers/promises";
import { transferBufferBytes, transferIdleMs } from "../../lib/limits.ts";
import { RelayedPair } from "../../lib/server/relayed_pair.ts";
import { TokenBucket } from "../../lib/server/token_bucket.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { MemoryStream } from "../testing/memory_stream.ts";
import { settled } from "../testing/turns.ts";

const firstBytes = 4;

/** Two members' streams, with a pair between them that runs. */
function startPair({ rate, maxReadBytes = 64 }: { rate?: number; maxReadBytes?: number } = {}) {
  const clock = new ManualClock();
  const [sender, first] = MemoryStream.pair();
  const [receiver, second] = MemoryStream.pair();
  const bucketOf = (perSecond: number) =>
    new TokenBucket({ burst: perSecond / 10, perSecond }, clock.now());
  const ends = [first, second].map((stream) => {
    const buffer = new Uint8Array(firstBytes);
    const bucket = rate === undefined ? undefined : bucketOf(rate);
    bucket?.take(clock.now(), rate! / 10);
    return { stream, buffer, firstRead: stream.read(buffer), bucket };
  });
  const pair = new RelayedPair([ends[0]!, ends[1]!], clock, maxReadBytes);
  let isOver = false;
  const run = pair.run().then(() => void (isOver = true));
  return { clock, sender, receiver, first, second, pair, run, isOver: () => isOver };
}

/** All that has come to `stream` and can be read at once. */
async function take(stream: MemoryStream): Promise<Uint8Array> {
  const bytes = new Uint8Array(stream.unread);
  for (let count = 0; count < bytes.length;) {
    count += (await stream.read(bytes.subarray(count)))!;
  }
  return bytes;
}

function count(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

for (
  const { name, maxWriteBytes, maxReadBytes } of [
    { name: "in pieces of any size", maxWriteBytes: Infinity, maxReadBytes: Infinity },
    { name: "that are written a byte at a time", maxWriteBytes: 1, maxReadBytes: Infinity },
    { name: "that are read a byte at a time", maxWriteBytes: Infinity, maxReadBytes: 1 },
  ]
) {
  Deno.test(`RelayedPair carries bytes ${name}, both ways, and each end`, async () => {
    const { sender, receiver, first, second, run } = startPair();
    for (const stream of [first, second]) Object.assign(stream, { maxWriteBytes, maxReadBytes });
    const sent = [1, firstBytes, 63, 64, 65, 1_000].map(count);
    const read = async (stream: MemoryStream) => {
      const parts: Uint8Array[] = [];
      for (;;) {
        const buffer = new Uint8Array(100);
        const length = await stream.read(buffer);
        if (length === null) return concat(parts);
        parts.push(buffer.subarray(0, length));
      }
    };
    const readings = [read(sender), read(receiver)];
    for (const bytes of sent) {
      await receiver.write(bytes);
      await sender.write(bytes);
      await settled();
    }
    await sender.closeWrite();
    await receiver.closeWrite();
    await run;
    for (const reading of readings) assertEquals(await reading, concat(sent));
    assert(first.isClosed && second.isClosed);
  });
}

Deno.test("RelayedPair hands an end on, and carries what still comes the other way", async () => {
  const { sender, receiver, run, isOver } = startPair();
  await sender.write(count(3));
  await sender.closeWrite();
  await settled();
  assertEquals(await take(receiver), count(3));
  assertEquals(await receiver.read(new Uint8Array(1)), null);
  assert(!isOver());
  await receiver.write(count(5));
  await settled();
  assertEquals(await take(sender), count(5));
  await receiver.closeWrite();
  await run;
});

Deno.test("RelayedPair ends both as soon as one breaks", async () => {
  const { sender, receiver, first, second, run } = startPair();
  receiver.close();
  await sender.write(count(3)); // which nobody takes any more
  await run;
  assert(first.isClosed && second.isClosed);
});

Deno.test("RelayedPair reads no further than its buffer while the other end takes nothing", async () => {
  const maxReadBytes = 64;
  const { sender, receiver, first, second, pair, run } = startPair({ maxReadBytes });
  second.stall();
  for (let i = 0; i < 100; i++) await sender.write(count(100));
  await settled();
  assertEquals(first.unread, 10_000 - firstBytes);
  second.resume();
  await settled();
  second.stall();
  await settled();
  assert(receiver.unread + first.unread >= 10_000 - maxReadBytes - firstBytes);
  pair.close();
  await run;
});

Deno.test("RelayedPair takes a large buffer only where much comes at a time", async () => {
  const { sender, receiver, first, pair, run } = startPair({ maxReadBytes: transferBufferBytes });
  const sizes: number[] = [];
  const read = first.read.bind(first);
  first.read = (buffer) => {
    sizes.push(buffer.length);
    return read(buffer);
  };
  for (const length of [firstBytes - 1, firstBytes, 10]) {
    await sender.write(count(length));
    await settled();
  }
  assertEquals(sizes, [firstBytes, transferBufferBytes, transferBufferBytes]);
  assertEquals(receiver.unread, 2 * firstBytes + 9);
  pair.close();
  await run;
});

Deno.test("RelayedPair keeps to the members' rates, in both directions together", async () => {
  const { clock, sender, receiver, pair, run } = startPair({ rate: 1_000, maxReadBytes: 100 });
  await sender.write(count(5_000));
  await receiver.write(count(5_000));
  const start = clock.now();
  for (let seconds = 1; seconds <= 4; seconds++) {
    while (clock.now() < start + seconds * 1_000) {
      clock.advance(10);
      await setImmediate(); // the pair gives way
    }
    const carried = sender.unread + receiver.unread;
    assert(Math.abs(carried - seconds * 1_000) <= 200, `${carried} bytes after ${seconds} s`);
  }
  assert(sender.unread > 1_000 && receiver.unread > 1_000, "one direction starved");
  pair.close();
  await run;
  assertEquals(clock.pending, 0);
});

Deno.test("RelayedPair.check() ends it where no byte moves for too long", async () => {
  const { clock, sender, pair, run, isOver } = startPair();
  clock.advance(transferIdleMs);
  pair.check();
  await sender.write(count(1));
  await settled();
  clock.advance(transferIdleMs);
  pair.check();
  await settled();
  assert(!isOver());
  clock.advance(1);
  pair.check();
  await run;
});

Deno.test("RelayedPair.close() may be called twice", async () => {
  const { pair, run } = startPair();
  pair.close();
  pair.close();
  await run;
});
