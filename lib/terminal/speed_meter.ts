/** What is older says little about how long the rest takes. */
const windowMs = 5_000;

/** Over less than this a speed is a guess. */
const minSpanMs = 1_000;

/** What has grown within it may do so still; what hasn't stands. */
const steadyMs = 1_000;

/** How fast something grows, smoothed over a few seconds. Times in ms, of a clock that never goes back. */
export class SpeedMeter {
  #samples: { readonly at: number; readonly bytes: number }[] = [];

  /** Whether nothing has been noted. */
  get isEmpty(): boolean {
    return this.#samples.length === 0;
  }

  /** So many bytes are there at `at`. */
  note(at: number, bytes: number): void {
    this.#samples.push({ at, bytes });
    const first = this.#samples.findLastIndex((sample) => at - sample.at >= windowMs);
    if (first > 0) this.#samples.splice(0, first); // one from before the window, to measure all of it
  }

  /** Begins anew: what comes next continues nothing. */
  reset(): void {
    this.#samples = [];
  }

  /** Bytes a second; `undefined` while that can't be told. Where nothing comes any more, it sinks. */
  bytesPerSecond(now: number): number | undefined {
    const last = this.#samples.at(-1);
    if (!last) return undefined;
    const end = now - last.at <= steadyMs ? last.at : now;
    const recent = this.#samples.findLast(({ at }) => end - at >= windowMs);
    const first = recent ?? this.#samples[0];
    if (!first || end - first.at < minSpanMs) return undefined;
    return Math.max(0, last.bytes - first.bytes) * 1_000 / (end - first.at);
  }
}
