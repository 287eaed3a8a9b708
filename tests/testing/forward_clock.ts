import { type Clock, systemClock, type Timer } from "../../lib/clock.ts";

/** The machine's own time, put forward whenever a test wants; timers that are set keep their pace. */
export class ForwardClock implements Clock {
  #aheadMs = 0;

  now(): number {
    return systemClock.now() + this.#aheadMs;
  }

  wallTime(): number {
    return systemClock.wallTime() + this.#aheadMs;
  }

  after(pauseMs: number, callback: () => void): Timer {
    return systemClock.after(pauseMs, callback);
  }

  putForward(ms: number): void {
    this.#aheadMs += ms;
  }
}
