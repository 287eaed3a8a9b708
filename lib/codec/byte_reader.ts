import { ProtocolError } from "./protocol_error.ts";

/** Up to here ASCII, as in most names, is faster decoded by hand. */
const shortTextBytes = 16;

/** Those of ASCII. */
const characters = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads what {@linkcode ByteWriter} wrote, and trusts nobody: every read is checked against the end.
 *
 * Byte strings are views of the input, never copies. Every method throws {@linkcode ProtocolError}:
 * `truncated` past the end, `lengthOverLimit` for a length above the limit given, `badValue` for a
 * number above 2^53 − 1, `badText` for a string that isn't UTF-8.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** A whole number up to 2^53 − 1, from eight bytes. */
  u53(): number {
    const offset = this.#take(8);
    const high = this.#view.getUint32(offset);
    if (high >= 2 ** 21) throw new ProtocolError("badValue", "a number is above 2^53 − 1");
    return high * 2 ** 32 + this.#view.getUint32(offset + 4);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  /** A truth value: one byte that is 0 or 1. */
  flag(): boolean {
    const value = this.u8();
    if (value > 1) throw new ProtocolError("badValue", "a flag is neither 0 nor 1");
    return value === 1;
  }

  /** So many bytes without a length before them. */
  raw(length: number): Uint8Array {
    const offset = this.#take(length);
    return this.#bytes.subarray(offset, offset + length);
  }

  bytes8(maxBytes = 0xff): Uint8Array {
    return this.#bytesOf(this.u8(), maxBytes);
  }

  bytes16(maxBytes = 0xffff): Uint8Array {
    return this.#bytesOf(this.u16(), maxBytes);
  }

  string8(maxBytes = 0xff): string {
    return decodeText(this.bytes8(maxBytes));
  }

  string16(maxBytes = 0xffff): string {
    return decodeText(this.bytes16(maxBytes));
  }

  /** Throws {@linkcode ProtocolError} `trailingBytes` unless everything was read. */
  end(): void {
    if (this.remaining > 0) throw new ProtocolError("trailingBytes", "bytes follow the last field");
  }

  #bytesOf(length: number, maxBytes: number): Uint8Array {
    if (length > maxBytes) throw new ProtocolError("lengthOverLimit", "a field is over its limit");
    return this.raw(length);
  }

  #take(count: number): number {
    const offset = this.#offset;
    if (offset + count > this.#bytes.length) {
      throw new ProtocolError("truncated", "a message ends in the middle of a field");
    }
    this.#offset += count;
    return offset;
  }
}

function decodeText(bytes: Uint8Array): string {
  if (bytes.length <= shortTextBytes) {
    let text = "";
    for (let i = 0; i < bytes.length && bytes[i]! < 0x80; i++) text += characters[bytes[i]!]!;
    if (text.length === bytes.length) return text;
  }
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new ProtocolError("badText", "a text is not UTF-8", { cause });
  }
}
