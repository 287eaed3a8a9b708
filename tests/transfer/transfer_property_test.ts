import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { transferChunkBytes } from "../../lib/limits.ts";
import { passTime } from "../testing/crypto_time.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { MemorySink } from "../testing/memory_sink.ts";
import { MemorySource } from "../testing/memory_source.ts";
import { MemoryStream } from "../testing/memory_stream.ts";
import { codeOf, someContent, someManifest, transfer } from "../testing/transfer.ts";

Deno.test("a transfer arrives whole, however often and wherever it is cut", async () => {
  const cut = fc.record({
    /** Of all that a side would say. */
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    isSender: fc.boolean(),
    maxWriteBytes: fc.integer({ min: 1_000, max: 300_000 }),
    maxReadBytes: fc.integer({ min: 1_000, max: 300_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 4 * transferChunkBytes }),
      fc.array(cut, { maxLength: 6 }),
      async (size, cuts) => {
        const content = someContent(size);
        let here = new Uint8Array();
        for (const { part, isSender, maxWriteBytes, maxReadBytes } of cuts) {
          const streams = MemoryStream.pair();
          for (const stream of streams) Object.assign(stream, { maxWriteBytes, maxReadBytes });
          const all = isSender ? 100 + size - here.length : 90;
          streams[isSender ? 0 : 1].endsAfterBytes = Math.floor(part * all);
          const { sent, sink } = await attemptOver(streams, content, here);
          assertEquals(sink.content, content.slice(0, sink.content.length));
          assert(sink.content.length >= here.length);
          assert(sent === "done" ? sink.isFinished : sent.startsWith("interrupted"), sent);
          here = sink.content.slice();
        }
        const { sent, received, sink } = await attemptOver(MemoryStream.pair(), content, here);
        assertEquals([sent, received], ["done", "done"]);
        assertEquals(sink.content, content);
      },
    ),
    { numRuns: 60 },
  );
});

async function attemptOver(
  streams: [MemoryStream, MemoryStream],
  content: Uint8Array,
  here: Uint8Array<ArrayBuffer>,
) {
  const clock = new ManualClock();
  const sink = new MemorySink(here);
  const source = new MemorySource(someManifest, content);
  const ends = await passTime(clock, transfer(source, sink, { clock }, { clock }, streams));
  assertEquals(clock.pending, 0);
  return { sent: codeOf(ends.sent), received: codeOf(ends.received), sink };
}
