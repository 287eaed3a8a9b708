/** So many at once, and so many a second after that. */
export interface Rate {
  /** Tokens that may be taken at once. */
  readonly burst: number;
  /** Tokens that come back each second. */
  readonly perSecond: number;
}

/** Lets so many through at once and so many a second after that, and says how long the rest must wait. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = now;
  }

  /** Whether a token could be taken without waiting. */
  has(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= 1;
  }

  /** Whether a new one would make no great difference. */
  isFresh(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#rate.burst * 0.9;
  }

  /** Takes tokens, on credit if need be; answers the milliseconds until the credit is paid back. */
  take(now: number, tokens = 1): number {
    this.#fill(now);
    this.#tokens -= tokens;
    return this.#tokens >= 0 ? 0 : -this.#tokens * 1_000 / this.#rate.perSecond;
  }

  #fill(now: number): void {
    const earned = (now - this.#filledAt) * this.#rate.perSecond / 1_000;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + earned);
    this.#filledAt = now;
  }
}
