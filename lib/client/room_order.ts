import type { Said, Welcome } from "../codec/mod.ts";
import { gapPatienceMs, maxHeldBack } from "../limits.ts";

/** What can be shown next. */
export type Next =
  | Said
  /** The numbers of messages that can't be had. */
  | { readonly kind: "missing"; readonly firstSeq: number; readonly lastSeq: number }
  /** What was said before we came is over: all that follows is new. */
  | { readonly kind: "caughtUp" };

/** What a welcome says of the room's numbers. */
export type RoomState = Pick<Welcome, "room" | "run" | "baseSeq" | "newestSeq">;

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
  readonly #history: number;
  #room: bigint | undefined;
  #run: bigint | undefined;
  /** What was said before we came, in the room that we came to first. */
  #past: { readonly room: bigint; seq: number } | undefined;
  /** Whether all of it that can be had was taken. */
  #hasCaughtUp: boolean;
  /** From here on the absence of a message is worth a word: nobody is owed what was said before they came. */
  #owedFrom = 1;
  /** The newest message that was taken, with none missing before it. */
  #takenSeq = 0;
  /** The newest message known to exist. */
  #newestSeq = 0;
  #heldBack = new Map<number, Said>();
  #gapSince: number | undefined;
  #askedAt = -Infinity;
  /** The newest message that was asked for. */
  #askedSeq = 0;

  /** @param history how many messages from before we came are wanted */
  constructor(history = 0) {
    this.#history = history;
    this.#hasCaughtUp = history === 0;
  }

  /** Number of the newest message before which nothing is missing. */
  get contiguousSeq(): number {
    return this.#takenSeq;
  }

  /** Number of the newest message known to exist. */
  get newestSeq(): number {
    return this.#newestSeq;
  }

  /** Whether a message was said before we came. */
  isPast(room: bigint, seq: number): boolean {
    return room === this.#past?.room && seq <= this.#past.seq;
  }

  /**
   * A connection stands: goes on where the last one ended. In the first room it starts behind `newestSeq`, or
   * as many messages before it as are wanted; in another one, which began while the connection was away, at
   * its beginning. Answers what is left of the old room, which can't be completed any more.
   */
  enter({ room, run, baseSeq, newestSeq }: RoomState, now: number): Next[] {
    const next: Next[] = [];
    if (this.#room === undefined) next.push(...this.#begin(room, newestSeq, now));
    else if (this.#room !== room) next.push(...this.#moveTo(room, now));
    else if (this.#run !== run) next.push(...this.#goBackTo(baseSeq));
    this.#run = run;
    this.#askedSeq = this.#takenSeq; // what was asked of the last connection may have got lost with it
    this.expect(newestSeq, now);
    return next;
  }

  #begin(room: bigint, newestSeq: number, now: number): Iterable<Next> {
    this.#room = room;
    this.#past = { room, seq: newestSeq };
    this.#owedFrom = newestSeq + 1;
    this.#takenSeq = Math.max(0, newestSeq - this.#history);
    this.#newestSeq = newestSeq;
    if (newestSeq > this.#takenSeq) this.#gapSince = now - gapPatienceMs; // none of it is on its way
    return this.#catchUp();
  }

  *#moveTo(room: bigint, now: number): Iterable<Next> {
    yield* this.#giveUp(this.#newestSeq, now);
    this.#room = room;
    this.#takenSeq = this.#newestSeq = 0;
    this.#owedFrom = 1;
    this.#gapSince = undefined;
  }

  /** Another run of the same room's server, which may have lost its newest messages and give their numbers anew. */
  #goBackTo(baseSeq: number): Iterable<Next> {
    if (this.#newestSeq <= baseSeq) return [];
    for (const seq of this.#heldBack.keys()) if (seq > baseSeq) this.#heldBack.delete(seq);
    this.#newestSeq = baseSeq;
    this.#takenSeq = Math.min(this.#takenSeq, baseSeq);
    this.#owedFrom = Math.min(this.#owedFrom, baseSeq + 1);
    if (this.#past) this.#past.seq = Math.min(this.#past.seq, baseSeq);
    if (this.#newestSeq === this.#takenSeq) this.#gapSince = undefined;
    return this.#catchUp();
  }

  /** A message with this number is known to exist. */
  expect(seq: number, now: number): void {
    this.#newestSeq = Math.max(this.#newestSeq, seq);
    if (this.#newestSeq > this.#takenSeq) this.#gapSince ??= now;
  }

  /** Takes a message, which may be a view of a frame: nothing of that is kept. */
  receive(said: Said, now: number): void {
    if (said.seq > this.#takenSeq) {
      this.#heldBack.set(said.seq, { ...said, signature: said.signature.slice() });
    }
    this.expect(said.seq, now);
  }

  /** The messages whose turn it is, in order. */
  *take(now: number): Iterable<Next> {
    if (this.#heldBack.size > maxHeldBack) yield* this.#giveUp(this.#oldestHeldBack() - 1, now);
    for (;;) {
      const said = this.#heldBack.get(this.#takenSeq + 1);
      if (!said) return;
      yield* this.#take(said, now);
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
      const said = this.#heldBack.get(firstSeq);
      if (said) {
        yield* this.#take(said, now);
        continue;
      }
      const end = Math.min(lastSeq, this.#oldestHeldBack() - 1);
      this.#advanceTo(end, now);
      const owed = Math.max(firstSeq, this.#owedFrom);
      if (owed <= end) yield { kind: "missing", firstSeq: owed, lastSeq: end };
      yield* this.#catchUp();
    }
  }

  *#take(said: Said, now: number): Iterable<Next> {
    this.#heldBack.delete(said.seq);
    this.#advanceTo(said.seq, now);
    this.#owedFrom = Math.min(this.#owedFrom, said.seq + 1);
    yield said;
    yield* this.#catchUp();
  }

  *#catchUp(): Iterable<Next> {
    if (this.#hasCaughtUp || this.#takenSeq < this.#past!.seq) return;
    this.#hasCaughtUp = true;
    yield { kind: "caughtUp" };
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
