import { concat } from "@std/bytes/concat";
import type { DuplexStream } from "../../lib/transport/mod.ts";

/** One end of a byte stream in memory, which can behave as badly as a network does. */
export class MemoryStream implements DuplexStream {
  /** What each `write` took, in order. */
  readonly writes: Uint8Array<ArrayBuffer>[] = [];
  /** The most that one `write` takes. */
  maxWriteBytes = Infinity;
  /** The most that one `read` gives. */
  maxReadBytes = Infinity;
  /** Number of the bit, counted from the first one written, that arrives inverted. */
  flippedBit: number | undefined;
  /** After so many bytes, the other end sees the stream end, whatever else is written. */
  endsAfterBytes = Infinity;
  readonly #closed = Promise.withResolvers<never>();
  #isClosed = false;
  #other!: MemoryStream;
  #incoming = new Uint8Array();
  #arrived = Promise.withResolvers<void>();
  #stall: PromiseWithResolvers<void> | undefined;
  #bytesWritten = 0;

  private constructor() {
    this.#closed.promise.catch(() => {}); // whoever waits is told; nobody has to wait
  }

  /** Two ends of one stream: what is written to either is read from the other. */
  static pair(): [MemoryStream, MemoryStream] {
    const [a, b] = [new MemoryStream(), new MemoryStream()];
    a.#other = b;
    b.#other = a;
    return [a, b];
  }

  get #hasEnded(): boolean {
    return this.#isClosed || this.#bytesWritten >= this.endsAfterBytes;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** All that was written, in one piece. */
  get written(): Uint8Array<ArrayBuffer> {
    return concat(this.writes);
  }

  /** From now on the other end takes nothing, as one that has stopped reading. */
  stall(): void {
    this.#stall ??= Promise.withResolvers();
  }

  /** The other end takes again what is written. */
  resume(): void {
    this.#stall?.resolve();
    this.#stall = undefined;
  }

  async read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    while (this.#incoming.length === 0) {
      if (this.#isClosed) throw new Deno.errors.BadResource("closed");
      if (this.#other.#hasEnded) return null;
      await Promise.race([this.#arrived.promise, this.#closed.promise]);
    }
    const bytes = this.#incoming.subarray(0, Math.min(buffer.length, this.maxReadBytes));
    buffer.set(bytes);
    this.#incoming = this.#incoming.slice(bytes.length);
    return bytes.length;
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    await Promise.race([this.#stall?.promise, this.#closed.promise]);
    if (this.#other.#isClosed) throw new Deno.errors.BrokenPipe("closed");
    const taken = bytes.slice(0, this.maxWriteBytes);
    this.writes.push(taken);
    const left = Math.max(0, this.endsAfterBytes - this.#bytesWritten);
    this.#other.#take(this.#garble(taken).subarray(0, left));
    return taken.length;
  }

  /** As with a socket, what was written before is read first. */
  closeWrite(): Promise<void> {
    this.endsAfterBytes = this.#bytesWritten;
    this.#other.#arrived.resolve();
    return Promise.resolve();
  }

  /** Bytes written to this end and not yet read. */
  get unread(): number {
    return this.#incoming.length;
  }

  close(): void {
    if (this.#isClosed) throw new Deno.errors.BadResource("closed before");
    this.#isClosed = true;
    this.#closed.reject(new Deno.errors.Interrupted("closed"));
    this.#arrived.resolve();
    this.#other.#arrived.resolve();
  }

  /** What really arrives of what was written. */
  #garble(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const first = this.#bytesWritten;
    this.#bytesWritten += bytes.length;
    const offset = Math.floor((this.flippedBit ?? -1) / 8) - first;
    if (offset < 0 || offset >= bytes.length) return bytes;
    const garbled = bytes.slice();
    garbled[offset]! ^= 1 << (this.flippedBit! % 8);
    return garbled;
  }

  #take(bytes: Uint8Array<ArrayBuffer>): void {
    this.#incoming = concat([this.#incoming, bytes]);
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}
