import { historyBytes, historyMessages } from "../limits.ts";

/** The newest global messages as they went out, for members that missed some. */
export class History {
  readonly #messages = new Map<number, Uint8Array>();
  #bytes = 0;
  #newestSeq = 0;

  /** Number of the newest message, or 0. */
  get newestSeq(): number {
    return this.#newestSeq;
  }

  /** Number of the oldest message still here; above {@linkcode newestSeq} where there is none. */
  get oldestSeq(): number {
    return this.#newestSeq - this.#messages.size + 1;
  }

  /** Takes the message numbered next, and forgets the oldest beyond the limits. */
  append(message: Uint8Array): void {
    this.#messages.set(++this.#newestSeq, message);
    this.#bytes += message.length;
    while (this.#messages.size > historyMessages || this.#bytes > historyBytes) {
      const oldestSeq = this.oldestSeq;
      this.#bytes -= this.#messages.get(oldestSeq)!.length;
      this.#messages.delete(oldestSeq);
    }
  }

  get(seq: number): Uint8Array | undefined {
    return this.#messages.get(seq);
  }
}
