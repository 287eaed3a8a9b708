import type { ClientEvent } from "../../lib/client/mod.ts";
import type { Welcome } from "../../lib/codec/mod.ts";
import { historyBytes, historyMessages, maxTextBytes } from "../../lib/limits.ts";
import type { Complaints } from "./complaints.ts";

type EventOf<Kind extends ClientEvent["kind"]> = Extract<ClientEvent, { kind: Kind }>;

/** Messages that the server may have numbered and nobody has shown yet. */
const maxUnshown = 64;

/** What a message takes besides its text, at most: name, signature and numbers. */
const overheadBytes = 160;

/** What one member has shown of the room. */
interface Reader {
  /** Number of the message that has to come next; `undefined` before the first welcome of this start. */
  expected: number | undefined;
  /** The newest message that it has shown, in any of its starts. */
  newest: number;
  /** Shown since its program was started: it remembers their ids. */
  shown: number;
}

/**
 * What was said to all, and who has been shown how far. It keeps a few numbers of each message, so that it doesn't
 * take the memory that it is to judge.
 */
export class RoomLedger {
  readonly #complaints: Complaints;
  readonly #readers = new Map<string, Reader>();
  /** By what a message is: its author, and its number in the room or 0. */
  readonly #authors: string[] = [];
  readonly #seqs: number[] = [];
  readonly #textBytes: number[] = [];
  /** By number in the room: which message. */
  readonly #messages: number[] = [];
  #newestSeq = 0;
  #shown = 0;
  #missing = 0;

  constructor(complaints: Complaints) {
    this.#complaints = complaints;
  }

  get said(): number {
    return this.#authors.length;
  }

  /** Messages shown, over all members. */
  get shown(): number {
    return this.#shown;
  }

  /** Messages reported missing, over all members. */
  get missing(): number {
    return this.#missing;
  }

  /** Number of the newest message that anybody has shown. */
  get newestSeq(): number {
    return this.#newestSeq;
  }

  /** Ids that the programs running now remember of messages they have shown. */
  get rememberedIds(): number {
    let sum = 0;
    for (const { shown } of this.#readers.values()) sum += shown;
    return sum;
  }

  /** The text of a message that `author` is about to say. */
  write(author: string, padding: number): string {
    const message = this.#authors.push(author) - 1;
    this.#seqs[message] = 0;
    const text = `${message} ${"x".repeat(padding)}`;
    this.#textBytes[message] = text.length;
    return text;
  }

  /** The server has told the author its number. */
  number(text: string, seq: number): void {
    this.#bind(messageOf(text), seq, "numbered");
  }

  /** The server has let a member's program in for the first time: it misses nothing that was said before. */
  admit(member: string): void {
    const reader = this.#readerOf(member);
    if (reader.expected === undefined) reader.newest = Infinity; // the welcome will say
  }

  /** A member is welcomed: what it has to show from now on is known. */
  welcome(member: string, { newestSeq }: Welcome, isFirst: boolean, history: number): void {
    if (!isFirst) return;
    const oldest = Math.max(1, newestSeq - historyMessages + 1);
    const reader = this.#readerOf(member);
    reader.expected = Math.max(oldest, newestSeq - history + 1);
    reader.newest = newestSeq;
  }

  /** The member's program has ended. */
  stop(member: string): void {
    const reader = this.#readerOf(member);
    reader.expected = undefined;
    reader.newest = Infinity; // what it has had, but not shown, nobody will know
    reader.shown = 0;
  }

  show(member: string, { seq, from, text, authenticity }: EventOf<"said">): void {
    const message = messageOf(text);
    if (authenticity !== "signed") this.#complain("unsigned", `${member} ${seq} ${authenticity}`);
    if (this.#authors[message] !== from) {
      this.#complain("misattributed", `${member} ${seq} ${from}`);
    }
    this.#bind(message, seq, `shown to ${member}`);
    this.#shown++;
    this.#readerOf(member).shown++;
    this.#advance(member, seq, seq);
  }

  /** The server has numbered it twice, and the member has shown it before. */
  repeat(member: string, { seq }: EventOf<"repeated">): void {
    this.#complain("numbered twice", `${member} ${seq}`);
    this.#advance(member, seq, seq);
  }

  miss(member: string, { firstSeq, lastSeq }: EventOf<"missing">): void {
    this.#missing += lastSeq - firstSeq + 1;
    if (lastSeq >= this.#oldestKept()) {
      this.#complain("missing though kept", `${member} ${firstSeq}–${lastSeq}`);
    }
    this.#advance(member, firstSeq, lastSeq);
  }

  /** Whether so many others, of whom an author was told that they have its message, have been shown it. */
  haveShown(author: string, { seq, count }: EventOf<"reached">): boolean {
    let have = 0;
    for (const [name, { newest }] of this.#readers) if (name !== author && newest >= seq) have++;
    return have >= count;
  }

  /** Whether a member has shown all up to `seq`. */
  hasUpTo(member: string, seq: number): boolean {
    const { expected } = this.#readerOf(member);
    return expected !== undefined && expected > seq;
  }

  /** Number of the oldest message that the server still has for sure. */
  #oldestKept(): number {
    let bytes = maxUnshown * maxTextBytes;
    for (let count = maxUnshown; count < historyMessages; count++) {
      const seq = this.#newestSeq + maxUnshown - count;
      const textBytes = this.#textBytes[this.#messages[seq] ?? -1] ?? maxTextBytes;
      if ((bytes += textBytes + overheadBytes) > historyBytes) return seq + 1;
    }
    return this.#newestSeq + maxUnshown - historyMessages + 1;
  }

  #bind(message: number, seq: number, how: string): void {
    const known = this.#seqs[message];
    if (known === undefined) return this.#complain("nobody's", `${message} as ${seq}, ${how}`);
    if (known === 0) this.#seqs[message] = seq;
    else if (known !== seq) this.#complain("two numbers", `${message}: ${known}, ${seq} ${how}`);
    const other = this.#messages[seq] ??= message;
    if (other !== message) this.#complain("two at a number", `${seq}: ${other}, ${message} ${how}`);
    this.#newestSeq = Math.max(this.#newestSeq, seq);
  }

  #advance(member: string, firstSeq: number, lastSeq: number): void {
    const reader = this.#readerOf(member);
    if (firstSeq !== reader.expected) {
      this.#complain("out of order", `${member}: ${firstSeq} instead of ${reader.expected}`);
    }
    reader.expected = lastSeq + 1;
    reader.newest = Math.max(reader.newest, lastSeq);
  }

  #readerOf(member: string): Reader {
    let reader = this.#readers.get(member);
    if (!reader) this.#readers.set(member, reader = { expected: undefined, newest: 0, shown: 0 });
    return reader;
  }

  #complain(kind: string, what: string): void {
    this.#complaints.add(kind, what);
  }
}

function messageOf(text: string): number {
  return parseInt(text);
}
