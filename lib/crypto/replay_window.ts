import { replayWindowSize } from "../limits.ts";

const wordBits = 32;

/**
 * Tells counters seen before from new ones, in whatever order they come, with one bit for each of the
 * last {@linkcode replayWindowSize} of them (RFC 6479: whole words are cleared as the window moves).
 *
 * Ask with {@linkcode isFresh} before the work of authentication, and {@linkcode accept} only after it:
 * a forged counter must not move the window.
 */
export class ReplayWindow {
  /** One word more than the window, so that clearing the newest never forgets the oldest. */
  readonly #words = new Uint32Array(replayWindowSize / wordBits + 1);
  #newest = -1;

  /** The highest counter accepted, or −1. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether `counter` is neither accepted before nor older than the window. */
  isFresh(counter: number): boolean {
    if (counter > this.#newest) return true;
    if (counter <= this.#newest - replayWindowSize) return false;
    return (this.#words[this.#indexOf(counter)]! & bitOf(counter)) === 0;
  }

  /** Marks `counter`, which must be fresh. */
  accept(counter: number): void {
    if (counter > this.#newest) this.#moveTo(counter);
    this.#words[this.#indexOf(counter)]! |= bitOf(counter);
  }

  #moveTo(counter: number): void {
    const wordsAhead = wordNumber(counter) - wordNumber(Math.max(this.#newest, 0));
    for (let i = 0; i < Math.min(wordsAhead, this.#words.length); i++) {
      this.#words[(wordNumber(counter) - i) % this.#words.length] = 0;
    }
    this.#newest = counter;
  }

  #indexOf(counter: number): number {
    return wordNumber(counter) % this.#words.length;
  }
}

function wordNumber(counter: number): number {
  return Math.floor(counter / wordBits);
}

function bitOf(counter: number): number {
  return 1 << (counter % wordBits);
}
