import { stripVTControlCharacters } from "node:util";

const tab = "    ";

/** Unicode's ends of a line (UAX #14, classes BK, CR, LF and NL). */
const lineEnd = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

/** Overrides, embeddings and isolates (UAX #9): they reorder what is around them. */
const reordering = /[\u202a-\u202e\u2066-\u206f]/g;

const control = /(?!\n)\p{Cc}/gu;

/**
 * Makes a text that comes from somebody else safe to show: control sequences, control characters and
 * what reorders text are left out, ends of lines become `\n`, tabs become spaces. Marks and joiners, of
 * which letters and emoji are made, stay.
 */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(lineEnd, "\n")
    .replaceAll("\t", tab)
    .replace(control, "")
    .replace(reordering, "")
    .toWellFormed();
}

/** {@linkcode cleanText} for what stands within a line, such as a name. */
export function cleanName(name: string): string {
  return cleanText(name).replaceAll("\n", " ");
}
