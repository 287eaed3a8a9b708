import { type Clock, pause } from "../clock.ts";
import { keyPackagePatience } from "../limits.ts";
import type { Contact, Contacts } from "./contacts.ts";
import type { EndToEnd, SealedEnvelope } from "./end_to_end.ts";
import type { Enquiries } from "./enquiries.ts";
import { ChatError } from "./event.ts";
import type { Letter } from "./letter.ts";
import { nameKeyOf } from "./name_key.ts";
import type { Change } from "./store.ts";

export interface LetterSealerOptions {
  readonly clock: Clock;
  readonly sealer: Pick<EndToEnd, "seal" | "begin">;
  readonly contacts: Contacts;
  readonly enquiries: Enquiries;
}

/** Seals letters, after finding out for which key where that has to be. */
export class LetterSealer {
  readonly #options: LetterSealerOptions;

  constructor(options: LetterSealerOptions) {
    this.#options = options;
  }

  /**
   * Seals a letter for its addressee; for as long as the server has to be asked and there is no connection, it waits.
   *
   * @param alongside as with {@linkcode EndToEnd.seal}
   * @throws {ChatError} `unknownMember`, `memberKeyChanged`, `memberKeyForged`, `noKeyPackage`
   * @throws {StoreError} where the store can't be written
   */
  async seal(
    { to, toKey, content }: Letter,
    alongside: (sealed: SealedEnvelope) => readonly Change[] | undefined,
  ): Promise<void> {
    const { contacts, sealer } = this.#options;
    const known = contacts.get(to);
    if (known && !known.changedKey) {
      const { kind } = await sealer.seal(known, content, alongside);
      if (kind !== "keyPackageNeeded") return;
    }
    const { contact, keyPackage } = await this.#askForKeyPackage(to, toKey);
    if (!await sealer.begin(contact, keyPackage)) throw new ChatError("memberKeyForged");
    const { kind } = await sealer.seal(contact, content, alongside);
    if (kind !== "keyPackageNeeded") return;
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
}
