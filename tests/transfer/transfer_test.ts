import { assert, assertEquals } from "@std/assert";
import { maxManifestBytes, transferChunkBytes } from "../../lib/limits.ts";
import { TransferError } from "../../lib/transfer/mod.ts";
import { MemorySink } from "../testing/memory_sink.ts";
import { MemorySource } from "../testing/memory_source.ts";
import { MemoryStream } from "../testing/memory_stream.ts";
import { codeOf, someContent, someManifest, transfer } from "../testing/transfer.ts";

const chunk = transferChunkBytes;

for (const size of [0, 1, 1_000, chunk - 1, chunk, chunk + 1, 2 * chunk, 7 * chunk + 3]) {
  Deno.test(`a transfer brings ${size} bytes`, async () => {
    const source = new MemorySource(someManifest, someContent(size));
    const sink = new MemorySink();
    assertEquals(await transfer(source, sink), { sent: "done", received: "done" });
    assertEquals(sink.manifest, someManifest);
    assertEquals(sink.content, someContent(size));
    assert(sink.isFinished && sink.isClosed && source.isClosed);
  });
}

for (const length of [0, 1, chunk, chunk + 1, maxManifestBytes]) {
  Deno.test(`a transfer brings a manifest of ${length} bytes`, async () => {
    const manifest = someContent(length);
    const sink = new MemorySink();
    const ends = await transfer(new MemorySource(manifest, someContent(10)), sink);
    assertEquals(ends, { sent: "done", received: "done" });
    assertEquals(sink.manifest, manifest);
    assertEquals(sink.content, someContent(10));
  });
}

Deno.test("a transfer goes through a stream that takes and gives little at a time", async () => {
  for (const [maxWriteBytes, maxReadBytes] of [[1, 1], [100, 7], [3, 1_000]] as const) {
    const streams = MemoryStream.pair();
    for (const stream of streams) Object.assign(stream, { maxWriteBytes, maxReadBytes });
    const sink = new MemorySink();
    const source = new MemorySource(someManifest, someContent(2_000));
    await transfer(source, sink, {}, {}, streams);
    assertEquals(sink.content, someContent(2_000));
    assert(sink.isFinished);
  }
});

Deno.test("a transfer goes on from wherever the receiver says", async () => {
  const content = someContent(3 * chunk + 5);
  const here = [0, 1, 2, 3].flatMap((n) => [n * chunk - 1, n * chunk, n * chunk + 1]);
  for (const length of [...here.slice(1), content.length - 1, content.length]) {
    const source = new MemorySource(someManifest, content);
    const sink = new MemorySink(content.slice(0, length));
    assertEquals(await transfer(source, sink), { sent: "done", received: "done" });
    assertEquals(sink.content, content);
    assert(sink.isFinished);
    const sentFrom = Array.from(
      { length: Math.ceil((content.length - length) / chunk) },
      (_, i) => length + i * chunk,
    );
    assertEquals(source.readsFrom, sentFrom);
  }
});

Deno.test("a transfer in which the receiver has more than is sent fails on both sides", async () => {
  const sink = new MemorySink(someContent(11));
  const { sent, received } = await transfer(new MemorySource(someManifest, someContent(10)), sink);
  assertEquals([codeOf(sent), codeOf(received)], ["badManifest (peer)", "badManifest"]);
});

Deno.test("a transfer of a source that has become shorter fails on both sides", async () => {
  const content = someContent(chunk + 10);
  const source = new MemorySource(someManifest, content, content.length + 1);
  const sink = new MemorySink();
  const { sent, received } = await transfer(source, sink);
  assertEquals([codeOf(sent), codeOf(received)], ["sourceChanged", "sourceChanged (peer)"]);
  assertEquals(sink.content, content.slice(0, chunk));
  assert(!sink.isFinished && sink.isClosed && source.isClosed);
});

