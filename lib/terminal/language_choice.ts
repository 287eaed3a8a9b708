import { english } from "./english.ts";
import type { Environment } from "./flag.ts";
import type { Language, LanguageTag } from "./language.ts";
import { portuguese } from "./portuguese.ts";

const languages: Readonly<Record<LanguageTag, Language>> = { pt: portuguese, en: english };

/** Where the locale stands, the first that is set deciding (POSIX.1-2017 XBD §8.2). */
export const localeVariables = ["LC_ALL", "LC_MESSAGES", "LANG"] as const;

/** The language asked for; otherwise the locale's, which is Portuguese where it says nothing. */
export function chooseLanguage(tag: LanguageTag | undefined, environment: Environment): Language {
  return languages[tag ?? tagOfLocale(environment)];
}

function tagOfLocale(environment: Environment): LanguageTag {
  const locale = localeVariables.map(environment).find((value) => value) ?? "";
  return /^(pt([_.@-].*)?|C([._-].*)?|POSIX)?$/i.test(locale) ? "pt" : "en";
}
