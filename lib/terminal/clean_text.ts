// deno-lint-ignore-file no-control-regex -- to take them out is what this file is for

/** Control sequences (ECMA-48 §5.4), with as much of them as there is. */
const controlSequence = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?/g;

/**
 * Strings between OSC, DCS, SOS, PM or APC and their end (ECMA-48 §5.6). What one holds is none of their
 * beginnings or ends, so no text takes longer than its length.
 */
const controlString =
  /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f\n]*(?:\x07|\x9c|\x1b\\)/g;

/** Other escape sequences (ECMA-35 §13). */
const escapeSequence = /\x1b[ -/]*[0-~]?/g;

const tab = "    ";

/** Unicode's ends of a line (UAX #14, classes BK, CR, LF and NL). */
const lineEnd = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

/** Marks, overrides, embeddings and isolates (UAX #9): they reorder what is around them. */
const reordering = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]/g;

const control = /(?!\n)\p{Cc}/gu;

/**
 * Makes a text that comes from somebody else safe to show: control sequences, control characters and
 * what reorders text are left out, ends of lines become `\n`, tabs become spaces. Marks and joiners, of
 * which letters and emoji are made, stay.
 */
export function cleanText(text: string): string {
  return text
    .replace(controlSequence, "")
    .replace(controlString, "")
    .replace(escapeSequence, "")
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