Deno.test("a transfer that the sink refuses fails with its reason on both sides", async () => {
  const refuse = (code: "noSpace" | "declined" | "digestMismatch") => () =>
    Promise.reject(new TransferError(code, "the test wants it"));
  for (
    const [method, code] of [
      ["begin", "declined"],
      ["write", "noSpace"],
      ["finish", "digestMismatch"],
    ] as const
  ) {
    const sink = Object.assign(new MemorySink(), { [method]: refuse(code) });
    const ends = await transfer(new MemorySource(someManifest, someContent(3 * chunk)), sink);
    assertEquals([codeOf(ends.sent), codeOf(ends.received)], [`${code} (peer)`, code]);
    assert(!sink.isFinished && sink.isClosed);
  }
});

Deno.test("a transfer tells what went wrong otherwise to nobody but its own side", async () => {
  const sink = new MemorySink();
  const cause = new Error("/home/bia/secret is not there");
  sink.beforeWrite = () => {
    throw cause;
  };
  const ends = await transfer(new MemorySource(someManifest, someContent(1)), sink);
  assertEquals([codeOf(ends.sent), codeOf(ends.received)], ["failed (peer)", "failed"]);
  assertEquals((ends.received as TransferError).cause, cause);
});

Deno.test("a transfer tells both sides how far the receiver has come", async () => {
  const content = someContent(5 * chunk);
  const heard: number[] = [];
  const written: number[] = [];
  let now = 0;
  const clock = { now: () => now, wallTime: () => 0, after: () => ({ cancel: () => {} }) };
  const sink = new MemorySink(content.slice(0, chunk));
  sink.beforeWrite = () => {
    now += 150; // two chunks for each word of it
  };
  await transfer(
    new MemorySource(someManifest, content),
    sink,
    { onProgress: (bytes) => heard.push(bytes / chunk) },
    { onProgress: (bytes) => written.push(bytes / chunk), clock },
  );
  assertEquals(written, [1, 3, 5, 5]);
  // a word that would have to wait for the one before it isn't sent
  assertEquals([heard[0], heard.at(-1)], [1, 5]);
  assert(heard.every((bytes) => written.includes(bytes)));
  assertEquals(heard, heard.toSorted());
});

Deno.test("a transfer closes its stream on both sides", async () => {
  for (const content of [someContent(1), someContent(0)]) {
    const streams = MemoryStream.pair();
    await transfer(new MemorySource(someManifest, content), new MemorySink(), {}, {}, streams);
    assert(streams.every(({ isClosed }) => isClosed));
  }
});

/** Two ends of a TCP connection. */
async function tcpPair(): Promise<[Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  return await Promise.all([Deno.connect({ hostname, port }), listener.accept()]);
}

Deno.test("a transfer goes over TCP", async () => {
  const content = someContent(40 * chunk + 7);
  const sink = new MemorySink();
  const source = new MemorySource(someManifest, content);
  const ends = await transfer(source, sink, {}, {}, await tcpPair());
  assertEquals(ends, { sent: "done", received: "done" });
  assertEquals(sink.content, content);
});

Deno.test("a transfer that either side cancels over TCP tells the other, whatever is under way", async () => {
  for (const role of ["sender", "receiver"] as const) {
    const controller = new AbortController();
    const sink = new MemorySink();
    let writes = 0;
    sink.beforeWrite = () => {
      if (++writes === 5) controller.abort();
    };
    // more than the buffers of a connection hold
    const source = new MemorySource(someManifest, new Uint8Array(200 * chunk));
    const cancelling = { signal: controller.signal };
    const [sender, receiver] = role === "sender" ? [cancelling, {}] : [{}, cancelling];
    const { sent, received } = await transfer(source, sink, sender, receiver, await tcpPair());
    const [own, other] = role === "sender" ? [sent, received] : [received, sent];
    assertEquals([codeOf(own), codeOf(other)], ["cancelled", "cancelled (peer)"], role);
    assert(!sink.isFinished);
  }
});
