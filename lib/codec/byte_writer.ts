import { release } from "./release.ts";

const initialBytes = 256;
/** Up to here ASCII, as in most names, is faster encoded by hand. */
const shortTextLength = 16;
const utf8 = new TextEncoder();

/**
 * Appends big-endian numbers, strings and byte strings to a buffer that grows as needed.
 *
 * The writer trusts its caller: values out of range are the caller's mistake and throw `RangeError`.
 */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  constructor(capacity = initialBytes) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** What was written, as a view that the next write may invalidate. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Gives the buffer back; the writer, and what was written, are gone. */
  release(): void {
    release(this.#bytes);
  }

  /** Forgets what was written after the first `length` bytes. */
  truncate(length: number): void {
    if (length > this.#length) throw new RangeError(`Cannot truncate to more than was written`);
    this.#length = length;
  }

  u8(value: number): void {
    checkNumber(value, 0xff);
    this.#reserve(1);
    this.#view.setUint8(this.#length, value);
    this.#length += 1;
  }

  u16(value: number): void {
    checkNumber(value, 0xffff);
    this.#reserve(2);
    this.#view.setUint16(this.#length, value);
    this.#length += 2;
  }

  u32(value: number): void {
    checkNumber(value, 0xffff_ffff);
    this.#reserve(4);
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
  }

  /** A whole number up to 2^53 − 1, in eight bytes. */
  u53(value: number): void {
    checkNumber(value, Number.MAX_SAFE_INTEGER);
    this.#reserve(8);
    this.#view.setUint32(this.#length, Math.floor(value / 2 ** 32));
    this.#view.setUint32(this.#length + 4, value >>> 0);
    this.#length += 8;
  }

  u64(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) throw outOfRange(value, 2n ** 64n - 1n);
    this.#reserve(8);
    this.#view.setBigUint64(this.#length, value);
    this.#length += 8;
  }

  /** A byte string behind a one-byte length. */
  bytes8(value: Uint8Array): void {
    if (value.length > 0xff) throw tooLong(value.length, 0xff);
    this.u8(value.length);
    this.raw(value);
  }

  /** A byte string behind a two-byte length. */
  bytes16(value: Uint8Array): void {
    if (value.length > 0xffff) throw tooLong(value.length, 0xffff);
    this.u16(value.length);
    this.raw(value);
  }

  /** A string in UTF-8 behind a one-byte length. */
  string8(value: string): void {
    const start = this.#length;
    this.u8(0);
    const written = this.#utf8(value, 0xff);
    this.#view.setUint8(start, written);
  }

  /** A string in UTF-8 behind a two-byte length. */
  string16(value: string): void {
    const start = this.#length;
    this.u16(0);
    const written = this.#utf8(value, 0xffff);
    this.#view.setUint16(start, written);
  }

  /**
   * The bytes as they are, without a length.
   *
   * @param length how many they must be, where the reader counts on it
   */
  raw(value: Uint8Array, length = value.length): void {
    if (value.length !== length) {
      throw new RangeError(
        `Cannot encode other than ${length} bytes here: received ${value.length}`,
      );
    }
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  #utf8(value: string, maxBytes: number): number {
    this.#reserve(3 * value.length); // a UTF-16 unit takes at most three bytes
    if (value.length <= shortTextLength && this.#ascii(value)) return value.length;
    const { written } = utf8.encodeInto(value, this.#bytes.subarray(this.#length));
    if (written > maxBytes) throw tooLong(written, maxBytes);
    this.#length += written;
    return written;
  }

  /** Writes a text of ASCII; where it isn't, what was written counts for nothing. */
  #ascii(value: string): boolean {
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      this.#bytes[this.#length + i] = code;
    }
    this.#length += value.length;
    return true;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.written);
    release(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function checkNumber(value: number, largest: number): void {
  if (!Number.isInteger(value) || value < 0 || value > largest) throw outOfRange(value, largest);
}

function outOfRange(value: number | bigint, largest: number | bigint): RangeError {
  return new RangeError(`Cannot encode a number outside 0 … ${largest}: received ${value}`);
}

function tooLong(length: number, limit: number): RangeError {
  return new RangeError(`Cannot encode more than ${limit} bytes in this field: received ${length}`);
}
