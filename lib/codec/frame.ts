import { maxFrameBytes } from "../limits.ts";

/** A frame begins with its length in two bytes, big-endian. */
export const frameHeaderBytes = 2;

/**
 * Writes the length of a frame's content, in bytes, at the start of `frame`.
 *
 * @throws {RangeError} where the content is over {@linkcode maxFrameBytes}.
 */
export function writeFrameHeader(frame: Uint8Array, contentBytes: number): void {
  if (contentBytes > maxFrameBytes) {
    throw new RangeError(`Cannot frame more than ${maxFrameBytes} bytes: received ${contentBytes}`);
  }
  frame[0] = contentBytes >>> 8;
  frame[1] = contentBytes & 0xff;
}

/** A frame around `content`. */
export function encodeFrame(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(frameHeaderBytes + content.length);
  writeFrameHeader(frame, content.length);
  frame.set(content, frameHeaderBytes);
  return frame;
}
