import type { Complaints } from "./complaints.ts";

/** A private message that hasn't come to its end. */
interface Outstanding {
  isAccepted: boolean;
  isShown: boolean;
}

/** What one member has written to another. */
interface Pair {
  readonly author: string;
  readonly addressee: string;
  written: number;
  /** The newest that the addressee has shown. */
  shown: number;
  /** By number: neither delivered, as far as the author knows, nor given up. */
  readonly outstanding: Map<number, Outstanding>;
}

/** Private messages, from being written to what their authors have heard of them. */
export class LetterLedger {
  readonly #complaints: Complaints;
  readonly #pairs = new Map<string, Pair>();
  written = 0;
  accepted = 0;
  shown = 0;
  delivered = 0;
  /** Whose authors were told that they won't arrive. */
  givenUp = 0;

  constructor(complaints: Complaints) {
    this.#complaints = complaints;
  }

  /** The text of a message that `author` is about to write. */
  write(author: string, addressee: string, padding: number): string {
    const key = `${author}>${addressee}`;
    const pair = this.#pairs.get(key) ??
      { author, addressee, written: 0, shown: 0, outstanding: new Map() };
    this.#pairs.set(key, pair);
    const n = ++pair.written;
    pair.outstanding.set(n, { isAccepted: false, isShown: false });
    this.written++;
    return `${key}#${n} ${"x".repeat(padding)}`;
  }

  /** The server answers for it. */
  accept(text: string): void {
    this.accepted++;
    const { pair, n } = this.#find(text);
    const letter = pair?.outstanding.get(n);
    if (letter) letter.isAccepted = true;
  }

  /** Its author was told that it won't arrive. */
  giveUp(text: string, code: string): void {
    const { key, pair, n } = this.#find(text);
    if (pair?.outstanding.get(n)?.isShown) {
      this.#complaints.add("given up though shown", `${key} ${n}`);
    }
    pair?.outstanding.delete(n);
    this.givenUp++;
    this.#complaints.add("given up", `${key} ${n} ${code}`);
  }

  show(addressee: string, from: string, text: string): void {
    this.shown++;
    const { key, pair, n } = this.#find(text);
    if (!pair || pair.addressee !== addressee || pair.author !== from) {
      return this.#complaints.add("letter astray", `${key} ${n} to ${addressee} from ${from}`);
    }
    const letter = pair.outstanding.get(n);
    if (n <= pair.shown) this.#complaints.add("letter shown again, or late", `${key} ${n}`);
    for (let before = pair.shown + 1; before < n; before++) {
      if (pair.outstanding.has(before)) this.#complaints.add("letter overtaken", `${key} ${n}`);
    }
    if (!letter) this.#complaints.add("letter shown though given up", `${key} ${n}`);
    else letter.isShown = true;
    pair.shown = Math.max(pair.shown, n);
  }

  /** Its author was told that it has arrived. */
  deliver(author: string, addressee: string, text: string): void {
    this.delivered++;
    const { key, pair, n } = this.#find(text);
    const letter = pair?.outstanding.get(n);
    if (pair?.author !== author || pair.addressee !== addressee) {
      this.#complaints.add("receipt astray", `${key} ${n} to ${author}`);
    } else if (!letter) this.#complaints.add("delivered twice", `${key} ${n}`);
    else if (!letter.isShown) this.#complaints.add("delivered though not shown", `${key} ${n}`);
    pair?.outstanding.delete(n);
  }

  /** Messages not yet shown, by addressee. */
  waiting(): Map<string, { count: number; accepted: number }> {
    const waiting = new Map<string, { count: number; accepted: number }>();
    for (const { addressee, outstanding } of this.#pairs.values()) {
      for (const { isShown, isAccepted } of outstanding.values()) {
        if (isShown) continue;
        const sum = waiting.get(addressee) ?? { count: 0, accepted: 0 };
        sum.count++;
        if (isAccepted) sum.accepted++;
        waiting.set(addressee, sum);
      }
    }
    return waiting;
  }

  /** An author's messages that it must still have: it doesn't know of their end. */
  outstandingOf(author: string): number {
    let sum = 0;
    for (const pair of this.#pairs.values()) {
      if (pair.author === author) sum += pair.outstanding.size;
    }
    return sum;
  }

  #find(text: string): { key: string; pair: Pair | undefined; n: number } {
    const [key = "", n = ""] = text.split(" ", 1)[0]!.split("#");
    return { key, pair: this.#pairs.get(key), n: Number(n) };
  }
}
