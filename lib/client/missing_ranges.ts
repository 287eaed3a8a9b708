import { maxRepairsInFlight } from "../limits.ts";

export interface SeqRange {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** Neighbours that share their fate. */
interface MissingRange {
  firstSeq: number;
  lastSeq: number;
  isAskedFor: boolean;
  /** When they are to be asked for, first or again. */
  askAt: number;
}

/** So much longer than a round trip without any answer, and the server is asked again: TCP loses nothing. */
const askAgainMs = 1_000;

/**
 * So much longer than a round trip without more of an answer, and the rest is asked for: the server has
 * stopped at its limit. TCP pauses nearly as long where it has to repeat something (Linux: 200 ms).
 */
const goOnMs = 250;

/**
 * Numbers that are missing, and when to ask for each.
 *
 * They are kept as ranges, a few for each gap, however many numbers that is. The first
 * {@linkcode maxRepairsInFlight} of them are asked for as each is due, whatever became of the others; the
 * rest has its turn when some of those have come.
 */
export class MissingRanges {
  /** Ascending. Those next to each other were not asked for together. */
  #ranges: MissingRange[] = [];
  /** As it was known when something was asked for last. */
  #roundTripMs = 0;

  /** The last before the first that isn't missing; `undefined` where none is missing. */
  get firstGapEnd(): number | undefined {
    let end = this.#ranges[0]?.lastSeq;
    for (let i = 1; this.#ranges[i]?.firstSeq === end! + 1; i++) end = this.#ranges[i]!.lastSeq;
    return end;
  }

  /**
   * Adds numbers above all others, if any. Those next to what is yet to be asked for are asked for with it,
   * which is sooner.
   */
  add(firstSeq: number, lastSeq: number, askAt: number): void {
    if (firstSeq > lastSeq) return;
    const last = this.#ranges.at(-1);
    if (last && !last.isAskedFor && last.lastSeq + 1 === firstSeq) last.lastSeq = lastSeq;
    else this.#ranges.push({ firstSeq, lastSeq, isAskedFor: false, askAt });
  }

  /** This one isn't missing; where it was asked for, it shows that the answer is under way. */
  delete(seq: number, now: number): void {
    const index = this.#indexOf(seq);
    const range = this.#ranges[index];
    if (!range || seq < range.firstSeq) return;
    if (range.isAskedFor) range.askAt = now + this.#roundTripMs + goOnMs;
    const { firstSeq, lastSeq } = range;
    if (firstSeq === lastSeq) this.#ranges.splice(index, 1);
    else if (seq === firstSeq) range.firstSeq++;
    else if (seq === lastSeq) range.lastSeq--;
    else {
      range.lastSeq = seq - 1;
      this.#ranges.splice(index + 1, 0, { ...range, firstSeq: seq + 1, lastSeq });
    }
  }

  /** Forgets those up to this one. */
  deleteUpTo(seq: number): void {
    const index = this.#indexOf(seq + 1);
    if (index > 0) this.#ranges.splice(0, index);
    const [first] = this.#ranges;
    if (first && first.firstSeq <= seq) first.firstSeq = seq + 1;
  }

  /** Forgets those above this one. */
  deleteAbove(seq: number): void {
    const index = this.#indexOf(seq + 1);
    const range = this.#ranges[index];
    if (range) range.lastSeq = seq;
    this.#ranges.splice(range && range.firstSeq <= seq ? index + 1 : index);
  }

  /** Whatever was asked for may have got lost, and nothing is on its way by itself: all of it is due. */
  restart(now: number): void {
    for (const range of this.#ranges) Object.assign(range, { isAskedFor: false, askAt: now });
  }

  /** When {@linkcode takeRequests} has something, or `undefined` where nothing is missing. */
  get nextRequestAt(): number | undefined {
    if (this.#ranges.length === 0) return undefined;
    let at = Infinity;
    const end = Math.min(this.#ranges.length, maxRepairsInFlight);
    for (let i = 0; i < end; i++) at = Math.min(at, this.#ranges[i]!.askAt);
    return at;
  }

  /**
   * What to ask for now: all that is due at once. What is asked for again takes its neighbours along, lest there
   * be more and more of them while nothing is answered.
   *
   * @param roundTripMs as far as known: an answer takes no less
   */
  takeRequests(now: number, roundTripMs: number): SeqRange[] {
    this.#roundTripMs = roundTripMs;
    const asked: MissingRange[] = [];
    const first = this.#ranges.slice(0, maxRepairsInFlight);
    const kept = first.filter((range) => {
      const isDue = range.askAt <= now;
      const previous = asked.at(-1);
      const isNeighbour = previous?.lastSeq === range.firstSeq - 1;
      if (isNeighbour && (isDue || previous.isAskedFor)) {
        previous.lastSeq = range.lastSeq;
        return false;
      }
      if (isDue) asked.push(range);
      return true;
    });
    if (kept.length < first.length) this.#ranges.splice(0, first.length, ...kept);
    for (const range of asked) {
      range.isAskedFor = true;
      range.askAt = now + roundTripMs + askAgainMs;
    }
    return asked.map(({ firstSeq, lastSeq }) => ({ firstSeq, lastSeq }));
  }

  /** Of the first range that doesn't end before this number; their count where all do. */
  #indexOf(seq: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = low + high >>> 1;
      if (this.#ranges[middle]!.lastSeq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
