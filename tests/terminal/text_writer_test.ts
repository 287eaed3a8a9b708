import { assert, assertEquals } from "@std/assert";
import { type ByteSink, TextWriter } from "../../lib/terminal/text_writer.ts";

/** Takes at most so many bytes at a time. */
class SlowSink implements ByteSink {
  text = "";
  writes = 0;
  isBroken = false;
  failure: Error | undefined;
  readonly #utf8 = new TextDecoder();

  constructor(readonly maxBytes: number) {}

  write(bytes: Uint8Array): Promise<number> {
    if (this.isBroken) return Promise.reject(new Deno.errors.BrokenPipe());
    if (this.failure) return Promise.reject(this.failure);
    const taken = bytes.subarray(0, this.maxBytes);
    this.text += this.#utf8.decode(taken, { stream: true });
    this.writes++;
    return Promise.resolve(taken.length);
  }
}

Deno.test("TextWriter.write() keeps the order through partial writes", async () => {
  const sink = new SlowSink(3);
  const writer = new TextWriter(sink);
  for (const text of ["Olá, ", "todos! ", "👩‍👩‍👧\n"]) {
    void writer.write(text);
    await undefined;
  }
  await writer.flushed();
  assertEquals(sink.text, "Olá, todos! 👩‍👩‍👧\n");
});

Deno.test("TextWriter.write() lets texts of the same tick leave together", async () => {
  const sink = new SlowSink(Infinity);
  const writer = new TextWriter(sink);
  for (let i = 0; i < 100; i++) void writer.write("line\n");
  await writer.flushed();
  assertEquals(sink.writes, 1);
  void writer.write("later");
  await writer.flushed();
  assertEquals(sink.writes, 2);
});

Deno.test("TextWriter.write() asks for patience where the reader is behind", async () => {
  const sink = new SlowSink(1_000);
  const writer = new TextWriter(sink);
  assertEquals(writer.write("x"), undefined);
  const patience = writer.write("x".repeat(100_000));
  assert(patience instanceof Promise);
  await patience;
  assertEquals(sink.text.length, 100_001);
  assertEquals(writer.write("x"), undefined);
  await writer.flushed();
});

Deno.test("TextWriter.broken resolves when nobody reads, and nothing is written from then on", async () => {
  const sink = new SlowSink(10);
  const writer = new TextWriter(sink);
  sink.isBroken = true;
  assertEquals(writer.isBroken, false);
  void writer.write("x");
  await writer.broken;
  await writer.flushed();
  assertEquals(writer.isBroken, true);
  sink.isBroken = false;
  assertEquals(writer.write("y".repeat(100_000)), undefined);
  await writer.flushed();
  assertEquals(sink.text, "");
});

Deno.test("TextWriter.failure says why nothing could be written, unless it is that nobody reads", async () => {
  const failure = new Error("No space left on device (os error 28)");
  for (const trouble of [{ isBroken: true }, { failure }]) {
    const sink = Object.assign(new SlowSink(10), trouble);
    const writer = new TextWriter(sink);
    void writer.write("a");
    await writer.broken;
    assert(writer.isBroken);
    assertEquals(writer.failure, sink.failure);
  }
});
