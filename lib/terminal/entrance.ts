import type { Client, connect, PassphraseSource, Profile, ServerPins } from "../client/mod.ts";
import { fingerprint } from "../crypto/mod.ts";
import { FailureError } from "./failure.ts";
import type { Language } from "./language.ts";
import { type AskSecret, passphrasesFrom } from "./passphrase.ts";

export interface EntranceOptions {
  readonly server: string;
  /** The fingerprint that the server must have, where somebody has compared it. */
  readonly fingerprint: string | undefined;
  /** Whether a new identity is to have a passphrase. */
  readonly sealsNew: boolean;
  /** Missing where there is nobody to ask. */
  readonly ask: AskSecret | undefined;
  readonly language: Language;
  readonly openProfile: (name: string, passphrase: PassphraseSource) => Promise<Profile>;
  readonly pins: Pick<ServerPins, "trust">;
  readonly connect: typeof connect;
}

/** Enters a server with the profile of whoever does, which it opens once for as many tries as it takes. */
export class Entrance {
  readonly #options: EntranceOptions;
  #opened: { readonly name: string; readonly profile: Profile } | undefined;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /**
   * Enters under a name.
   *
   * @throws {ChatError} where the server can't be entered
   * @throws {StoreError} where the profile or the server's pin can't be read or written
   * @throws {FailureError} where there is no passphrase, or the server isn't the one expected
   */
  async enter(name: string, invitation: string | undefined): Promise<Client> {
    const { server, connect } = this.#options;
    const { identity, store } = await this.#profileOf(name);
    const trustServer = (serverKey: Uint8Array) => this.#trust(serverKey);
    return await connect({ server, name, identity, store, invitation, trustServer });
  }

  /** Closes the profile, which the client that has entered needs until it is closed. */
  close(): void {
    this.#opened?.profile.close();
    this.#opened = undefined;
  }

  async #profileOf(name: string): Promise<Profile> {
    if (this.#opened?.name === name) return this.#opened.profile;
    this.close();
    const { openProfile, ask, sealsNew, language } = this.#options;
    const profile = await openProfile(name, passphrasesFrom(ask, { sealsNew, language }));
    this.#opened = { name, profile };
    return profile;
  }

  #trust(serverKey: Uint8Array): boolean {
    const { server, pins, fingerprint: expected, language } = this.#options;
    const isTrusted = pins.trust(server, serverKey, expected);
    if (isTrusted || expected === undefined) return isTrusted;
    throw new FailureError(language.wrongFingerprint(fingerprint(serverKey)));
  }
}
