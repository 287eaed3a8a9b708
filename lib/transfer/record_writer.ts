import { release } from "../codec/mod.ts";
import { type BulkKey, tagBytes } from "../crypto/mod.ts";
import { transferRecordsAhead } from "../limits.ts";
import { type ByteStream, writeAll } from "../transport/byte_stream.ts";

/** A record begins with the length of what is sealed in it, in four bytes, big-endian. */
export const recordHeaderBytes = 4;

/**
 * Seals records and writes them in order. A few are sealed while one is being written, on other threads; whoever
 * sends faster than the stream takes waits.
 *
 * On a stream that has broken, what is sent goes nowhere: why it broke is for the reader to say, who may have heard.
 */
export class RecordWriter {
  readonly #stream: ByteStream;
  readonly #key: BulkKey;
  readonly #sealing: Promise<Uint8Array<ArrayBuffer>>[] = [];
  #record = new Uint8Array();
  #counter = 0;
  #writing: Promise<void> | undefined;
  #taken = Promise.withResolvers<void>();
  #isOver = false;

  /** @param key of this direction of this attempt alone */
  constructor(stream: ByteStream, key: BulkKey) {
    this.#stream = stream;
    this.#key = key;
  }

  /** Records sealed so far. */
  get counter(): number {
    return this.#counter;
  }

  /** Whether all that was sent has been written. */
  get isIdle(): boolean {
    return !this.#writing;
  }

  /** Whether what is sent goes nowhere from now on: the stream has broken, or the last record was sent. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends one record, whose memory may be used again at once; resolves when there is room for another. */
  async send(plaintext: Uint8Array): Promise<void> {
    if (this.#isOver) return;
    this.#sealing.push(this.#key.seal(this.#counter++, plaintext));
    this.#writing ??= this.#write();
    while (this.#sealing.length >= transferRecordsAhead) await this.#taken.promise;
  }

  /** Sends the last record; resolves when all is written, or cannot be any more. */
  async end(plaintext: Uint8Array): Promise<void> {
    const sent = this.send(plaintext);
    this.#isOver = true;
    await sent;
    await this.settled;
  }

  /** Resolves when nothing is being sealed or written. */
  get settled(): Promise<void> | undefined {
    return this.#writing;
  }

  async #write(): Promise<void> {
    try {
      for (let sealing = this.#sealing[0]; sealing; sealing = this.#sealing[0]) {
        const sealed = await sealing;
        const record = this.#framed(sealed);
        release(sealed);
        await writeAll(this.#stream, record);
        this.#next();
      }
    } catch {
      this.#isOver = true;
      await Promise.allSettled(this.#sealing);
      this.#sealing.length = 0;
      this.#next();
    }
    this.#writing = undefined;
  }

  #next(): void {
    this.#sealing.shift();
    this.#taken.resolve();
    this.#taken = Promise.withResolvers();
  }

  /** One write of both costs less than two, though it means a copy. */
  #framed(sealed: Uint8Array): Uint8Array<ArrayBuffer> {
    const length = recordHeaderBytes + sealed.length;
    if (this.#record.length < length) this.#record = new Uint8Array(length);
    new DataView(this.#record.buffer).setUint32(0, sealed.length);
    this.#record.set(sealed, recordHeaderBytes);
    return this.#record.subarray(0, length);
  }
}

/** What `plaintextBytes` take in a record, its length left out. */
export function sealedBytes(plaintextBytes: number): number {
  return plaintextBytes + tagBytes;
}
