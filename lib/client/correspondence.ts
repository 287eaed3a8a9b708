import { type Clock, pause, type Timer } from "../clock.ts";
import type { Content, MessageId, RejectedCode, Told } from "../codec/mod.ts";
import type { MemberMessage, Publish, Published } from "../codec/mod.ts";
import {
  keyPackagePatience,
  maxSealings,
  maxUnreadableRemembered,
  supplyPauseMs,
} from "../limits.ts";
import { parseName } from "../registry/mod.ts";
import type { Contact, Contacts } from "./contacts.ts";
import type { EndToEnd, Opened } from "./end_to_end.ts";
import type { Enquiries } from "./enquiries.ts";
import { ChatError, type ClientEvent } from "./event.ts";
import { nameKeyOf } from "./name_key.ts";
import { SendQueue } from "./send_queue.ts";
import { StoreError } from "./store.ts";

/** What of end-to-end encryption is needed here; tests have a plainer one. */
export type Sealer = Pick<EndToEnd, "seal" | "begin" | "delivered" | "forget" | "open" | "supply">;

/** A private message of ours, from being written to being delivered. */
interface Letter {
  readonly to: string;
  /** Equal for all spellings of the addressee's name. */
  readonly toKey: string;
  readonly content: Content;
  readonly resolve: (accepted: { id: MessageId }) => void;
  readonly reject: (error: Error) => void;
  sealings: number;
  /** The MLS group that it was last sealed in. */
  groupId: string;
}

export interface CorrespondenceOptions {
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly contacts: Contacts;
  readonly enquiries: Enquiries;
  /** Our own name. */
  readonly name: () => string;
  readonly emit: (event: ClientEvent) => void;
  /** Sends over TCP, or nowhere while there is no connection. */
  readonly send: (message: MemberMessage) => void;
  /** Says that there is something to send. */
  readonly transmit: () => void;
  /** Told of what this client can't go on from, such as a disk that is full. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Private messages: sealed for their addressee, one after the other, and opened in the order in which
 * they come. Sealing takes a while, and may have to ask the server for a key first; meanwhile those to
 * the same addressee wait, and nobody else's.
 *
 * ```
 *        seal            transmit          accepted           delivered
 * written ───▶ sealed ─────────▶ in flight ───────▶ accepted ──────────▶ done
 *    ▲                                                │
 *    └────────────────────────────────────────────────┘ unreadable: sealed anew, with a new key
 * ```
 */
export class Correspondence {
  readonly #options: CorrespondenceOptions;
  readonly #queue = new SendQueue();
  /** Everything not yet delivered, by message id. */
  readonly #letters = new Map<MessageId, Letter>();
  /** Not yet sealed. */
  readonly #unsealed = new Set<Letter>();
  /** Ends of the lines in which letters wait to be sealed, by addressee. */
  readonly #lines = new Map<string, Promise<void>>();
  /** Ends the line in which messages to us wait to be opened. */
  #opening: Promise<void> = Promise.resolve();
  /** What the server has said of our keys while it has to wait for more; `undefined` where it needn't. */
  #published: Published | undefined;
  #supplyPause: Timer | undefined;
  readonly #supplied = Promise.withResolvers<void>();
  /** Messages to us that couldn't be opened, by author and id. */
  readonly #unreadable = new Set<string>();

  constructor(options: CorrespondenceOptions) {
    this.#options = options;
  }

  /** Resolves once the server has all the keys that it needs for others to write to us. */
  get supplied(): Promise<void> {
    return this.#supplied.promise;
  }

  /** Private messages written and not yet accepted. */
  get size(): number {
    return this.#unsealed.size + this.#queue.size;
  }

  // ---------------------------------------------------------------------------------------- to others

