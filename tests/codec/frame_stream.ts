import { assertGreater } from "@std/assert";
import type { FrameDecoder } from "../../lib/codec/mod.ts";

/** One read of a stream: as much of `stream` as the decoder has space for. */
export function read(decoder: FrameDecoder, stream: Uint8Array): number {
  const space = decoder.space();
  assertGreater(space.length, 0);
  const count = Math.min(space.length, stream.length);
  space.set(stream.subarray(0, count));
  decoder.advance(count);
  return count;
}

/** Copies of all frames that are whole by now. */
export function framesOf(decoder: FrameDecoder): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let frame = decoder.next(); frame; frame = decoder.next()) frames.push(frame.slice());
  return frames;
}

/** Content whose every byte tells where it stands. */
export function content(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (first + i + (i >>> 8)) & 0xff);
}
