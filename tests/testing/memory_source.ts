import type { Source } from "../../lib/transfer/mod.ts";

/** What is sent, from memory. */
export class MemorySource implements Source {
  /** The places from which was read, in order. */
  readonly readsFrom: number[] = [];
  isClosed = false;
  readonly #content: Uint8Array;
  readonly #size: number;

  /** @param size what it says that it has, where that isn't true */
  constructor(readonly manifest: Uint8Array, content: Uint8Array, size = content.length) {
    this.#content = content;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  read(offset: number, into: Uint8Array): Promise<number> {
    if (this.isClosed) throw new Error("read after it was closed");
    this.readsFrom.push(offset);
    const bytes = this.#content.subarray(offset, offset + into.length);
    into.set(bytes);
    return Promise.resolve(bytes.length);
  }

  close(): void {
    if (this.isClosed) throw new Error("closed twice");
    this.isClosed = true;
  }
}
