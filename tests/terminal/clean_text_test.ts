import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cleanName, cleanText } from "../../lib/terminal/clean_text.ts";
import { formatLine } from "../../lib/terminal/line.ts";
import { unicodeText } from "../testing/unicode_text.ts";

const texts: readonly { name: string; input: string; expected: string }[] = [
  { name: "plain text", input: "Olá, Zoë! 你好 สวัสดี", expected: "Olá, Zoë! 你好 สวัสดี" },
  { name: "a colour", input: "\x1b[31mred\x1b[0m", expected: "red" },
  { name: "cursor movement", input: "a\x1b[2A\x1b[Kb", expected: "ab" },
  { name: "a window title", input: "\x1b]0;title\x07text", expected: "text" },
  { name: "an eight-bit CSI", input: "\x9b31mred", expected: "red" },
  { name: "a lone escape", input: "a\x1b", expected: "a" },
  { name: "C0 and C1 controls", input: "a\0\x07\b\x7f\x80\x9fb", expected: "ab" },
  {
    name: "ends of lines",
    input: "1\r\n2\r3\n4\v5\f6\x857\u20288\u20299",
    expected: "1\n2\n3\n4\n5\n6\n7\n8\n9",
  },
  { name: "a tab", input: "a\tb", expected: "a    b" },
  { name: "overrides", input: "\u202eabc\u202c\u2066d\u2069", expected: "abcd" },
  { name: "emoji with joiners", input: "👩‍👩‍👧 👍🏽 ❤️ 🇧🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿", expected: "👩‍👩‍👧 👍🏽 ❤️ 🇧🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿" },
  {
    name: "joiners of letters",
    input: "می\u200cخواهم क्\u200dष",
    expected: "می\u200cخواهم क्\u200dष",
  },
  { name: "combining marks", input: "e\u0301", expected: "e\u0301" },
  { name: "half a surrogate pair", input: "a\ud83d", expected: "a\ufffd" },
  { name: "a sequence inside another", input: "\x1b\x1b[31m[31mx", expected: "31mx" },
];

for (const { name, input, expected } of texts) {
  Deno.test(`cleanText() of ${name}`, () => assertEquals(cleanText(input), expected));
}

/** Texts in which what matters is frequent. */
const hostileText = fc.array(
  fc.oneof(
    unicodeText(4),
    fc.constantFrom(
      "\x1b",
      "\x9b",
      "[",
      "]",
      "31m",
      "\x07",
      "\x1b\\",
      "\r",
      "\n",
      "\t",
      "\u202e",
      "\u2028",
    ),
  ),
).map((parts) => parts.join(""));

Deno.test("cleanText() leaves nothing that a terminal obeys, and changes nothing twice", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const cleaned = cleanText(text);
      assert(
        !/(?!\n)[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(cleaned),
        cleaned,
      );
      assert(cleaned.isWellFormed());
      assertEquals(cleanText(cleaned), cleaned);
    }),
    { seed: 13, numRuns: 2_000 },
  );
});

Deno.test("cleanText() keeps every letter, mark, number and symbol", () => {
  const kept = unicodeText(20).map((text) => text.replace(/[^\p{L}\p{M}\p{N}\p{S}]/gu, ""));
  fc.assert(fc.property(kept, (text) => assertEquals(cleanText(text), text)), { seed: 14 });
});

Deno.test("cleanName() stays within a line", () => {
  assertEquals(cleanName("eva\r\n[UDP] bob"), "eva [UDP] bob");
  fc.assert(
    fc.property(hostileText, (name) => assert(!cleanName(name).includes("\n"))),
    { seed: 15 },
  );
});

Deno.test("formatLine() lets no text begin a row of its own", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const [, ...rows] = formatLine({ tone: "global", head: "[UDP] eva: ", text: cleanText(text) })
        .split("\n");
      for (const row of rows) assert(row.startsWith("    "), row);
    }),
    { seed: 16 },
  );
});

const nests = ["\x1b", "\x9b", "\x9d", "\x1b]", "\x1b[", ";#", "\x1b[;", "\x90 "];

Deno.test("cleanText() leaves no control character, however sequences are nested", () => {
  for (const outer of nests) {
    for (const inner of nests) {
      const cleaned = cleanText(outer + inner.repeat(4_000) + outer);
      assertEquals(/[\p{Cc}]/u.test(cleaned.replaceAll("\n", "")), false);
    }
  }
});
