import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { encodeFrame, FrameDecoder, frameHeaderBytes } from "../../lib/codec/mod.ts";
import { maxFrameBytes, maxHandshakeFrameBytes } from "../../lib/limits.ts";
import { bytes, hex } from "../testing/hex.ts";
import { content, framesOf, read } from "./frame_stream.ts";

const idleBufferBytes = frameHeaderBytes + maxHandshakeFrameBytes;

function bufferBytes(decoder: FrameDecoder): number {
  return decoder.space().buffer.byteLength;
}

Deno.test("FrameDecoder.space() starts small and grows while reads fill it", () => {
  const decoder = new FrameDecoder(maxFrameBytes);
  const sizes: number[] = [];
  for (let i = 0; i < 9; i++) {
    const space = decoder.space(); // stays filled with zeros: frames of length 0
    sizes.push(space.buffer.byteLength);
    decoder.advance(space.length);
    framesOf(decoder);
  }
  const largest = frameHeaderBytes + maxFrameBytes;
  const doubled = Array.from({ length: 7 }, (_, i) => idleBufferBytes << i);
  assertEquals(sizes, [...doubled, largest, largest]);
});

Deno.test("FrameDecoder.space() grows at once to what a frame needs", () => {
  const decoder = new FrameDecoder(maxFrameBytes);
  read(decoder, bytes("ea60 00"));
  assertEquals(decoder.next(), undefined);
  assertGreaterOrEqual(bufferBytes(decoder), frameHeaderBytes + 60_000);
});

Deno.test("FrameDecoder.space() does not grow for small frames", () => {
  const decoder = new FrameDecoder(maxFrameBytes);
  for (let i = 0; i < 100; i++) {
    read(decoder, encodeFrame(content(400, i)));
    assertEquals(framesOf(decoder).map(hex), [hex(content(400, i))]);
    assertEquals(bufferBytes(decoder), idleBufferBytes);
  }
});

/** A decoder that has just answered a frame of 40,000 bytes, and has the buffer for it. */
function grownDecoder(): FrameDecoder {
  const decoder = new FrameDecoder(maxFrameBytes);
  const stream = encodeFrame(content(40_000));
  for (let offset = 0; offset < stream.length;) offset += read(decoder, stream.subarray(offset));
  assertEquals(framesOf(decoder).map(hex), [hex(content(40_000))]);
  assertGreaterOrEqual(bufferBytes(decoder), frameHeaderBytes + 40_000);
  return decoder;
}

Deno.test("FrameDecoder.space() shrinks after four small reads, and reads on", () => {
  const decoder = grownDecoder();
  const grown = bufferBytes(decoder);
  const sizes: number[] = [];
  for (const text of ["aa", "bb", "cc", "dd", "ee"]) {
    read(decoder, bytes(`0001 ${text}`));
    assertEquals(framesOf(decoder).map(hex), [text]);
    sizes.push(bufferBytes(decoder));
  }
  assertEquals(sizes, [grown, grown, grown, idleBufferBytes, idleBufferBytes]);
});

Deno.test("FrameDecoder.space() keeps its buffer after a large read among small ones", () => {
  const decoder = grownDecoder();
  const grown = bufferBytes(decoder);
  for (const length of [1, 1, 1, idleBufferBytes - 1, 1, 1, 1]) {
    read(decoder, encodeFrame(content(length)));
    assertEquals(framesOf(decoder).map(hex), [hex(content(length))]);
    assertEquals(bufferBytes(decoder), grown);
  }
});

Deno.test("FrameDecoder.space() does not shrink in the middle of a frame", () => {
  const decoder = grownDecoder();
  const grown = bufferBytes(decoder);
  for (const byte of bytes("0004 010203")) {
    read(decoder, Uint8Array.of(byte));
    assertEquals(framesOf(decoder), []);
    assertEquals(bufferBytes(decoder), grown);
  }
  read(decoder, bytes("04"));
  assertEquals(framesOf(decoder).map(hex), ["01020304"]);
  assertEquals(bufferBytes(decoder), idleBufferBytes);
});
