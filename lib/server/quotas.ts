import type { RejectedCode } from "../codec/mod.ts";
import { mailLimits } from "../limits.ts";
import type { Letter, Waiting } from "./mail_store.ts";

/** So many letters, and so many bytes of envelopes in them. */
interface Load {
  messages: number;
  bytes: number;
}

/** What waits for one addressee, and how much of it is by whom. */
interface AddresseeLoad extends Load {
  readonly byAuthor: Map<string, Load>;
}

type Pair = Pick<Letter, "author" | "addressee">;

/**
 * Counts the private messages that wait, so that nobody's fill the server: neither one author's, nor those
 * for one addressee, nor all together. One author can't take all the room that an addressee has.
 */
export class Quotas {
  readonly #addressees = new Map<string, AddresseeLoad>();
  readonly #authors = new Map<string, Load>();
  readonly #all: Load = { messages: 0, bytes: 0 };

  /** How many wait for an addressee. */
  waitingFor(addressee: string): number {
    return this.#addressees.get(addressee)?.messages ?? 0;
  }

  /** Whether anything by an author waits. */
  hasFrom(author: string): boolean {
    return this.#authors.has(author);
  }

  /** Why one more has no room, or `undefined` where it has. */
  objection({ author, addressee }: Pair, bytes: number): RejectedCode | undefined {
    const { all, ofAuthor, ofAddressee, ofPair } = mailLimits;
    if (!fits(this.#all, bytes, all)) return "storageFailed";
    if (!fits(this.#authors.get(author), bytes, ofAuthor)) return "quotaExceeded";
    const load = this.#addressees.get(addressee);
    if (!fits(load, bytes, ofAddressee)) return "addresseeBusy";
    return fits(load?.byAuthor.get(author), bytes, ofPair) ? undefined : "addresseeBusy";
  }

  add({ author, addressee, messages, bytes }: Waiting): void {
    let load = this.#addressees.get(addressee);
    if (!load) {
      load = { messages: 0, bytes: 0, byAuthor: new Map() };
      this.#addressees.set(addressee, load);
    }
    change(load, messages, bytes);
    change(this.#all, messages, bytes);
    change(loadOf(load.byAuthor, author), messages, bytes);
    change(loadOf(this.#authors, author), messages, bytes);
  }

  /** Takes out what was added before. */
  remove({ author, addressee, envelope: { length } }: Letter): void {
    const load = this.#addressees.get(addressee);
    if (!load?.byAuthor.has(author)) return;
    change(load, -1, -length);
    change(this.#all, -1, -length);
    release(load.byAuthor, author, length);
    release(this.#authors, author, length);
    if (load.messages === 0) this.#addressees.delete(addressee);
  }

  clear(): void {
    this.#addressees.clear();
    this.#authors.clear();
    this.#all.messages = this.#all.bytes = 0;
  }
}

function fits(load: Load | undefined, bytes: number, limit: Readonly<Load>): boolean {
  if (!load) return true;
  return load.messages < limit.messages && load.bytes + bytes <= limit.bytes;
}

function loadOf(loads: Map<string, Load>, key: string): Load {
  let load = loads.get(key);
  if (!load) {
    load = { messages: 0, bytes: 0 };
    loads.set(key, load);
  }
  return load;
}

function change(load: Load, messages: number, bytes: number): void {
  load.messages += messages;
  load.bytes += bytes;
}

function release(loads: Map<string, Load>, key: string, bytes: number): void {
  const load = loads.get(key)!;
  change(load, -1, -bytes);
  if (load.messages === 0) loads.delete(key);
}
