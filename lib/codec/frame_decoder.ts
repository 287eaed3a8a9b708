import { maxFrameBytes, maxHandshakeFrameBytes } from "../limits.ts";
import { ProtocolError } from "./protocol_error.ts";

const lengthBytes = 2;
/** What an idle connection costs: any frame of a handshake fits, and most messages. */
const idleBufferBytes = lengthBytes + maxHandshakeFrameBytes;
const maxBufferBytes = lengthBytes + maxFrameBytes;
/** Reads in a row that would have fitted an idle buffer, after which the stream counts as quiet. */
const quietReads = 4;

/**
 * Splits a byte stream into frames: a 2-byte big-endian length, then so many bytes.
 *
 * The stream is read straight into the decoder's own buffer, so no byte is copied on its way:
 *
 * ```ts
 * const count = await conn.read(decoder.space());
 * decoder.advance(count);
 * for (let frame = decoder.next(); frame; frame = decoder.next()) open(frame);
 * ```
 *
 * The buffer starts small, grows while whole reads fill it or a frame needs it, and shrinks when the
 * stream falls quiet.
 */
export class FrameDecoder {
  #buffer = new Uint8Array(idleBufferBytes);
  #start = 0;
  #end = 0;
  #lastReadFilled = false;
  #smallReads = 0;

  /** @param maxBytes the longest frame accepted now, in bytes without the length; may be raised later. */
  constructor(public maxBytes: number) {}

  /** Bytes that have come behind the last frame taken. */
  get remaining(): number {
    return this.#end - this.#start;
  }

  /** Where the next bytes of the stream go; valid until the next call of any method. */
  space(): Uint8Array<ArrayBuffer> {
    const kept = this.#end - this.#start;
    if (kept === 0 && this.#smallReads >= quietReads && this.#buffer.length > idleBufferBytes) {
      this.#moveTo(new Uint8Array(idleBufferBytes));
    } else if (this.#lastReadFilled || this.#wanted() > this.#buffer.length) {
      this.#moveTo(this.#grownBuffer());
    } else if (this.#start > 0) {
      this.#moveTo(this.#buffer);
    }
    return this.#buffer.subarray(this.#end);
  }

  /** Says that `count` bytes of {@linkcode space} were filled. */
  advance(count: number): void {
    this.#end += count;
    this.#smallReads = count <= idleBufferBytes ? this.#smallReads + 1 : 0;
    this.#lastReadFilled = this.#end === this.#buffer.length &&
      this.#buffer.length < maxBufferBytes;
  }

  /**
   * The next whole frame, or `undefined` until more bytes have come. A view: use it before the next
   * {@linkcode space}.
   *
   * @throws {ProtocolError} `lengthOverLimit`, before a byte of such a frame is kept.
   */
  next(): Uint8Array<ArrayBuffer> | undefined {
    const length = this.#frameLength();
    if (length === undefined) return undefined;
    if (length > this.maxBytes) {
      throw new ProtocolError("lengthOverLimit", "a frame is over its limit");
    }
    const end = this.#start + lengthBytes + length;
    if (end > this.#end) return undefined;
    const frame = this.#buffer.subarray(this.#start + lengthBytes, end);
    this.#start = end;
    return frame;
  }

  #frameLength(): number | undefined {
    if (this.#end - this.#start < lengthBytes) return undefined;
    return this.#buffer[this.#start]! * 256 + this.#buffer[this.#start + 1]!;
  }

  /** The bytes that the frame now begun will take. */
  #wanted(): number {
    return lengthBytes + (this.#frameLength() ?? 0);
  }

  #grownBuffer(): Uint8Array<ArrayBuffer> {
    const doubled = Math.min(2 * this.#buffer.length, maxBufferBytes);
    const size = Math.max(doubled, Math.min(this.#wanted(), maxBufferBytes));
    return size > this.#buffer.length ? new Uint8Array(size) : this.#buffer;
  }

  #moveTo(buffer: Uint8Array<ArrayBuffer>): void {
    buffer.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = buffer;
    this.#end -= this.#start;
    this.#start = 0;
  }
}
