import type { Said, Welcome } from "../codec/mod.ts";
import { gapPatienceMs, maxHeldBack } from "../limits.ts";
import { MissingRanges, type SeqRange } from "./missing_ranges.ts";

/** What can be shown next. */
export type Next =
  | Said
  /** The numbers of messages that can't be had. */
  | { readonly kind: "missing"; readonly firstSeq: number; readonly lastSeq: number }
  /** What was said before we came is over: all that follows is new. */
  | { readonly kind: "caughtUp" };

/** What a welcome says of the room's numbers. */
export type RoomState = Pick<Welcome, "room" | "run" | "baseSeq" | "newestSeq">;

/**
 * Puts global messages into the room's order, each once, and knows which are missing.
 *
 * Whatever arrives goes in by {@linkcode receive}; what is next in line comes out of {@linkcode take}.
 * Gaps that last are asked for: {@linkcode nextRequestAt} says when, {@linkcode takeRequests} for what.
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
  /** Messages after the newest that was taken; up to the newest known, each one is here or missing. */
  #heldBack = new Map<number, Said>();
  #missing = new MissingRanges();

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
    if (this.#room === undefined) next.push(...this.#begin(room, newestSeq));
    else if (this.#room !== room) next.push(...this.#moveTo(room));
    else if (this.#run !== run) next.push(...this.#goBackTo(baseSeq));
    this.#run = run;
    this.expect(newestSeq, now);
    this.#missing.restart(now); // nothing of it is on its way over this connection
    return next;
  }

  #begin(room: bigint, newestSeq: number): Iterable<Next> {
    this.#room = room;
    this.#past = { room, seq: newestSeq };
    this.#owedFrom = newestSeq + 1;
    this.#takenSeq = this.#newestSeq = Math.max(0, newestSeq - this.#history);
    return this.#catchUp();
  }

  *#moveTo(room: bigint): Iterable<Next> {
    yield* this.#giveUp(this.#newestSeq);
    this.#room = room;
    this.#takenSeq = this.#newestSeq = 0;
    this.#owedFrom = 1;
  }

  /** Another run of the same room's server, which may have lost its newest messages and give their numbers anew. */
  #goBackTo(baseSeq: number): Iterable<Next> {
    if (this.#newestSeq <= baseSeq) return [];
    for (const seq of this.#heldBack.keys()) if (seq > baseSeq) this.#heldBack.delete(seq);
    this.#missing.deleteAbove(baseSeq);
    this.#newestSeq = baseSeq;
    this.#takenSeq = Math.min(this.#takenSeq, baseSeq);
    this.#owedFrom = Math.min(this.#owedFrom, baseSeq + 1);
    if (this.#past) this.#past.seq = Math.min(this.#past.seq, baseSeq);
    return this.#catchUp();
  }

  /** A message with this number is known to exist. */
  expect(seq: number, now: number): void {
    if (seq <= this.#newestSeq) return;
    this.#missing.add(this.#newestSeq + 1, seq, now + gapPatienceMs);
    this.#newestSeq = seq;
  }

  /** Takes a message, which may be a view of a frame: nothing of that is kept. */
  receive(said: Said, now: number): void {
    const { seq } = said;
    if (seq <= this.#takenSeq || this.#heldBack.has(seq)) return;
    this.#heldBack.set(seq, { ...said, signature: said.signature.slice() });
    if (seq <= this.#newestSeq) return this.#missing.delete(seq, now);
    this.expect(seq - 1, now);
    this.#newestSeq = seq;
  }

  /** The messages whose turn it is, in order. */
  *take(): Iterable<Next> {
    for (;;) {
      const said = this.#heldBack.get(this.#takenSeq + 1);
      if (said) yield* this.#take(said);
      else if (this.#heldBack.size > maxHeldBack) yield* this.#giveUp(this.#firstGapEnd);
      else return;
    }
  }

  /** The server no longer has the messages up to `lastSeq`; answers what of that is missing here. */
  *giveUp(lastSeq: number): Iterable<Next> {
    yield* this.#giveUp(lastSeq);
    yield* this.take();
  }

  /** When the server should be asked for something, or `undefined` where nothing is missing. */
  get nextRequestAt(): number | undefined {
    return this.#missing.nextRequestAt;
  }

  /**
   * What to ask for now: all that it is time for.
   *
   * @param roundTripMs as far as known: an answer takes no less
   */
  takeRequests(now: number, roundTripMs = 0): SeqRange[] {
    return this.#missing.takeRequests(now, roundTripMs);
  }

  *#giveUp(lastSeq: number): Iterable<Next> {
    for (let firstSeq = this.#takenSeq + 1; firstSeq <= lastSeq; firstSeq = this.#takenSeq + 1) {
      const said = this.#heldBack.get(firstSeq);
      if (said) {
        yield* this.#take(said);
        continue;
      }
      const end = Math.min(lastSeq, this.#firstGapEnd);
      this.#advanceTo(end);
      const owed = Math.max(firstSeq, this.#owedFrom);
      if (owed <= end) yield { kind: "missing", firstSeq: owed, lastSeq: end };
      yield* this.#catchUp();
    }
  }

  *#take(said: Said): Iterable<Next> {
    this.#heldBack.delete(said.seq);
    this.#advanceTo(said.seq);
    this.#owedFrom = Math.min(this.#owedFrom, said.seq + 1);
    yield said;
    yield* this.#catchUp();
  }

  *#catchUp(): Iterable<Next> {
    if (this.#hasCaughtUp || this.#takenSeq < this.#past!.seq) return;
    this.#hasCaughtUp = true;
    yield { kind: "caughtUp" };
  }

  #advanceTo(seq: number): void {
    this.#takenSeq = seq;
    this.#newestSeq = Math.max(this.#newestSeq, seq);
    this.#missing.deleteUpTo(seq);
  }

  /** Where the next message is missing: the last before one that is held back, or Infinity. */
  get #firstGapEnd(): number {
    return this.#heldBack.size === 0 ? Infinity : this.#missing.firstGapEnd ?? Infinity;
  }
}
