import fc from "fast-check";

/** Any character that UTF-8 can say, of one to four bytes. */
const character = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
).map((codePoint) => String.fromCodePoint(codePoint));

/** Texts of at most so many characters; `fc.string({ unit: "binary" })` takes a second to set up. */
export function unicodeText(maxLength: number): fc.Arbitrary<string> {
  return fc.array(character, { maxLength }).map((characters) => characters.join(""));
}
