import type { Clock, Timer } from "../../lib/clock.ts";

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until the test moves it; what is due on the way is called in order. */
export class ManualClock implements Clock {
  readonly #pending = new Set<Pending>();
  #now = 1_000;

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return 1_700_000_000_000 + this.#now;
  }

  after(pauseMs: number, callback: () => void): Timer {
    const pending = { at: this.#now + pauseMs, callback };
    this.#pending.add(pending);
    return { cancel: () => this.#pending.delete(pending) };
  }

  /** Timers set and neither due nor cancelled: a clock left with some means that somebody forgot one. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Lets `ms` pass; timers see the moment for which they were set. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#firstUntil(end); next; next = this.#firstUntil(end)) {
      this.#pending.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  #firstUntil(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.at <= end && (!first || pending.at < first.at)) first = pending;
    }
    return first;
  }
}
