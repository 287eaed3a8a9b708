import { assert, assertEquals, assertLess } from "@std/assert";
import {
  farewellTimeoutMs,
  transferChunkBytes,
  transferRecordsAhead,
  transferSilenceMs,
} from "../../lib/limits.ts";
import {
  receiveTransfer,
  sendTransfer,
  type Sink,
  type TransferError,
} from "../../lib/transfer/mod.ts";
import { passTime, quiet } from "../testing/crypto_time.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { MemorySink } from "../testing/memory_sink.ts";
import { MemorySource } from "../testing/memory_source.ts";
import { MemoryStream } from "../testing/memory_stream.ts";
import {
  codeOf,
  ending,
  someContent,
  someManifest,
  transfer,
  transferSecret,
} from "../testing/transfer.ts";

const content = someContent(12 * transferChunkBytes);

/** A transfer whose sink waits in the third chunk, and whose source in the tenth. */
async function underWay() {
  const clock = new ManualClock();
  const streams = MemoryStream.pair();
  const [sender, receiver] = [new AbortController(), new AbortController()];
  const waiting = Promise.withResolvers<void>();
  const sink = new MemorySink();
  let writes = 0;
  sink.beforeWrite = () => ++writes === 3 ? waiting.promise : undefined;
  const source = new MemorySource(someManifest, content);
  const read = source.read.bind(source);
  source.read = async (offset, into) => {
    if (offset === 9 * transferChunkBytes) await waiting.promise;
    return await read(offset, into);
  };
  const running = transfer(
    source,
    sink,
    { clock, signal: sender.signal },
    { clock, signal: receiver.signal },
    streams,
  );
  await quiet();
  assertEquals(writes, 3);
  const goOn = () => waiting.resolve();
  return { clock, streams, sender, receiver, source, sink, running, goOn };
}

Deno.test("sendTransfer() that is cancelled tells the receiver, which keeps what it has", async () => {
  const { clock, sender, sink, running, goOn } = await underWay();
  sender.abort();
  goOn();
  const { sent, received } = await passTime(clock, running);
  assertEquals([codeOf(sent), codeOf(received)], ["cancelled", "cancelled (peer)"]);
  assertEquals(sink.content, content.slice(0, sink.content.length));
  assert(!sink.isFinished);
  assertEquals(clock.pending, 0);
});

Deno.test("receiveTransfer() that is cancelled tells the sender", async () => {
  const { clock, receiver, sink, running, goOn } = await underWay();
  receiver.abort();
  goOn();
  const { sent, received } = await passTime(clock, running);
  assertEquals([codeOf(sent), codeOf(received)], ["cancelled (peer)", "cancelled"]);
  assert(!sink.isFinished);
  assertEquals(clock.pending, 0);
});

Deno.test("receiveTransfer() that is cancelled during the last write doesn't finish", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const sink = new MemorySink();
  sink.beforeWrite = () => controller.abort();
  const source = new MemorySource(someManifest, someContent(1));
  const { signal } = controller;
  const { sent, received } = await passTime(
    clock,
    transfer(source, sink, { clock }, { clock, signal }),
  );
  assertEquals([codeOf(sent), codeOf(received)], ["cancelled (peer)", "cancelled"]);
  assert(!sink.isFinished);
});

Deno.test("sendTransfer() that is cancelled before it begins says hello to nobody's harm", async () => {
  const signal = AbortSignal.abort();
  const { sent, received } = await transfer(
    new MemorySource(someManifest, content),
    new MemorySink(),
    { signal },
  );
  assertEquals([codeOf(sent), codeOf(received)], ["cancelled", "interrupted"]);
});

Deno.test("sendTransfer() that is cancelled waits only so long for a receiver that reads nothing", async () => {
  const { clock, sender, streams: [near], source, running, goOn } = await underWay();
  near.stall();
  const cancelledAt = clock.now();
  sender.abort();
  let endedAt = 0;
  running.then(() => endedAt = clock.now());
  await passTime(clock, quiet());
  while (!near.isClosed) {
    await quiet();
    clock.advance(100);
  }
  assertEquals(clock.now() - cancelledAt, farewellTimeoutMs + 100);
  goOn();
  await passTime(clock, running);
  assert(endedAt > 0 && source.isClosed);
});

Deno.test("a transfer doesn't end while either side works, however long", async () => {
  const { clock, running, goOn } = await underWay();
  for (let passedMs = 0; passedMs < 10 * transferSilenceMs; passedMs += 1_000) {
    await quiet();
    clock.advance(1_000);
  }
  goOn();
  assertEquals(await passTime(clock, running), { sent: "done", received: "done" });
  assertEquals(clock.pending, 0);
});

