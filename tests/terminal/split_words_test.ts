import { assertEquals } from "@std/assert";
import { splitWords, wordsOf } from "../../lib/terminal/split_words.ts";

const lines: readonly {
  readonly line: string;
  readonly expected: readonly string[] | undefined;
}[] = [
  { line: "", expected: [] },
  { line: "  \t ", expected: [] },
  { line: " a  b\tc ", expected: ["a", "b", "c"] },
  { line: `"a b" 'c "d"' e`, expected: ["a b", 'c "d"', "e"] },
  { line: `~/"dia 1".jpg`, expected: ["~/dia 1.jpg"] },
  { line: String.raw`dia\ 1.jpg o\'clock a\(1\)`, expected: ["dia 1.jpg", "o'clock", "a(1)"] },
  {
    line: String.raw`C:\fotos\a.jpg \\servidor\x`,
    expected: [String.raw`C:\fotos\a.jpg`, String.raw`\\servidor\x`],
  },
  { line: String.raw`"a\b" 'c\'`, expected: [String.raw`a\b`, "c\\"] },
  { line: "a\\", expected: ["a\\"] },
  { line: `""`, expected: [""] },
  { line: `"a b`, expected: undefined },
  { line: "don't", expected: undefined },
];

for (const { line, expected } of lines) {
  Deno.test(`wordsOf() splits ${JSON.stringify(line)}`, () =>
    assertEquals(wordsOf(line), expected));
}

Deno.test("splitWords() says where words are, and which quote is open", () => {
  assertEquals(splitWords(`a  "b c" 'd e`), [
    { text: "a", start: 0, end: 1, quote: undefined },
    { text: "b c", start: 3, end: 8, quote: undefined },
    { text: "d e", start: 9, end: 13, quote: "'" },
  ]);
});
