import type { RejectedCode } from "../codec/mod.ts";
import { mailLimits } from "../limits.ts";
import type { Letter, Waiting } from "./mail_store.ts";

/** So many letters, and so many bytes of envelopes in them. */
class Load {
  messages = 0;
  bytes = 0;

  change(messages: number, bytes: number): void {
    this.messages += messages;
    this.bytes += bytes;
  }

  hasRoomFor(bytes: number, limit: { readonly messages: number; readonly bytes: number }): boolean {
    return this.messages < limit.messages && this.bytes + bytes <= limit.bytes;
  }
}

/** What waits for one addressee, and how much of it is by whom. */
class Mailbox extends Load {
  readonly byAuthor = new Loads(() => new Load());
}

/** Letters that everybody may have waiting, however many others' do. */
const fewLetters = 16;

/** Tables smaller than this are not worth sweeping. */
const fewLoads = 64;

/** Loads by registry key. Empty ones are kept for a while: most are needed again at once. */
class Loads<Kind extends Load> {
  readonly #loads = new Map<string, Kind>();
  readonly #make: () => Kind;
  #sweepAt = fewLoads;

  constructor(make: () => Kind) {
    this.#make = make;
  }

  get(key: string): Kind | undefined {
    return this.#loads.get(key);
  }

  of(key: string): Kind {
    let load = this.#loads.get(key);
    if (!load) {
      if (this.#loads.size >= this.#sweepAt) this.#sweep();
      load = this.#make();
      this.#loads.set(key, load);
    }
    return load;
  }

  clear(): void {
    this.#loads.clear();
  }

  #sweep(): void {
    for (const [key, { messages }] of this.#loads) {
      if (messages === 0) this.#loads.delete(key);
    }
    this.#sweepAt = Math.max(fewLoads, 2 * this.#loads.size);
  }
}

/**
 * Counts the private messages that wait, so that nobody's fill the server: neither one author's, nor those
 * for one addressee, nor all together. One author can't take all the room that an addressee has.
 */
export class Quotas {
  readonly #addressees = new Loads(() => new Mailbox());
  readonly #authors = new Loads(() => new Load());
  readonly #all = new Load();

  /** How many wait for an addressee. */
  waitingFor(addressee: string): number {
    return this.#addressees.get(addressee)?.messages ?? 0;
  }

  /** How many by an author wait. */
  waitingFrom(author: string): number {
    return this.#authors.get(author)?.messages ?? 0;
  }

  /**
   * Counts one more, or answers why there is no room for it.
   *
   * When the server is nearly full, who has little waiting may still add to it; and what is handed over at once
   * takes no room that anybody could have filled.
   */
  claim(
    author: string,
    addressee: string,
    bytes: number,
    isHandedOver: boolean,
  ): RejectedCode | undefined {
    const ofAuthor = this.#authors.of(author);
    const ofAddressee = this.#addressees.of(addressee);
    const ofPair = ofAddressee.byAuthor.of(author);
    const { all, full } = mailLimits;
    const hasLittle = ofAuthor.messages < fewLetters;
    if (!isHandedOver && !this.#all.hasRoomFor(bytes, hasLittle ? all : full)) {
      return "storageFailed";
    }
    if (!ofAuthor.hasRoomFor(bytes, mailLimits.ofAuthor)) return "quotaExceeded";
    if (!ofAddressee.hasRoomFor(bytes, mailLimits.ofAddressee)) return "addresseeBusy";
    if (!ofPair.hasRoomFor(bytes, mailLimits.ofPair)) return "addresseeBusy";
    this.#all.change(1, bytes);
    ofAuthor.change(1, bytes);
    ofAddressee.change(1, bytes);
    ofPair.change(1, bytes);
    return undefined;
  }

  /** Counts what waits already. */
  add({ author, addressee, messages, bytes }: Waiting): void {
    this.#change(author, addressee, messages, bytes);
  }

  /** Takes out what was counted. */
  release({ author, addressee, envelope }: Letter): void {
    this.#change(author, addressee, -1, -envelope.length);
  }

  clear(): void {
    this.#addressees.clear();
    this.#authors.clear();
    this.#all.change(-this.#all.messages, -this.#all.bytes);
  }

  #change(author: string, addressee: string, messages: number, bytes: number): void {
    const ofAddressee = this.#addressees.of(addressee);
    ofAddressee.change(messages, bytes);
    ofAddressee.byAuthor.of(author).change(messages, bytes);
    this.#authors.of(author).change(messages, bytes);
    this.#all.change(messages, bytes);
  }
}
