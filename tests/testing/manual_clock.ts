import type { Clock, Timer } from "../../lib/clock.ts";

interface Pending {
  readonly at: number;
  /** How many were set before it: of two that are due at once, the first goes first. */
  readonly order: number;
  /** Gone once it was cancelled. */
  callback: (() => void) | undefined;
}

/** A clock that stands still until the test moves it; what is due on the way is called in order. */
export class ManualClock implements Clock {
  /** A binary heap: none is due before the one at half its index. What is cancelled stays until it is due. */
  readonly #heap: Pending[] = [];
  #order = 0;
  #pending = 0;
  #now = 1_000;

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return 1_700_000_000_000 + Math.floor(this.#now); // whole ms, as `Date.now()`
  }

  after(pauseMs: number, callback: () => void): Timer {
    const pending: Pending = { at: this.#now + pauseMs, order: this.#order++, callback };
    this.#push(pending);
    this.#pending++;
    return { cancel: () => this.#cancel(pending) };
  }

  /** Timers set and neither due nor cancelled: a clock left with some means that somebody forgot one. */
  get pending(): number {
    return this.#pending;
  }

  /** Lets `ms` pass; timers see the moment for which they were set. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.step(end));
    this.#now = end;
  }

  /** Goes on to the next timer that is due until `end`, and calls it; `false` where there is none. */
  step(end: number): boolean {
    const next = this.#firstUntil(end);
    if (!next) return false;
    const callback = this.#take(next)!;
    this.#pop();
    this.#now = Math.max(this.#now, next.at);
    callback();
    return true;
  }

  #firstUntil(end: number): Pending | undefined {
    for (let first = this.#heap[0]; first && first.at <= end; first = this.#heap[0]) {
      if (first.callback) return first;
      this.#pop();
    }
    return undefined;
  }

  #cancel(pending: Pending): void {
    this.#take(pending);
  }

  /** Its callback, which is then nobody's to call any more. */
  #take(pending: Pending): (() => void) | undefined {
    const { callback } = pending;
    if (!callback) return undefined;
    pending.callback = undefined;
    this.#pending--;
    return callback;
  }

  #push(pending: Pending): void {
    let at = this.#heap.length;
    for (let parent = at - 1 >> 1; at > 0; at = parent, parent = at - 1 >> 1) {
      if (!isBefore(pending, this.#heap[parent]!)) break;
      this.#heap[at] = this.#heap[parent]!;
    }
    this.#heap[at] = pending;
  }

  #pop(): void {
    const last = this.#heap.pop()!;
    const { length } = this.#heap;
    if (length === 0) return;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && isBefore(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      if (isBefore(last, this.#heap[child]!)) break;
      this.#heap[at] = this.#heap[child]!;
      at = child;
    }
    this.#heap[at] = last;
  }
}

function isBefore(one: Pending, other: Pending): boolean {
  return one.at < other.at || one.at === other.at && one.order < other.order;
}
