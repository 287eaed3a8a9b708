import { type Said, signedSayBytes } from "../codec/mod.ts";
import { Verifier } from "../crypto/mod.ts";
import { maxAuthorsRemembered } from "../limits.ts";
import type { Contacts } from "./contacts.ts";
import type { Enquiries } from "./enquiries.ts";
import type { Authenticity } from "./event.ts";
import type { Next } from "./room_order.ts";
import { SaidIds } from "./said_ids.ts";

/** What has become of the next message in the room's order. */
export type Judged =
  | { readonly kind: "said"; readonly said: Said; readonly authenticity: Authenticity }
  /** The server has numbered it before: nothing to show. */
  | { readonly kind: "repeated"; readonly said: Said }
  | Extract<Next, { kind: "missing" }>;

export interface AuthenticatorOptions {
  readonly contacts: Contacts;
  readonly enquiries: Enquiries;
  readonly emit: (judged: Judged) => void;
  /** Told of a key that isn't the one pinned, before anything by it is emitted. */
  readonly onChangedKey: (name: string) => void;
  /** Told of what this client can't go on from, such as a disk that is full. */
  readonly onFault: (error: unknown) => void;
  /** Our own name and key: nobody else can speak as us, the server neither. */
  readonly me: () => { readonly name: string; readonly signingKey: Uint8Array };
}

/**
 * Verifies who has said what, in the room's order. A message by somebody whose key isn't known, or is no
 * longer the right one, waits until the server has said whose the name is, and those behind it wait too.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #saidIds = new SaidIds();
  /** By signing key, in hexadecimal. */
  readonly #verifiers = new Map<string, Verifier>();
  /** What is to be judged, the next first, each with the room that it was said in. */
  readonly #waiting: { readonly next: Next; readonly room: bigint }[] = [];
  #isEnquiring = false;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** Takes what is next in the room's order. */
  take(next: Next, room: bigint): void {
    this.#waiting.push({ next, room });
    if (!this.#isEnquiring) this.#judgeAll();
  }

  #judgeAll(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const { next, room } = first;
      const verdict = next.kind === "missing" ? next : this.#judge(next, room);
      if (verdict === "enquire") {
        return void this.#enquire(next as Said, room).catch(this.#options.onFault);
      }
      this.#waiting.shift();
      this.#options.emit(verdict);
    }
  }

  #judge(said: Said, room: bigint): Judged | "enquire" {
    if (said.signature.length === 0) return { kind: "said", said, authenticity: "unsigned" };
    const { me, contacts } = this.#options;
    const self = me();
    const signingKey = said.from === self.name
      ? self.signingKey
      : contacts.get(said.from)?.signingKey;
    if (signingKey && this.#isBy(signingKey, said, room)) return this.#accept(said, "signed");
    if (said.from === self.name) return { kind: "said", said, authenticity: "forged" };
    return "enquire";
  }

  async #enquire(said: Said, room: bigint): Promise<void> {
    this.#isEnquiring = true;
    const answer = await this.#options.enquiries.identify(said.from, false);
    this.#isEnquiring = false;
    this.#waiting.shift();
    const isAboutAuthor = answer?.name === said.from;
    this.#options.emit(this.#judgeBy(isAboutAuthor ? answer.signingKey : undefined, said, room));
    this.#judgeAll();
  }

  /** The last word on a message, given the key that the server names as its author's. */
  #judgeBy(signingKey: Uint8Array | undefined, said: Said, room: bigint): Judged {
    const { contacts, onChangedKey } = this.#options;
    if (!signingKey || !this.#isBy(signingKey, said, room)) {
      return { kind: "said", said, authenticity: "forged" };
    }
    const sight = contacts.see(said.from, signingKey);
    if (sight === "changed") onChangedKey(said.from);
    const isPinned = sight === "first" || sight === "same";
    return this.#accept(said, isPinned ? "signed" : "newKey");
  }

  /** Only what is genuine is remembered: a forgery must not keep the real one out. */
  #accept(said: Said, authenticity: Authenticity): Judged {
    const isFirst = this.#saidIds.add(said.from, said.id);
    return isFirst ? { kind: "said", said, authenticity } : { kind: "repeated", said };
  }

  #isBy(
    signingKey: Uint8Array,
    { from, id, sentAt, text, signature }: Said,
    room: bigint,
  ): boolean {
    const bytes = signedSayBytes({ room, author: from, id, sentAt, text });
    return this.#verifierOf(signingKey).verify(bytes, signature);
  }

  #verifierOf(signingKey: Uint8Array): Verifier {
    const key = signingKey.toHex();
    const known = this.#verifiers.get(key);
    if (known) return known;
    if (this.#verifiers.size >= maxAuthorsRemembered) this.#verifiers.clear();
    const verifier = new Verifier(signingKey);
    this.#verifiers.set(key, verifier);
    return verifier;
  }
}
