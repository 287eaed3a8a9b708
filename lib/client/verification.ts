import { verificationCode } from "../crypto/mod.ts";
import type { Contacts } from "./contacts.ts";
import type { Enquiries } from "./enquiries.ts";
import { ChatError } from "./event.ts";
import { nameKeyOf } from "./name_key.ts";

export interface VerificationOptions {
  readonly contacts: Contacts;
  readonly enquiries: Enquiries;
  readonly me: () => { readonly name: string; readonly signingKey: Uint8Array };
}

/** What a user decides about other members' keys. */
export class Verification {
  readonly #options: VerificationOptions;
  /** The keys whose codes were shown, by the key of their names. */
  readonly #shown = new Map<string, Uint8Array>();

  constructor(options: VerificationOptions) {
    this.#options = options;
  }

  /**
   * The code to compare with a member, who sees the same one: of the changed key, where it has changed.
   *
   * @throws {ChatError} `unknownMember`
   */
  async codeFor(name: string): Promise<string> {
    const { contacts, me } = this.#options;
    const nameKey = keyOf(name);
    await this.#look(name, nameKey);
    const contact = contacts.get(name);
    if (!contact) throw new ChatError("unknownMember");
    const signingKey = contact.changedKey ?? contact.signingKey;
    this.#shown.set(nameKey, signingKey);
    const self = me();
    const ours = { nameKey: keyOf(self.name), signingKey: self.signingKey };
    return await verificationCode(ours, { nameKey, signingKey });
  }

  /**
   * Makes sure of members who are here: whoever comes under a verified name with another key is found out
   * before it says a word.
   */
  async recognise(names: readonly string[]): Promise<void> {
    const verified = names.filter((name) => this.isVerified(name));
    await Promise.all(verified.map((name) => this.#look(name, keyOf(name))));
  }

  /** Asks the server for a member's key. */
  async #look(name: string, nameKey: string): Promise<void> {
    const { contacts, enquiries } = this.#options;
    const answer = await enquiries.identify(name, false);
    if (answer && keyOf(answer.name) === nameKey) contacts.see(answer.name, answer.signingKey);
  }

  /**
   * Remembers that the code was compared with the member, and was the same.
   *
   * @throws {ChatError} `notCompared` where it hasn't been shown, or the key has changed since
   */
  confirm(name: string): void {
    const signingKey = this.#shown.get(keyOf(name));
    const contact = this.#options.contacts.get(name);
    const current = contact?.changedKey ?? contact?.signingKey;
    if (!signingKey || signingKey.toHex() !== current?.toHex()) throw new ChatError("notCompared");
    this.#options.contacts.verify(name, signingKey);
  }

  /** Takes a member's changed key for its own; `false` where none has changed. */
  trust(name: string): boolean {
    return this.#options.contacts.trust(name);
  }

  /** Whether the codes were compared, and the key hasn't changed since. */
  isVerified(name: string): boolean {
    const contact = this.#options.contacts.get(name);
    return contact !== undefined && contact.isVerified && !contact.changedKey;
  }
}

function keyOf(name: string): string {
  const nameKey = nameKeyOf(name);
  if (nameKey === undefined) throw new ChatError("unknownMember");
  return nameKey;
}
