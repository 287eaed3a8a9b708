import type { NameError } from "../codec/mod.ts";
import { maxNameCharacters } from "../limits.ts";

/** A name as it is shown, and the key under which nobody else can have one that passes for it. */
export interface Name {
  readonly kind: "name";
  /** In NFKC (Unicode UAX #15), as its owner writes it. */
  readonly name: string;
  /** Equal for names that differ in case only, or that look alike in another script. */
  readonly key: string;
}

/** Why a text is not a name. */
export interface NotAName {
  readonly kind: "notAName";
  readonly error: NameError;
}

/** Among letters and marks there are some that nobody sees: with them, two names would look the same. */
const allowedCharacters =
  /^(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}\p{Extended_Pictographic}_.-])*$/u;
/** Asks for a pictograph in colour (U+FE0F), as keyboards do; it makes no other name of it. */
const colourSelectors = /\ufe0f/g;
/** Clients mark those they have verified with one, so that no name may bring its own. */
const checkMarks = /[\u2611\u2705\u2713\u2714\u{1f5f8}\u{1f5f9}]/u;
const allowedStart = /^[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/**
 * Scripts in daily use (Unicode UAX #31, table 5), and those that are written together: one name, one
 * row. A Cyrillic "а" in a Latin name is how names are forged (UTS #39 §5).
 */
const scripts = [
  ...[
    "Arabic Armenian Bengali Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Hebrew",
    "Kannada Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan",
  ].join(" ").split(" ").map((script) => [script]),
  ["Han", "Hiragana", "Katakana", "Latin"],
  ["Han", "Bopomofo", "Latin"],
  ["Han", "Hangul", "Latin"],
].map((row) => {
  const classes = [...row, "Common", "Inherited"].map((script) => `\\p{Script=${script}}`);
  return new RegExp(`^[${classes.join("")}]*$`, "u");
});

/** Capital letters of Cyrillic and Greek that print like a Latin one (UTS #39, confusables.txt). */
const lookAlikes = new Map(
  [..."АВЕЅІЈКМНОРСТУХԚԜҺӀԀѴ"].map((letter, i) => [letter, "ABESIJKMHOPCTYXQWHIDV"[i]!] as const)
    .concat(
      [..."ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"].map((letter, i) => [letter, "ABEZHIKMNOPTYX"[i]!] as const),
    ),
);

/**
 * Reads a name: 1 to {@linkcode maxNameCharacters} letters, marks, digits, pictographs other than check
 * marks, or `_ . -`; of one script, beginning with none of the last three.
 */
export function parseName(text: string): Name | NotAName {
  const name = text.replaceAll(colourSelectors, "").normalize("NFKC");
  const error = findError(name);
  return error ? { kind: "notAName", error } : { kind: "name", name, key: keyOf(name) };
}

function findError(name: string): NameError | undefined {
  if (name === "") return "nameEmpty";
  if ([...name].length > maxNameCharacters) return "nameTooLong";
  if (!allowedCharacters.test(name) || checkMarks.test(name)) return "nameBadCharacter";
  if (!allowedStart.test(name)) return "nameBadStart";
  if (!scripts.some((script) => script.test(name))) return "nameMixedScripts";
  return undefined;
}

/** Capitals, because more letters look alike there, and because "ß", "ẞ" and "ss" are one then. */
function keyOf(name: string): string {
  const capitals = name.toLowerCase().toUpperCase().normalize("NFKC");
  return [...capitals].map((letter) => lookAlikes.get(letter) ?? letter).join("");
}
