import type { Clock } from "../clock.ts";
import { type Said, signedSayBytes } from "../codec/mod.ts";
import { Verifier } from "../crypto/mod.ts";
import { askAgainMs, maxAuthorsRemembered, maxHeldBack } from "../limits.ts";
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
  | Exclude<Next, Said>;

export interface AuthenticatorOptions {
  readonly clock: Clock;
  /** Equal for all spellings of a name. */
  readonly keyOf: (name: string) => string;
  readonly contacts: Contacts;
  readonly enquiries: Enquiries;
  readonly emit: (judged: Judged, room: bigint) => void;
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
  /** The question that the first of them waits for. */
  #enquiry: Promise<void> | undefined;
  /** When the server was last asked whose a name is: it isn't asked again for every forgery. */
  readonly #askedAt = new Map<string, number>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** Takes what is next in the room's order. */
  take(next: Next, room: bigint): void {
    this.#waiting.push({ next, room });
    if (this.#waiting.length > maxHeldBack) this.#enquiry = undefined; // it has had its time
    if (!this.#enquiry) this.#judgeAll();
  }

  #judgeAll(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const { next, room } = first;
      const verdict = next.kind === "said" ? this.#judge(next, room) : next;
      if (verdict === "enquire") return this.#enquire((next as Said).from);
      this.#waiting.shift();
      this.#options.emit(verdict, room);
    }
  }

  #judge(said: Said, room: bigint): Judged | "enquire" {
    if (said.signature.length === 0) return { kind: "said", said, authenticity: "unsigned" };
    const { me, contacts, keyOf } = this.#options;
    const self = me();
    const isOurs = keyOf(said.from) === keyOf(self.name);
    const contact = contacts.get(said.from);
    const pinned = isOurs ? self.signingKey : contact?.signingKey;
    if (pinned && this.#isBy(pinned, said, room)) return this.#accept(said, "signed");
    const changed = isOurs ? undefined : contact?.changedKey;
    if (changed && this.#isBy(changed, said, room)) return this.#accept(said, "newKey");
    if (isOurs || this.#wasAskedAbout(said.from)) {
      return { kind: "said", said, authenticity: "forged" };
    }
    return "enquire";
  }

  #wasAskedAbout(name: string): boolean {
    const askedAt = this.#askedAt.get(name);
    return askedAt !== undefined && this.#options.clock.now() - askedAt < askAgainMs;
  }

  /** Asks whose a name is, and then judges all that waits. */
  #enquire(name: string): void {
    if (this.#askedAt.size >= maxAuthorsRemembered) this.#askedAt.clear();
    this.#askedAt.set(name, this.#options.clock.now());
    const enquiry = this.#options.enquiries.identify(name, false).then((answer) => {
      if (this.#enquiry !== enquiry) return; // it was given up
      this.#enquiry = undefined;
      const { contacts, keyOf } = this.#options;
      if (answer && keyOf(answer.name) === keyOf(name)) contacts.see(name, answer.signingKey);
      this.#judgeAll();
    });
    this.#enquiry = enquiry;
    enquiry.catch(this.#options.onFault);
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
