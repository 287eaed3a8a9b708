import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { layOutInput, maxWidth } from "../../lib/terminal/input_layout.ts";

const layouts: readonly {
  readonly name: string;
  /** With `|` for the cursor. */
  readonly text: string;
  readonly columns: number;
  readonly maxRows?: number;
  /** With `|` for the cursor. */
  readonly expected: readonly string[];
}[] = [
  { name: "an empty line", text: "> |", columns: 10, expected: ["> |"] },
  { name: "a short line", text: "> a|b", columns: 10, expected: ["> a|b"] },
  { name: "a line that fills a row", text: "> 1234567|", columns: 10, expected: ["> 1234567|"] },
  { name: "one more letter", text: "> 12345678|", columns: 10, expected: ["> 1234567", "8|"] },
  {
    name: "a cursor where a row begins",
    text: "> 1234567|8",
    columns: 10,
    expected: ["> 1234567", "|8"],
  },
  { name: "wide letters", text: "> 日本語日本|", columns: 10, expected: ["> 日本語", "日本|"] },
  { name: "an emoji in one piece", text: "> 123👩‍👩‍👧|4", columns: 10, expected: ["> 123", "👩‍👩‍👧|4"] },
  {
    name: "marks",
    text: "> e\u0301e\u0301e\u0301e\u0301|",
    columns: 10,
    expected: ["> e\u0301e\u0301e\u0301e\u0301|"],
  },
  { name: "a letter wider than the terminal", text: "日|", columns: 2, expected: ["日|"] },
  {
    name: "the end of a long line",
    text: "> 1234567abcdefghiABCDEFGHI|",
    columns: 10,
    maxRows: 2,
    expected: ["abcdefghi", "ABCDEFGHI|"],
  },
  {
    name: "the beginning of a long line",
    text: "> |1234567abcdefghiABCDEFGHI",
    columns: 10,
    maxRows: 2,
    expected: ["> |1234567", "abcdefghi"],
  },
];

for (const { name, text, columns, maxRows = 24, expected } of layouts) {
  Deno.test(`layOutInput() lays out ${name}`, () => {
    const cursor = text.indexOf("|");
    const layout = layOutInput(text.replace("|", ""), cursor, { columns, maxRows });
    const { cursorRow, beforeCursor } = layout;
    const rows = layout.rows.map((row, i) =>
      i === cursorRow ? `${beforeCursor}|${row.slice(beforeCursor.length)}` : row
    );
    assertEquals(rows, expected);
  });
}

const line = fc.array(
  fc.constantFrom("a", "é", "e\u0301", "日", "👩‍👩‍👧", "🇧🇷", "👍🏽", " ", "⏎"),
  { maxLength: 60 },
).map((parts) => parts.join(""));

Deno.test("layOutInput() loses nothing, fits every row, and has the cursor in one of them", () => {
  const columns = fc.integer({ min: 8, max: 30 });
  fc.assert(
    fc.property(line, columns, fc.double({ min: 0, max: 1, noNaN: true }), (text, columns, at) => {
      const cursor = Math.floor(at * text.length);
      const { rows, cursorRow, beforeCursor } = layOutInput(text, cursor, {
        columns,
        maxRows: 999,
      });
      assertEquals(rows.join(""), text);
      for (const row of rows) assert(maxWidth(row) < columns, row);
      assertEquals(rows.slice(0, cursorRow).join("") + beforeCursor, text.slice(0, cursor));
    }),
    { seed: 19, numRuns: 500 },
  );
});

Deno.test("layOutInput() never has more rows than it may, and the cursor's among them", () => {
  fc.assert(
    fc.property(line, fc.integer({ min: 1, max: 4 }), fc.nat(200), (text, maxRows, at) => {
      const layout = layOutInput(text, Math.min(at, text.length), { columns: 8, maxRows });
      assert(layout.rows.length <= maxRows);
      assert(layout.rows[layout.cursorRow]!.startsWith(layout.beforeCursor));
    }),
    { seed: 20, numRuns: 500 },
  );
});
