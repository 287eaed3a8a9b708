import { maxFileNameBytes } from "../limits.ts";

/** A subdivision's flag (UTS #51, ED-14a): the only use of tags. */
const flag = String.raw`\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}`;

const keycap = String.raw`[0-9#]\ufe0f?\u20e3`;

const pictograph = String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?`;

/** Scripts that are misspelt without joiners and non-joiners. */
const joining = [
  ..."Arabic Syriac Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada".split(" "),
  ..."Malayalam Sinhala Khmer Myanmar".split(" "),
].map((script) => String.raw`\p{Script_Extensions=${script}}`).join("");

/** What isn't seen, on its own and where it makes something that is. */
const invisible = new RegExp(
  [
    flag,
    keycap,
    String.raw`${pictograph}(?:\u200d${pictograph})*`,
    String.raw`(?<=[${joining}])[\u200c\u200d](?=[${joining}])`,
    String
      .raw`([\p{Cc}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2028\u2029\ufff9-\ufffb])`,
  ].join("|"),
  "gu",
);

/** What separates directories, names a drive or a stream, or stands for other names. */
const reserved = /[/\\<>:"|?*]/g;

/** Windows leaves out dots and spaces at the end; those at the beginning hide the file, or its name. */
const atEnd = /[\s.]+$/u;
const atStart = { hidden: /^\s+/u, shown: /^[\s.]+/u };

/** Where the shell fills in names, it would be an option. */
const optionStart = /^-/;

/** Names that Windows keeps for devices, whatever follows behind a dot. */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i;

/** An extension, or two as in `.tar.gz`, that a shortened name keeps. */
const extension = /(?:\.tar)?\.[\p{L}\p{N}]{1,16}$/iu;

/** A name that is all harm. */
const placeholder = "_";

const utf8 = new TextEncoder();
const graphemes = new Intl.Segmenter("und");

/**
 * Makes a file name of any text, and the same one again of its own result: it names a plain file in its own
 * directory and nothing else, with Linux, macOS and Windows alike, and looks like what it is.
 *
 * In NFC, at most {@linkcode maxFileNameBytes} in UTF-8, the extension kept. What would be a path, a drive or a
 * stream has `_` in those places; what isn't seen is left out, also what turns `exe.jpg` around. A name that is
 * harmless stays as it is.
 *
 * @param options.hidden whether it may begin with a dot
 */
export function safeName(name: string, options: { hidden?: boolean } = {}): string {
  const start = options.hidden ? atStart.hidden : atStart.shown;
  const plain = name.slice(0, 4 * maxFileNameBytes).toWellFormed().normalize("NFC")
    .replace(invisible, (match, alone?: string) => alone === undefined ? match : "")
    .normalize("NFC") // again: what was apart may have met
    .replace(reserved, placeholder)
    .replace(start, "")
    .replace(optionStart, placeholder);
  const safe = fitName(plain);
  return device.test(safe) ? fitName(`${placeholder}${safe}`) : safe || placeholder;
}

/** `name` as its `number`th of that name: `photo (2).jpg`. */
export function numberedName(name: string, kind: "file" | "directory", number: number): string {
  const end = kind === "file" ? extensionOf(name) : "";
  return fitName(name.slice(0, name.length - end.length), ` (${number})${end}`);
}

/** Equal for names that some file system may take for one, since it doesn't tell upper case from lower. */
export function nameKey(name: string): string {
  return name.normalize("NFC").toLowerCase().toUpperCase().normalize("NFC");
}

/** Cuts `stem` between graphemes, so that it fits with what comes behind it. */
function fitName(stem: string, end?: string): string {
  if (end === undefined && byteLength(stem) > maxFileNameBytes) {
    end = extensionOf(stem);
    stem = stem.slice(0, stem.length - end.length);
  }
  return `${cut(stem, maxFileNameBytes - byteLength(end ?? ""))}${end ?? ""}`.replace(atEnd, "");
}

function extensionOf(name: string): string {
  const found = extension.exec(name);
  return found === null || found.index === 0 ? "" : found[0];
}

function cut(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  const whole = firstPieces(
    Array.from(graphemes.segment(text), ({ segment }) => segment),
    maxBytes,
  );
  if (whole !== "") return whole;
  return firstPieces([...text], maxBytes).replace(/\p{Default_Ignorable_Code_Point}+$/u, "");
}

function firstPieces(pieces: readonly string[], maxBytes: number): string {
  let bytes = 0;
  const end = pieces.findIndex((piece) => (bytes += byteLength(piece)) > maxBytes);
  return pieces.slice(0, end < 0 ? pieces.length : end).join("");
}

function byteLength(text: string): number {
  return utf8.encode(text).length;
}
