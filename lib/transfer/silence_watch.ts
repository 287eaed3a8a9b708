import type { Clock, Timer } from "../clock.ts";
import { minTransferBytesPerSecond } from "../limits.ts";
import type { ByteStream } from "../transport/byte_stream.ts";

/**
 * Reads from a stream, and says so when it has waited too long, in all, for what counts as a word from the other side.
 *
 * Bytes alone are none, but they lengthen the wait by what they take on the slowest network there may be: a relay that
 * alters the length of a record could otherwise make a side wait for a long one, and take the small change of hours
 * for its beginning. Time in which nobody reads doesn't count.
 */
export class SilenceWatch implements Pick<ByteStream, "read"> {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onSilence: () => void;
  /** Waited since the last word, up to the read under way. */
  #waitedMs = 0;
  /** Bytes that have come since. */
  #bytes = 0;
  /** When the read under way began, or the last word came. */
  #waitingSince: number | undefined;
  /** One for many reads: it is set anew only when it has run out. */
  #timer: Timer | undefined;

  constructor(stream: ByteStream, clock: Clock, limitMs: number, onSilence: () => void) {
    this.#stream = stream;
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
  }

  async read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    this.#waitingSince = this.#clock.now();
    this.#setTimer();
    try {
      const count = await this.#stream.read(buffer);
      this.#bytes += count ?? 0;
      return count;
    } finally {
      this.#waitedMs = this.#waited();
      this.#waitingSince = undefined;
    }
  }

  /** Takes what came for a word from the other side. */
  heard(): void {
    this.#waitedMs = this.#bytes = 0;
    if (this.#waitingSince !== undefined) this.#waitingSince = this.#clock.now();
  }

  /** Says nothing from now on. */
  stop(): void {
    this.#timer?.cancel();
  }

  #waited(): number {
    const since = this.#waitingSince;
    return since === undefined ? this.#waitedMs : this.#waitedMs + this.#clock.now() - since;
  }

  /** How much longer is waited. */
  get #patienceMs(): number {
    return this.#limitMs + this.#bytes * 1_000 / minTransferBytesPerSecond - this.#waited();
  }

  #setTimer(): void {
    this.#timer ??= this.#clock.after(this.#patienceMs, () => {
      this.#timer = undefined;
      if (this.#waitingSince === undefined) return; // the next read sets it
      if (this.#patienceMs <= 0) this.#onSilence();
      else this.#setTimer();
    });
  }
}
