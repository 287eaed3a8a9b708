import type { Clock, Timer } from "../clock.ts";

export interface LogThrottleOptions {
  readonly clock: Clock;
  readonly linesPerSecond: number;
  readonly write: (line: string) => void;
  /** Puts into words that lines were left out. */
  readonly summarise: (count: number) => string;
}

/** Writes so many lines a second and no more; what is over is counted, and said in one line. */
export class LogThrottle {
  readonly #options: LogThrottleOptions;
  #written = 0;
  #suppressed = 0;
  /** Ends the second that began with the first line. */
  #timer: Timer | undefined;

  constructor(options: LogThrottleOptions) {
    this.#options = options;
  }

  write(line: string): void {
    const { clock, linesPerSecond, write } = this.#options;
    this.#timer ??= clock.after(1_000, () => this.flush());
    if (this.#written === linesPerSecond) {
      this.#suppressed++;
      return;
    }
    this.#written++;
    write(line);
  }

  /** Says what has been left out so far, and begins anew. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { write, summarise } = this.#options;
    if (this.#suppressed > 0) write(summarise(this.#suppressed));
    this.#written = 0;
    this.#suppressed = 0;
  }
}
