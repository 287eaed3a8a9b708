import type { PassphraseSource } from "../client/mod.ts";
import { FailureError } from "./failure.ts";
import type { Language } from "./language.ts";

/** What stands for bytes that aren't UTF-8. */
const replacementCharacter = "\ufffd";

/** Asks for what nobody looking on should read; `undefined` where the user would rather leave. */
export type AskSecret = (question: string) => Promise<string | undefined>;

/** Asks for the passphrase of an identity that has one. */
export async function askPassphrase(
  ask: AskSecret | undefined,
  language: Language,
): Promise<string> {
  if (!ask) throw new FailureError(language.passphraseNeedsTerminal);
  return await askOnce(ask, language.askPassphrase, language);
}

/** Asks for a new passphrase, twice: what is mistyped once would lock its owner out for good. */
export async function askNewPassphrase(
  ask: AskSecret | undefined,
  language: Language,
): Promise<string> {
  if (!ask) throw new FailureError(language.passphraseNeedsTerminal);
  const passphrase = await askOnce(ask, language.askNewPassphrase, language);
  const again = (await ask(language.askPassphraseAgain))?.trim();
  if (again !== passphrase) throw new FailureError(language.passphrasesDiffer);
  return passphrase;
}

/** A prompt that deletes byte by byte can leave half a letter, which nobody could ever type again. */
async function askOnce(ask: AskSecret, question: string, language: Language): Promise<string> {
  const passphrase = (await ask(question))?.trim();
  if (!passphrase) throw new FailureError(language.noPassphrase);
  if (passphrase.includes(replacementCharacter)) throw new FailureError(language.passphraseGarbled);
  return passphrase;
}

/**
 * Passphrases from the user.
 *
 * @param ask missing where there is nobody to ask
 * @param sealsNew whether a new identity is to have one
 */
export function passphrasesFrom(
  ask: AskSecret | undefined,
  { sealsNew, language }: { readonly sealsNew: boolean; readonly language: Language },
): PassphraseSource {
  return async (purpose) => {
    if (purpose === "open") return await askPassphrase(ask, language);
    return sealsNew ? await askNewPassphrase(ask, language) : undefined;
  };
}
