import type { Clock, Timer } from "../../lib/clock.ts";

/**
 * The time as one process has it: while its machine sleeps, what is due waits until it wakes; when the process is
 * killed, its timers are gone.
 */
export class ProcessClock implements Clock {
  readonly #clock: Clock;
  readonly #timers = new Set<Timer>();
  /** What came due while the machine slept. */
  #late: (() => void)[] = [];
  #isAsleep = false;
  #isKilled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wallTime(): number {
    return this.#clock.wallTime();
  }

  after(pauseMs: number, callback: () => void): Timer {
    if (this.#isKilled) return { cancel: () => {} };
    const timer = this.#clock.after(pauseMs, () => this.#isAsleep ? this.#late.push(call) : call());
    const handle = { cancel: () => this.#cancel(handle, timer) };
    const call = () => {
      if (this.#timers.delete(handle)) callback();
    };
    this.#timers.add(handle);
    return handle;
  }

  /** Timers set and neither called nor cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  sleep(): void {
    this.#isAsleep = true;
  }

  /** Calls what came due meanwhile, in order. */
  wake(): void {
    this.#isAsleep = false;
    const late = this.#late;
    this.#late = [];
    for (const call of late) call();
  }

  /** The process is no more. */
  kill(): void {
    this.#isKilled = true;
    for (const timer of this.#timers) timer.cancel();
    this.#late = [];
  }

  #cancel(handle: Timer, timer: Timer): void {
    this.#timers.delete(handle);
    timer.cancel();
  }
}