  /** Takes a private message to be sealed and sent; resolves once the server has accepted it. */
  tell(to: string, content: Content): Promise<{ id: MessageId }> {
    const name = parseName(to);
    if (name.kind === "notAName") return Promise.reject(new ChatError("unknownMember"));
    if (name.key === nameKeyOf(this.#options.name())) return Promise.resolve(this.#tellUs(content));
    return new Promise((resolve, reject) => {
      const letter = { to: name.name, toKey: name.key, content, resolve, reject };
      this.#queueForSealing({ ...letter, sealings: 0, groupId: "" });
    });
  }

  /** A note to oneself needs no server. */
  #tellUs(content: Content): { id: MessageId } {
    const [name, { id }] = [this.#options.name(), content];
    this.#options.emit({ kind: "told", from: name, ...content, authenticity: "signed" });
    this.#options.emit({ kind: "delivered", to: name, id });
    return { id };
  }

  /** A new connection stands: what the last one carried is to be sent again. */
  restart(): void {
    this.#queue.restart();
    this.#supplyPause?.cancel(); // what was published last may not have arrived
    this.#published = undefined;
  }

  /** What is to be sent now. */
  transmit(): ReturnType<SendQueue["transmit"]> {
    return this.#queue.transmit();
  }

  /** The server has it, and will say when it is delivered. */
  accept(id: MessageId): void {
    this.#queue.accept(id)?.resolve({ id });
  }

  /** The addressee has it. */
  deliver(id: MessageId): void {
    this.accept(id); // to a repeat, this may be the only answer
    const letter = this.#letters.get(id);
    if (letter) this.#options.sealer.delivered(letter.to, letter.groupId);
    this.#conclude(id, "delivered");
  }

  /** The server can't deliver it; `false` where it is none of ours. */
  reject(id: MessageId, code: RejectedCode): boolean {
    const letter = this.#letters.get(id);
    if (!letter) return false;
    if (code === "unreadable" && letter.sealings < maxSealings) {
      this.accept(id);
      this.#sealAnew(letter);
      return true;
    }
    const pending = this.#queue.reject(id);
    if (pending) {
      this.#letters.delete(id);
      pending.reject(new ChatError(code));
    } else this.#conclude(id, "undelivered");
    return true;
  }

  /** A server that has started anew knows nothing of what the last one had accepted. */
  forgetAccepted(): void {
    for (const [id] of this.#queue.forgetAccepted()) this.#conclude(id, "undelivered");
  }

  /** There will be no other connection: whoever waits for an answer gets this one. */
  fail(error: ChatError): void {
    for (const { reject } of [...this.#unsealed, ...this.#queue.clear()]) reject(error);
    this.#unsealed.clear();
    this.#letters.clear();
    this.#supplyPause?.cancel();
  }

  #queueForSealing(letter: Letter): void {
    this.#letters.set(letter.content.id, letter);
    this.#unsealed.add(letter);
    const before = this.#lines.get(letter.toKey) ?? Promise.resolve();
    const line = before.then(() => this.#seal(letter));
    this.#lines.set(letter.toKey, line);
    void line.then(() => {
      if (this.#lines.get(letter.toKey) === line) this.#lines.delete(letter.toKey);
    });
  }

  /** Its addressee has lost the keys: a new group is for all that is still to come. */
  #sealAnew(letter: Letter): void {
    this.#options.sealer.forget(letter.to, letter.groupId);
    this.#queue.conclude(letter.content.id);
    this.#queueForSealing(letter);
  }

  async #seal(letter: Letter): Promise<void> {
    const { id } = letter.content;
    try {
      const { envelope, groupId } = await this.#sealFor(letter);
      if (!this.#unsealed.delete(letter)) return; // there will be no other connection
      letter.sealings++;
      letter.groupId = groupId;
      const { to, resolve, reject } = letter;
      this.#queue.add({ send: { kind: "send", id, to, envelope }, resolve, reject });
      this.#options.transmit();
    } catch (error) {
      if (!(error instanceof ChatError)) return this.#options.onFault(error);
      if (!this.#unsealed.delete(letter)) return;
      const wasAccepted = letter.sealings > 0;
      if (wasAccepted) this.#conclude(id, "undelivered");
      else {
        this.#letters.delete(id);
        letter.reject(error);
      }
    }
  }

  /** Seals a letter, after finding out for which key where that has to be. */
  async #sealFor(
    { to, toKey, content }: Letter,
  ): Promise<{ envelope: Uint8Array; groupId: string }> {
    const { contacts, sealer } = this.#options;
    const known = contacts.get(to);
    if (known && !known.changedKey) {
      const sealed = await sealer.seal(known, content);
      if (sealed.kind === "sealed") return sealed;
    }
    const { contact, keyPackage } = await this.#askForKeyPackage(to, toKey);
    if (!await sealer.begin(contact, keyPackage)) throw new ChatError("memberKeyForged");
    const sealed = await sealer.seal(contact, content);
    if (sealed.kind === "sealed") return sealed;
    throw new Error("a group that was just begun takes no message");
  }

  async #askForKeyPackage(
    to: string,
    toKey: string,
  ): Promise<{ contact: Contact; keyPackage: Uint8Array }> {
    const { contacts, enquiries, clock } = this.#options;
    const { firstPauseMs, pauses } = keyPackagePatience;
    for (let paused = 0;; paused++) {
      const answer = await enquiries.identify(to, true);
      if (!answer || nameKeyOf(answer.name) !== toKey) throw new ChatError("unknownMember");
      contacts.see(answer.name, answer.signingKey);
      const contact = contacts.get(answer.name)!;
      if (contact.changedKey) throw new ChatError("memberKeyChanged");
      if (answer.keyPackage.length > 0) return { contact, keyPackage: answer.keyPackage };
      if (paused === pauses) throw new ChatError("noKeyPackage");
      await pause(clock, firstPauseMs * 2 ** paused);
    }
  }

  /** Says how a private message of ours, which the server had accepted, has ended. */
  #conclude(id: MessageId, kind: "delivered" | "undelivered"): void {
    const letter = this.#letters.get(id);
    if (!letter) return;
    this.#letters.delete(id);
    this.#queue.conclude(id);
    const { to } = letter;
    if (kind === "delivered") this.#options.emit({ kind, to, id });
    else this.#options.emit({ kind, to, id, code: "memberLeft" });
  }

  // -------------------------------------------------------------------------------------------- to us

  /** Takes a private message to us, which may be a view of something that is about to be overwritten. */
  receive({ kind, delivery, from, id, envelope }: Told): void {
    const told = { kind, delivery, from, id, envelope: envelope.slice() };
    this.#opening = this.#opening.then(() => this.#open(told)).catch(this.#options.onFault);
  }

  /** The server says what it has of our keys: it gets more where it needs them, but not without end. */
  supply(published: Published): void {
    if (!this.#published) return this.#replenish(published);
    if (published.supply === this.#published.supply) this.#supplied.resolve(); // it has arrived
    this.#published = published; // for when the pause is over
  }

  #replenish({ supply, left }: Published): void {
    this.#opening = this.#opening.then(async () => {
      const publish = await this.#options.sealer.supply({ supply, left });
      if (publish) this.#pauseSupply(publish);
      else this.#supplied.resolve();
    }).catch(this.#options.onFault);
  }

  #pauseSupply(publish: Publish): void {
    const { send, clock } = this.#options;
    send(publish);
    const { supply, keyPackages: { length: left } } = publish;
    const expected = this.#published = { kind: "published", supply, left } as const;
    this.#supplyPause = clock.after(supplyPauseMs, () => {
      const newest = this.#published;
      this.#published = undefined;
      if (newest && newest !== expected) this.supply(newest);
    });
  }

