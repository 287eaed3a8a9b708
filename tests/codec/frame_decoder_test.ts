import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeFrame, FrameDecoder } from "../../lib/codec/mod.ts";
import { maxFrameBytes, maxHandshakeFrameBytes } from "../../lib/limits.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";
import { content, framesOf, read } from "./frame_stream.ts";

/** The frames of a stream of which no read brings more than the next of `chunks`. */
function decode(stream: Uint8Array, chunks: readonly number[]): Uint8Array[] {
  const decoder = new FrameDecoder(maxFrameBytes);
  const frames: Uint8Array[] = [];
  for (let offset = 0, i = 0; offset < stream.length; i++) {
    const end = offset + chunks[i % chunks.length]!;
    offset += read(decoder, stream.subarray(offset, end));
    frames.push(...framesOf(decoder));
  }
  return frames;
}

function streamOf(contents: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(contents.flatMap((content) => [...encodeFrame(content)]));
}

Deno.test("FrameDecoder.next() answers nothing before anything was read", () => {
  assertEquals(new FrameDecoder(maxFrameBytes).next(), undefined);
});

Deno.test("FrameDecoder.next() answers each frame with its last byte, byte by byte", () => {
  const decoder = new FrameDecoder(maxFrameBytes);
  const trace: string[] = [];
  for (const byte of bytes("0002 aabb 0000 0001 cc 0003 dd")) {
    read(decoder, Uint8Array.of(byte));
    trace.push(framesOf(decoder).map((frame) => `[${hex(frame)}]`).join("") || "-");
  }
  assertEquals(trace.join(" "), "- - - [aabb] - [] - - [cc] - - -");
  read(decoder, bytes("ee"));
  assertEquals(decoder.next(), undefined);
  read(decoder, bytes("ff"));
  assertEquals(framesOf(decoder).map(hex), ["ddeeff"]);
});

Deno.test("FrameDecoder.next() keeps a partial header", () => {
  const decoder = new FrameDecoder(maxFrameBytes);
  read(decoder, bytes("0001 aa 01"));
  assertEquals(framesOf(decoder).map(hex), ["aa"]);
  read(decoder, Uint8Array.of(0x02, ...content(0x102)));
  assertEquals(framesOf(decoder).map(hex), [hex(content(0x102))]);
});

Deno.test("FrameDecoder.next() answers many frames of one read, all valid at once", () => {
  const contents = Array.from({ length: 100 }, (_, i) => content(i % 7, i));
  const decoder = new FrameDecoder(maxFrameBytes);
  const stream = streamOf(contents);
  assertEquals(read(decoder, stream), stream.length);
  const views = contents.map(() => decoder.next()!);
  assertEquals(decoder.next(), undefined);
  assertEquals(views.map(hex), contents.map(hex));
});

Deno.test("FrameDecoder.next() answers views, not copies", () => {
  const decoder = new FrameDecoder(maxFrameBytes);
  read(decoder, bytes("0001 aa"));
  const buffer = decoder.next()!.buffer;
  assert(buffer === decoder.space().buffer);
});

const lengths = [0, 1, 255, 256, 1_021, 1_022, 1_023, 2_046, 2_047, 65_534, maxFrameBytes];

for (const length of lengths) {
  Deno.test(`FrameDecoder.next() reads frames of ${length} bytes in chunks of any size`, () => {
    const contents = [content(length), content(length, 1), bytes("77")];
    const stream = streamOf(contents);
    for (const chunk of [1, 2, 3, 1_024, 4_097, 65_536, stream.length]) {
      if (stream.length / chunk > 20_000) continue;
      assertEquals(decode(stream, [chunk]).map(hex), contents.map(hex), `chunks of ${chunk}`);
    }
  });
}

Deno.test("FrameDecoder.next() reads a frame of the largest size byte by byte", () => {
  const whole = content(maxFrameBytes);
  assertEquals(decode(streamOf([whole]), [1]).map(hex), [hex(whole)]);
});

Deno.test("FrameDecoder.next() reads the same frames however the stream is cut", () => {
  const length = fc.oneof(
    { weight: 6, arbitrary: fc.nat(40) },
    { weight: 2, arbitrary: fc.nat(3_000) },
    { weight: 1, arbitrary: fc.nat(20_000) },
  );
  const chunk = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5_000 }));
  fc.assert(
    fc.property(
      fc.array(length, { maxLength: 20 }),
      fc.array(chunk, { minLength: 1, maxLength: 20 }),
      (lengths, chunks) => {
        const contents = lengths.map((length, i) => content(length, i));
        assertEquals(decode(streamOf(contents), chunks).map(hex), contents.map(hex));
      },
    ),
    { seed: 7, numRuns: 100 },
  );
});

Deno.test("FrameDecoder.next() refuses a length over the limit from the header alone", () => {
  const decoder = new FrameDecoder(maxHandshakeFrameBytes);
  read(decoder, bytes("02"));
  assertEquals(decoder.next(), undefined);
  read(decoder, bytes("01"));
  assertProtocolError(() => decoder.next(), "lengthOverLimit");
  assertProtocolError(() => decoder.next(), "lengthOverLimit");
});

Deno.test("FrameDecoder.next() takes a length at the limit", () => {
  const decoder = new FrameDecoder(maxHandshakeFrameBytes);
  const whole = content(maxHandshakeFrameBytes);
  read(decoder, encodeFrame(whole));
  assertEquals(framesOf(decoder).map(hex), [hex(whole)]);
});

Deno.test("FrameDecoder.next() answers the frames before one over the limit", () => {
  const decoder = new FrameDecoder(4);
  read(decoder, bytes("0001 aa 0004 01020304 0005"));
  assertEquals(hex(decoder.next()!), "aa");
  assertEquals(hex(decoder.next()!), "01020304");
  assertProtocolError(() => decoder.next(), "lengthOverLimit");
});

Deno.test("FrameDecoder.maxBytes may be raised between two frames", () => {
  const decoder = new FrameDecoder(1);
  read(decoder, bytes("0001 aa 0002 bbcc"));
  assertEquals(hex(decoder.next()!), "aa");
  decoder.maxBytes = 2;
  assertEquals(hex(decoder.next()!), "bbcc");
});
