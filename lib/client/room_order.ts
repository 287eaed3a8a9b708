import type { Said } from "../codec/mod.ts";
import { gapPatienceMs, maxHeldBack } from "../limits.ts";

/** What can be shown next: a message, or the numbers of some that can't be had. */
export type Next = Said | {
  readonly kind: "missing";
  readonly firstSeq: number;
  readonly lastSeq: number;
};

export interface SeqRange {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** The server is asked again for what it has not repeated after this long. */
const askAgainMs = 1_000;

/**
 * Puts global messages into the room's order, each once, and knows which are missing.
 *
 * Whatever arrives goes in by {@linkcode receive}; what is next in line comes out of {@linkcode take}.
 * A gap that lasts is asked for: {@linkcode nextRequestAt} says when, {@linkcode takeRequest} for what.
 */
export class RoomOrder {
  #room: bigint | undefined;
  /** The newest message that was taken, with none missing before it. */
  #takenSeq = 0;
  /** The newest message known to exist. */
  #newestSeq = 0;
  #heldBack = new Map<number, Said>();
  #gapSince: number | undefined;
  #askedAt = -Infinity;
  /** The newest message that was asked for. */
  #askedSeq = 0;

  /** Number of the newest message before which nothing is missing. */
  get contiguousSeq(): number {
    return this.#takenSeq;
  }

  /**
   * A connection stands: goes on where the last one ended. In the first room it starts behind `newestSeq`;
   * in another one, which began while the connection was away, at its beginning. Answers what is left of
   * the old room, which can't be completed any more.
   */
  enter(room: bigint, newestSeq: number, now: number): Next[] {
    const isFirst = this.#room === undefined;
    const isOther = this.#room !== room;
    const left = isOther && !isFirst ? [...this.#giveUp(this.#newestSeq, now)] : [];
    if (isOther) {
      this.#room = room;
      this.#takenSeq = this.#newestSeq = isFirst ? newestSeq : 0;
      this.#gapSince = undefined;
    }
    this.#askedSeq = this.#takenSeq; // what was asked of the last connection may have got lost with it
    this.expect(newestSeq, now);
    return left;
  }

  /** A message with this number is known to exist. */
  expect(seq: number, now: number): void {
    this.#newestSeq = Math.max(this.#newestSeq, seq);
    if (this.#newestSeq > this.#takenSeq) this.#gapSince ??= now;
  }

  receive(said: Said, now: number): void {
    if (said.seq > this.#takenSeq) this.#heldBack.set(said.seq, said);
    this.expect(said.seq, now);
  }

  /** The messages whose turn it is, in order. */
  *take(now: number): Iterable<Next> {
    if (this.#heldBack.size > maxHeldBack) yield* this.#giveUp(this.#oldestHeldBack() - 1, now);
    for (;;) {
      const said = this.#heldBack.get(this.#takenSeq + 1);
      if (!said) return;
      this.#heldBack.delete(said.seq);
      this.#advanceTo(said.seq, now);
      yield said;
    }
  }

  /** The server no longer has the messages up to `lastSeq`; answers what of that is missing here. */
  *giveUp(lastSeq: number, now: number): Iterable<Next> {
    yield* this.#giveUp(lastSeq, now);
    yield* this.take(now);
  }

  /** When the server should be asked for a gap, or `undefined` where there is none. */
  get nextRequestAt(): number | undefined {
    if (this.#gapSince === undefined) return undefined;
    const wasAsked = this.#takenSeq < this.#askedSeq;
    return wasAsked ? this.#askedAt + askAgainMs : this.#gapSince + gapPatienceMs;
  }

  /** What to ask for now, if it is time to. */
  takeRequest(now: number): SeqRange | undefined {
    if (this.nextRequestAt === undefined || this.nextRequestAt > now) return undefined;
    this.#askedAt = now;
    this.#askedSeq = Math.min(this.#newestSeq, this.#oldestHeldBack() - 1);
    return { firstSeq: this.#takenSeq + 1, lastSeq: this.#askedSeq };
  }

  *#giveUp(lastSeq: number, now: number): Iterable<Next> {
    for (let firstSeq = this.#takenSeq + 1; firstSeq <= lastSeq; firstSeq = this.#takenSeq + 1) {
      if (this.#heldBack.has(firstSeq)) {
        const said = this.#heldBack.get(firstSeq)!;
        this.#heldBack.delete(firstSeq);
        this.#advanceTo(firstSeq, now);
        yield said;
        continue;
      }
      const end = Math.min(lastSeq, this.#oldestHeldBack() - 1);
      this.#advanceTo(end, now);
      yield { kind: "missing", firstSeq, lastSeq: end };
    }
  }

  #advanceTo(seq: number, now: number): void {
    this.#takenSeq = seq;
    this.#newestSeq = Math.max(this.#newestSeq, seq);
    this.#gapSince = this.#newestSeq > seq ? now : undefined;
    if (seq <= this.#askedSeq) this.#askedAt = now; // the answer is under way
  }

  /** Infinity where nothing is held back. */
  #oldestHeldBack(): number {
    let oldest = Infinity;
    for (const seq of this.#heldBack.keys()) oldest = Math.min(oldest, seq);
    return oldest;
  }
}
