import type { MessageId } from "../codec/mod.ts";
import type { Conclusion, Letter, MailStore, Settled, Unkept, Waiting } from "./mail_store.ts";

interface Unheard {
  readonly id: MessageId;
  readonly conclusion: Conclusion;
  readonly at: number;
}

/** Letters that last as long as their process. */
export class MemoryMail implements MailStore {
  /** By number, the lowest first. */
  readonly #letters = new Map<number, Letter>();
  readonly #acceptedAt = new Map<number, number>();
  readonly #byAddressee = new Map<string, Map<number, Letter>>();
  readonly #byAuthor = new Map<string, Map<MessageId, Letter>>();
  /** Another one at each start: a late word about a letter of the last one must not settle another. */
  #reserved = crypto.getRandomValues(new Uint32Array(1))[0]!;
  readonly #unheard = new Map<string, Unheard[]>();

  add(letters: readonly Letter[], acceptedAt: number): Unkept[] {
    return letters.filter((letter) => !this.#add(letter, acceptedAt))
      .map((letter) => ({ letter, reason: "repeated" }));
  }

  #add({ delivery, author, from, addressee, id, envelope }: Letter, acceptedAt: number): boolean {
    if (this.hasFrom(author, id)) return false;
    const letter = { delivery, author, from, addressee, id, envelope };
    this.#letters.set(delivery, letter);
    this.#acceptedAt.set(delivery, acceptedAt);
    entriesOf(this.#byAddressee, addressee).set(delivery, letter);
    entriesOf(this.#byAuthor, author).set(id, letter);
    return true;
  }

  settle(settled: readonly Settled[]): void {
    for (const { letter: { delivery, author, id }, unheard } of settled) {
      if (!this.#remove(delivery) || !unheard) continue;
      const others = (this.#unheard.get(author) ?? []).filter((other) => other.id !== id);
      this.#unheard.set(author, [...others, { id, ...unheard }]);
    }
  }

  waitingFor(addressee: string, beyond: number, count: number): Letter[] {
    const letters = this.#byAddressee.get(addressee)?.values() ?? [];
    return Iterator.from(letters).filter(({ delivery }) => delivery > beyond).take(count).toArray();
  }

  has(delivery: number): boolean {
    return this.#letters.has(delivery);
  }

  hasFrom(author: string, id: MessageId): boolean {
    return this.#byAuthor.get(author)?.has(id) ?? false;
  }

  idsFrom(author: string): MessageId[] {
    return [...this.#byAuthor.get(author)?.keys() ?? []];
  }

  takeConclusions(author: string): { id: MessageId; conclusion: Conclusion }[] {
    const unheard = this.#unheard.get(author) ?? [];
    this.#unheard.delete(author);
    return unheard.map(({ id, conclusion }) => ({ id, conclusion }));
  }

  acceptedBefore(time: number, count: number): Letter[] {
    const isOld = ({ delivery }: Letter) => this.#acceptedAt.get(delivery)! < time;
    return this.#letters.values().filter(isOld).take(count).toArray();
  }

  forgetConclusions(time: number, most: number): void {
    const times = [...this.#unheard.values()].flat().map(({ at }) => at).sort((a, b) => b - a);
    const oldest = Math.max(time, times[most - 1] ?? 0);
    for (const [author, unheard] of this.#unheard) {
      const kept = unheard.filter(({ at }) => at >= oldest);
      if (kept.length > 0) this.#unheard.set(author, kept);
      else this.#unheard.delete(author);
    }
  }

  waiting(): Waiting[] {
    return [...this.#letters.values()].map(({ author, addressee, envelope }) => ({
      author,
      addressee,
      messages: 1,
      bytes: envelope.length,
    }));
  }

  reserve(count: number): number {
    const before = this.#reserved;
    this.#reserved += count;
    return before;
  }

  /** Forgets all that was to or from a name which was set free. */
  forget(key: string): void {
    for (const letter of [...this.#letters.values()]) {
      if (letter.author === key || letter.addressee === key) this.#remove(letter.delivery);
    }
    this.#unheard.delete(key);
  }

  #remove(delivery: number): boolean {
    const letter = this.#letters.get(delivery);
    if (!letter) return false;
    this.#letters.delete(delivery);
    this.#acceptedAt.delete(delivery);
    removeEntry(this.#byAddressee, letter.addressee, delivery);
    removeEntry(this.#byAuthor, letter.author, letter.id);
    return true;
  }
}

function entriesOf<Key, Entry>(
  maps: Map<string, Map<Key, Entry>>,
  name: string,
): Map<Key, Entry> {
  let entries = maps.get(name);
  if (!entries) {
    entries = new Map();
    maps.set(name, entries);
  }
  return entries;
}

function removeEntry<Key, Entry>(
  maps: Map<string, Map<Key, Entry>>,
  name: string,
  key: Key,
): void {
  const entries = maps.get(name)!;
  entries.delete(key);
  if (entries.size === 0) maps.delete(name);
}
