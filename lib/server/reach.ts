import type { Reached } from "../codec/mod.ts";
import { maxNamesPerMessage, reachMs } from "../limits.ts";
import type { Member } from "./member.ts";

/** What of an author's newest global message is known, and what the author was told of it. */
interface Newest {
  seq: number;
  saidAt: number;
  toldCount: number;
  toldPresent: number;
}

/**
 * Tells authors how many of those who were here have their newest global message.
 *
 * Members say now and then up to which number they have everything: that, and since when they are here, is all that is
 * kept. Authors are told once a tick at the most, and only what has changed; a tick costs a sort of those numbers,
 * however many authors there are, and nothing at all where none of them has changed.
 */
export class Reach {
  readonly #newest = new Map<Member, Newest>();
  #hasChanged = false;

  /**
   * A member is here now, in the place of `previous` where there is one. Of what was said before it came, the newest
   * being `newestSeq`, nobody need wait for it.
   */
  enter(member: Member, previous: Member | undefined, newestSeq: number): void {
    member.sinceSeq = previous?.sinceSeq ?? newestSeq;
    member.hasUpTo = previous?.hasUpTo ?? newestSeq;
    const newest = previous && this.#newest.get(previous);
    if (newest) this.#newest.set(member, { ...newest, toldCount: 0, toldPresent: 0 });
    if (previous) this.#newest.delete(previous);
    this.#hasChanged = true;
  }

  leave(member: Member): void {
    this.#newest.delete(member);
    this.#hasChanged = true;
  }

  /** A member has said something, which has been given this number. */
  say(member: Member, seq: number, now: number): void {
    this.#hasChanged = true;
    const newest = this.#newest.get(member);
    if (!newest) {
      this.#newest.set(member, { seq, saidAt: now, toldCount: 0, toldPresent: 0 });
      return;
    }
    newest.seq = seq;
    newest.saidAt = now;
    newest.toldCount = 0;
  }

  /** A member says that it has everything up to `seq`; what can't be, or is old, is overlooked. */
  have(member: Member, seq: number, newestSeq: number): void {
    if (seq <= member.hasUpTo || seq > newestSeq) return;
    member.hasUpTo = seq;
    this.#hasChanged = true;
  }

  /** Tells every author for whom something has changed. */
  tell(members: Iterable<Member>, now: number): void {
    if (!this.#hasChanged) return;
    this.#hasChanged = false;
    if (this.#newest.size === 0) return;
    const everybody = [...members];
    const seqs = {
      had: sorted(everybody.map(({ hasUpTo }) => hasUpTo)),
      since: sorted(everybody.map(({ sinceSeq }) => sinceSeq)),
    };
    for (const [author, newest] of this.#newest) {
      if (now - newest.saidAt > reachMs) this.#newest.delete(author);
      else if (!author.detachment) this.#tellAuthor(author, newest, seqs);
    }
  }

  /** How far a message has come, and whom it hasn't reached; its author isn't counted. */
  of(seq: number, author: Member, members: Iterable<Member>): Reached {
    let [count, present] = [0, 0];
    const lacking: string[] = [];
    for (const member of members) {
      if (member === author || member.sinceSeq >= seq) continue;
      present++;
      if (member.hasUpTo >= seq) count++;
      else if (lacking.length < maxNamesPerMessage) lacking.push(member.name);
    }
    return { kind: "reached", seq, count, present, lacking };
  }

  #tellAuthor(author: Member, newest: Newest, { had, since }: Seqs): void {
    const { seq, toldCount, toldPresent } = newest;
    const newcomers = countFrom(since, seq);
    const present = since.length - newcomers - 1;
    const count = countFrom(had, seq) - newcomers - (author.hasUpTo >= seq ? 1 : 0);
    const isNews = count !== toldCount || present !== toldPresent;
    if (isNews && count > 0) {
      author.connection.sendLazily({ kind: "reached", seq, count, present, lacking: [] });
      newest.toldCount = count;
      newest.toldPresent = present;
    }
    if (count === present) this.#newest.delete(author); // there is nothing to add
  }
}

/** Of all members, in ascending order: up to where each has everything, and since when it is here. */
interface Seqs {
  readonly had: Float64Array;
  readonly since: Float64Array;
}

function sorted(seqs: readonly number[]): Float64Array {
  return Float64Array.from(seqs).sort();
}

/** How many of these numbers, which are in ascending order, are at least `seq`. */
function countFrom(ascending: Float64Array, seq: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < seq) low = middle + 1;
    else high = middle;
  }
  return ascending.length - low;
}
