/**
 * The time, as an argument: programs use {@linkcode systemClock}, tests move their own.
 *
 * @module
 */

export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Milliseconds since 1970, as people reckon; may jump. */
  wallTime(): number;
  /** Calls back once, after the pause given in milliseconds, unless cancelled before. */
  after(pauseMs: number, callback: () => void): Timer;
}

/** A call that is to come. */
export interface Timer {
  /** Sees to it that it doesn't come; of no effect once it has. */
  cancel(): void;
}

/** Resolves after so many milliseconds by `clock`. */
export function pause(clock: Clock, pauseMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(pauseMs, resolve));
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(pauseMs, callback) {
    const id = setTimeout(callback, pauseMs);
    return { cancel: () => clearTimeout(id) };
  },
};
