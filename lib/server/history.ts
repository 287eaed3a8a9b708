import { historyBytes, historyMessages } from "../limits.ts";
import type { RoomStore } from "./room_store.ts";

/** The newest global messages as they went out, for members that missed some. */
export class History {
  /** Names the numbering: a room that was made anew has another. */
  readonly room: bigint;
  /** Number of the newest message when this server started. */
  readonly baseSeq: number;
  readonly #store: RoomStore;
  readonly #messages = new Map<number, Uint8Array>();
  #bytes = 0;
  #newestSeq = 0;
  #keptSeq = 0;

  /** @throws {DataDirError} where the store can't be read */
  constructor(store: RoomStore) {
    const { id, newestSeq, messages } = store.load();
    this.room = id;
    this.#store = store;
    this.#newestSeq = newestSeq - messages.length;
    for (const message of messages) this.append(message);
    this.baseSeq = this.#keptSeq = newestSeq;
  }

  /** Number of the newest message, or 0. */
  get newestSeq(): number {
    return this.#newestSeq;
  }

  /** Number of the newest message that was written down: nobody should hear of later ones yet. */
  get keptSeq(): number {
    return this.#keptSeq;
  }

  /** Number of the oldest message still here; above {@linkcode newestSeq} where there is none. */
  get oldestSeq(): number {
    return this.#newestSeq - this.#messages.size + 1;
  }

  /** All messages that are here, in order. */
  messages(): Iterable<readonly [seq: number, message: Uint8Array]> {
    return this.#messages;
  }

  /** Takes the message numbered next, and forgets the oldest beyond the limits. */
  append(message: Uint8Array): void {
    const isWhole = message.length === message.buffer.byteLength; // a view would keep all that it is a view of
    this.#messages.set(++this.#newestSeq, isWhole ? message : message.slice());
    this.#bytes += message.length;
    while (this.#messages.size > historyMessages || this.#bytes > historyBytes) {
      const oldestSeq = this.oldestSeq;
      this.#bytes -= this.#messages.get(oldestSeq)!.length;
      this.#messages.delete(oldestSeq);
    }
  }

  /**
   * Writes down what has come since the last time.
   *
   * @throws {DataDirError} where the disk fails; these are then kept in memory alone
   */
  keep(): void {
    const firstSeq = Math.max(this.#keptSeq + 1, this.oldestSeq);
    const messages: Uint8Array[] = [];
    for (let seq = firstSeq; seq <= this.#newestSeq; seq++) messages.push(this.#messages.get(seq)!);
    this.#keptSeq = this.#newestSeq;
    if (messages.length > 0) this.#store.append(firstSeq, messages, this.oldestSeq);
  }

  get(seq: number): Uint8Array | undefined {
    return this.#messages.get(seq);
  }
}
