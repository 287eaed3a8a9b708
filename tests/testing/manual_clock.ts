import type { Clock, Timer } from "../../lib/clock.ts";
import { type Due, DueQueue } from "./due_queue.ts";

interface Pending {
  /** Gone once it was cancelled. */
  callback: (() => void) | undefined;
}

/** A clock that stands still until the test moves it; what is due on the way is called in order. */
export class ManualClock implements Clock {
  /** What is cancelled stays until it is due. */
  readonly #queue = new DueQueue<Pending>();
  #pending = 0;
  #now = 1_000;

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return 1_700_000_000_000 + Math.floor(this.#now); // whole ms, as `Date.now()`
  }

  after(pauseMs: number, callback: () => void): Timer {
    const pending: Pending = { callback };
    this.#queue.add(pending, this.#now + pauseMs);
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
    const callback = this.#take(next.item)!;
    this.#queue.removeFirst();
    this.#now = Math.max(this.#now, next.at);
    callback();
    return true;
  }

  #firstUntil(end: number): Due<Pending> | undefined {
    for (let { first } = this.#queue; first && first.at <= end; first = this.#queue.first) {
      if (first.item.callback) return first;
      this.#queue.removeFirst();
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
}
