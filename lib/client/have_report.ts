import { haveAfterMs } from "../limits.ts";

/**
 * Knows how far the server knows that we have everything, for authors to be told who has their words.
 * Probes and answers to them say so on their way; what none of them has said within
 * {@linkcode haveAfterMs} is said by itself.
 */
export class HaveReport {
  #seq = 0;
  #toldSeq = 0;
  /** Since when we have something that the server doesn't know of. */
  #untoldSince: number | undefined;
  /** The newest probe that is on its way: it has told nothing until it is heard. */
  #probe: { readonly number: number; readonly seq: number } | undefined;

  /** A connection stands, on which nothing has been told. */
  restart(): void {
    this.#seq = this.#toldSeq = 0;
    this.#untoldSince = this.#probe = undefined;
  }

  /** We have everything up to `seq`. */
  reach(seq: number, now: number): void {
    this.#seq = seq;
    if (seq > this.#toldSeq) this.#untoldSince ??= now;
  }

  /** The server is told over TCP, which loses nothing. */
  tell(seq: number): void {
    this.#toldSeq = Math.max(this.#toldSeq, seq);
    if (this.#seq <= this.#toldSeq) this.#untoldSince = undefined;
  }

  /** A probe leaves, and says how far we are, should it arrive. */
  sendProbe(number: number, seq: number): void {
    this.#probe = { number, seq };
  }

  /** The server has heard this probe. */
  hear(number: number): void {
    if (this.#probe?.number === number) this.tell(this.#probe.seq);
  }

  /** When {@linkcode take} has something to say, or `undefined`. */
  get nextAt(): number | undefined {
    return this.#untoldSince === undefined ? undefined : this.#untoldSince + haveAfterMs;
  }

  /** What is to be said by itself now, if anything. */
  take(now: number): number | undefined {
    if (this.nextAt === undefined || this.nextAt > now) return undefined;
    this.tell(this.#seq);
    return this.#seq;
  }
}