  async #open({ delivery, from, id, envelope }: Told): Promise<void> {
    const { send } = this.#options;
    const opened = await this.#unseal(from, id, envelope);
    switch (opened.kind) {
      case "opened":
        // shown before it is kept: should this be the end, the server hands it on once more
        this.#hand(from, opened);
        if (opened.keep()) send({ kind: "received", delivery });
        return;
      case "repeated":
        return send({ kind: "received", delivery });
      case "unreadable":
        this.#complain(from, id);
        return send({ kind: "unreadable", delivery });
      default:
        return opened satisfies never;
    }
  }

  /** Our own notes never come from a server; and no envelope may end the program. */
  async #unseal(from: string, id: MessageId, envelope: Uint8Array): Promise<Opened> {
    if (nameKeyOf(from) === nameKeyOf(this.#options.name())) return { kind: "unreadable" };
    try {
      return await this.#options.sealer.open(from, id, envelope);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      return { kind: "unreadable" };
    }
  }

  #hand(from: string, { content, sender }: Extract<Opened, { kind: "opened" }>): void {
    const sight = this.#options.contacts.see(from, sender.signingKey);
    const authenticity = sight === "first" || sight === "same" ? "signed" : "newKey";
    this.#options.emit({ kind: "told", from, ...content, authenticity });
  }

  /** Its author seals it anew by itself; only where that doesn't help does anybody hear of it. */
  #complain(from: string, id: MessageId): void {
    const key = `${id} ${from}`;
    if (this.#unreadable.has(key)) return this.#options.emit({ kind: "unreadable", from, id });
    this.#unreadable.add(key);
    if (this.#unreadable.size <= maxUnreadableRemembered) return;
    const [oldest] = this.#unreadable;
    this.#unreadable.delete(oldest!);
  }
}
