import type { Clock, Timer } from "../clock.ts";
import { maxLostRaces, outboxLazyMs } from "../limits.ts";
import { accepted, decodeLetter, encodeLetter } from "./letter.ts";
import { lostTooOften } from "./lost_too_often.ts";
import type { Change, ClientStore } from "./store.ts";

export interface OutboxNewsOptions {
  readonly store: ClientStore;
  readonly clock: Clock;
  /** Told of what this client can't go on from, such as a disk that is full. */
  readonly onFault: (error: unknown) => void;
}

/**
 * What has become of letters, and the client's store doesn't say yet: it is told a little later, of all at once.
 * What is lost of it when the process is killed, the server tells again.
 */
export class OutboxNews {
  readonly #options: OutboxNewsOptions;
  /** By the record's key. */
  readonly #news = new Map<string, "accepted" | "removed">();
  #flushing: Timer | undefined;

  constructor(options: OutboxNewsOptions) {
    this.#options = options;
  }

  isRemoved(key: string): boolean {
    return this.#news.get(key) === "removed";
  }

  add(key: string, news: "accepted" | "removed"): void {
    this.#news.set(key, news);
    const { clock, onFault } = this.#options;
    this.#flushing ??= clock.after(outboxLazyMs, () => {
      try {
        this.flush();
      } catch (error) {
        onFault(error);
      }
    });
  }

  /** They were of an envelope that the letter has no more. */
  drop(key: string): void {
    this.#news.delete(key);
  }

  /**
   * Tells the store what it doesn't know yet.
   *
   * @throws {StoreError}
   */
  flush(): void {
    this.#flushing?.cancel();
    this.#flushing = undefined;
    for (let lost = 0; lost < maxLostRaces; lost++) {
      const changes = [...this.#news.keys()].flatMap((key) => this.#changes(key));
      if (changes.length === 0 || this.#options.store.commit(changes)) return this.#news.clear();
    }
    throw lostTooOften();
  }

  /** Another process may have changed the record meanwhile, or removed it. */
  #changes(key: string): Change[] {
    const stored = this.#options.store.get(key);
    if (!stored) return [];
    const { version } = stored;
    if (this.isRemoved(key)) return [{ key, value: undefined, version }];
    return [{ key, value: encodeLetter(accepted(decodeLetter(stored.value))), version }];
  }
}