for (const method of ["begin", "finish"] as const) {
  Deno.test(`a transfer doesn't end while the sink's ${method}() takes its time`, async () => {
    const clock = new ManualClock();
    const sink = new MemorySink();
    const original = sink[method].bind(sink) as Sink["begin"];
    const slow = async (manifest: Uint8Array) => {
      await new Promise<void>((resolve) => clock.after(5 * transferSilenceMs, resolve));
      return original(manifest);
    };
    Object.assign(sink, { [method]: slow });
    const source = new MemorySource(someManifest, content);
    const ends = await passTime(clock, transfer(source, sink, { clock }, { clock }));
    assertEquals(ends, { sent: "done", received: "done" });
    assertEquals(clock.pending, 0);
  });
}

Deno.test("a transfer doesn't end while the source takes its time", async () => {
  const clock = new ManualClock();
  const source = new MemorySource(someManifest, content);
  const read = source.read.bind(source);
  source.read = async (offset, into) => {
    await new Promise<void>((resolve) => clock.after(2 * transferSilenceMs, resolve));
    return read(offset, into);
  };
  const sink = new MemorySink();
  const ends = await passTime(clock, transfer(source, sink, { clock }, { clock }));
  assertEquals(ends, { sent: "done", received: "done" });
});

Deno.test("a transfer with nobody at the other end is interrupted after a silence", async () => {
  for (const role of ["sender", "receiver"] as const) {
    const clock = new ManualClock();
    const [stream] = MemoryStream.pair();
    const common = { ...transferSecret, clock, stream };
    const running = role === "sender"
      ? sendTransfer({ ...common, source: new MemorySource(someManifest, content) })
      : receiveTransfer({ ...common, sink: new MemorySink() });
    const startedAt = clock.now();
    assertEquals(codeOf(await passTime(clock, ending(running))), "interrupted");
    assertEquals(clock.now() - startedAt, transferSilenceMs);
    assert(stream.isClosed);
  }
});

Deno.test("a transfer whose stream is closed by the other side is interrupted", async () => {
  const { clock, streams: [near, far], running, goOn } = await underWay();
  near.close();
  far.close();
  goOn();
  const { sent, received } = await passTime(clock, running);
  assertEquals([codeOf(sent), codeOf(received)], ["interrupted", "interrupted"]);
});

Deno.test("receiveTransfer() finishes though the stream ends right behind the last chunk", async () => {
  const clock = new ManualClock();
  const [near, far] = MemoryStream.pair();
  const sink = new MemorySink();
  sink.beforeWrite = () => near.close();
  const source = new MemorySource(someManifest, someContent(1));
  const running = transfer(source, sink, { clock }, { clock }, [near, far]);
  const { sent, received } = await passTime(clock, running);
  assertEquals([codeOf(sent), codeOf(received)], ["interrupted", "done"]);
  assert(sink.isFinished);
});

Deno.test("sendTransfer() reads no further ahead than a few chunks of a stream that takes nothing", async () => {
  const clock = new ManualClock();
  const streams = MemoryStream.pair();
  const source = new MemorySource(someManifest, content);
  const original = source.read.bind(source);
  source.read = (offset, into) => {
    streams[0].stall();
    return original(offset, into);
  };
  const running = transfer(source, new MemorySink(), { clock }, { clock }, streams);
  await quiet();
  assertEquals(source.readsFrom.length, transferRecordsAhead);
  source.read = original;
  streams[0].resume();
  assertEquals((await passTime(clock, running)).sent, "done");
});

Deno.test("receiveTransfer() reads no further ahead than a few chunks of a slow sink", async () => {
  const many = someContent(40 * transferChunkBytes);
  const streams = MemoryStream.pair();
  const [near, far] = streams;
  let read = 0;
  const originalRead = far.read.bind(far);
  far.read = async (buffer) => {
    const count = await originalRead(buffer);
    read += count ?? 0;
    return count;
  };
  const clock = new ManualClock();
  const sink = new MemorySink();
  const waiting = Promise.withResolvers<void>();
  sink.beforeWrite = () => waiting.promise;
  const source = new MemorySource(someManifest, many);
  const running = transfer(source, sink, { clock }, { clock }, streams);
  await quiet();
  // being opened, in the buffer, and the one at the sink
  assertLess(read, (2 * transferRecordsAhead + 2) * transferChunkBytes);
  assertEquals(near.written.length > read, true);
  waiting.resolve();
  assertEquals((await passTime(clock, running)).sent, "done");
  assertEquals(sink.content, many);
});

Deno.test("a transfer refuses a secret of another length", async () => {
  const [near, far] = MemoryStream.pair();
  const source = new MemorySource(someManifest, content);
  const sending = sendTransfer({
    ...transferSecret,
    fileKey: new Uint8Array(31),
    stream: near,
    source,
    clock: new ManualClock(),
  });
  const error = await ending(sending) as TransferError;
  assertEquals(error.code, "failed");
  assert(error.cause instanceof RangeError);
  assert(source.isClosed);
  assert(near.isClosed);
  far.close();
});
