import { bitCount } from "../bit_count.ts";
import { replayWindowSize } from "../limits.ts";

const wordBits = 32;
/** One more than the window needs, so that clearing the newest never forgets the oldest. */
const windowWords = replayWindowSize / wordBits + 1;

/**
 * Tells counters seen before from new ones, in whatever order they come, with one bit for each of the
 * last {@linkcode replayWindowSize} of them (RFC 6479: whole words are cleared as the window moves).
 *
 * Ask with {@linkcode isFresh} before the work of authentication, and {@linkcode accept} only after it:
 * a forged counter must not move the window.
 */
export class ReplayWindow {
  /** Made for the first counter: members that send no datagrams do without. */
  #windowWords: Uint32Array | undefined;
  #newest = -1;

  /** The highest counter accepted, or −1. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether `counter` is neither accepted before nor older than the window. */
  isFresh(counter: number): boolean {
    if (counter > this.#newest) return true;
    if (counter <= this.#newest - replayWindowSize) return false;
    return (this.#word(counter) & bitOf(counter)) === 0;
  }

  /** Marks `counter`, which must be fresh. */
  accept(counter: number): void {
    if (counter > this.#newest) this.#moveTo(counter);
    this.#windowWords![indexOf(counter)]! |= bitOf(counter);
  }

  /**
   * How many of the last `span` counters have been accepted, up to the newest; of all, where there are
   * fewer. Looks at a word at a time, and costs {@linkcode accept} nothing.
   *
   * @throws {RangeError} where the window doesn't reach so far back
   */
  countOf(span: number): number {
    if (span > replayWindowSize) {
      throw new RangeError(
        `Cannot count more than ${replayWindowSize} counters: received ${span}`,
      );
    }
    const oldest = Math.max(0, this.#newest - span + 1);
    let count = 0;
    for (let first = oldest; first <= this.#newest;) {
      const end = Math.min(first - first % wordBits + wordBits, this.#newest + 1);
      const bits = this.#word(first) >>> first % wordBits;
      count += bitCount(end - first === wordBits ? bits : bits & (1 << end - first) - 1);
      first = end;
    }
    return count;
  }

  #moveTo(counter: number): void {
    this.#windowWords ??= new Uint32Array(windowWords);
    const wordsAhead = wordNumber(counter) - wordNumber(Math.max(this.#newest, 0));
    for (let i = 0; i < Math.min(wordsAhead, windowWords); i++) {
      this.#windowWords[(wordNumber(counter) - i) % windowWords] = 0;
    }
    this.#newest = counter;
  }

  #word(counter: number): number {
    return this.#windowWords?.[indexOf(counter)] ?? 0;
  }
}

function indexOf(counter: number): number {
  return wordNumber(counter) % windowWords;
}

function wordNumber(counter: number): number {
  return Math.floor(counter / wordBits);
}

function bitOf(counter: number): number {
  return 1 << (counter % wordBits);
}
