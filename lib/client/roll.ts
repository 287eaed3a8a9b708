import { ProtocolError } from "../codec/mod.ts";
import { maxRollNames } from "../limits.ts";

/** The names of those present, kept up to date from what the server tells. */
export class Roll {
  readonly #keyOf: (name: string) => string;
  #names = new Set<string>();
  /** The newest spelling of each. */
  #byKey = new Map<string, string>();
  /** The list after a reconnect, while it is still coming. */
  #incoming: Set<string> | undefined;
  #isKnown = false;

  /** @param keyOf equal for all spellings of a name */
  constructor(keyOf: (name: string) => string) {
    this.#keyOf = keyOf;
  }

  get names(): string[] {
    return [...this.#names];
  }

  get size(): number {
    return this.#names.size;
  }

  /** Whether the name of this key is on it; before there is a list, any may be. */
  mayHave(nameKey: string): boolean {
    return !this.#isKnown || this.#byKey.has(nameKey);
  }

  /** A connection stands; its list will follow. */
  restart(): void {
    this.#incoming = new Set();
  }

  /** Takes a part of the list; once it is complete, answers who came and went since the last one. */
  list(names: readonly string[], isComplete: boolean): { joined: string[]; left: string[] } {
    const incoming = this.#incoming ??= new Set();
    for (const name of names) incoming.add(name);
    checkCount(incoming);
    if (!isComplete) return { joined: [], left: [] };
    const joined = this.#isKnown ? [...incoming].filter((name) => !this.#names.has(name)) : [];
    const left = [...this.#names].filter((name) => !incoming.has(name));
    this.#names = incoming;
    this.#byKey = new Map([...incoming].map((name) => [this.#keyOf(name), name]));
    this.#incoming = undefined;
    this.#isKnown = true;
    return { joined, left };
  }

  /** Takes news; answers what of it is new here. */
  change(joined: readonly string[], left: readonly string[]): { joined: string[]; left: string[] } {
    const news = {
      joined: joined.filter((name) => !this.#names.has(name)),
      left: left.filter((name) => this.#names.delete(name)),
    };
    for (const name of news.left) {
      const key = this.#keyOf(name);
      if (this.#byKey.get(key) === name) this.#byKey.delete(key); // or it is here under another spelling
    }
    for (const name of joined) {
      this.#names.add(name);
      this.#byKey.set(this.#keyOf(name), name);
    }
    checkCount(this.#names);
    return news;
  }
}

/** No server has so many members; one that says so is after the client's memory. */
function checkCount(names: ReadonlySet<string>): void {
  if (names.size > maxRollNames) throw new ProtocolError("lengthOverLimit", "too many members");
}
