import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type InputLine, inputLines } from "../../lib/terminal/input_lines.ts";

const utf8 = new TextEncoder();
const maxLineBytes = 20;

/** Cuts input into chunks of so many bytes, in one buffer that is used again and again. */
async function* chunksOf(input: Uint8Array, bytes: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(bytes);
  for (let start = 0; start < input.length; start += bytes) {
    const chunk = input.subarray(start, start + bytes);
    buffer.set(chunk);
    yield buffer.subarray(0, chunk.length);
  }
}

async function read(input: Uint8Array, bytes: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of inputLines(chunksOf(input, bytes), maxLineBytes)) lines.push(show(line));
  return lines;
}

function show(line: InputLine): string {
  return line.kind === "line" ? `=${line.text}` : line.kind;
}

const inputs: readonly { name: string; input: string | Uint8Array; expected: readonly string[] }[] =
  [
    { name: "nothing", input: "", expected: [] },
    { name: "lines", input: "a\nb\n", expected: ["=a", "=b"] },
    { name: "no end of the last line", input: "a\nb", expected: ["=a", "=b"] },
    { name: "CRLF", input: "a\r\nb\r", expected: ["=a", "=b"] },
    { name: "a CR within a line", input: "a\rb\n", expected: ["=a\rb"] },
    { name: "empty lines", input: "\n\r\na", expected: ["=", "=", "=a"] },
    { name: "characters of several bytes", input: "é日👩‍👧\nç", expected: ["=é日👩‍👧", "=ç"] },
    { name: "a byte order mark", input: "\ufeffa\n", expected: ["=a"] },
    { name: "the longest line", input: "x".repeat(20), expected: [`=${"x".repeat(20)}`] },
    { name: "a line too long", input: `${"x".repeat(21)}\nb`, expected: ["tooLong", "=b"] },
    { name: "a last line too long", input: "x".repeat(500), expected: ["tooLong"] },
    {
      name: "bytes that aren't UTF-8",
      input: Uint8Array.of(0x61, 0xff, 0x0a, 0x62, 0x0a, 0xe2, 0x82),
      expected: ["notUtf8", "=b", "notUtf8"],
    },
  ];

for (const { name, input, expected } of inputs) {
  Deno.test(`inputLines() reads ${name}, in chunks of any size`, async () => {
    const bytes = typeof input === "string" ? utf8.encode(input) : input;
    for (const size of [1, 2, 3, 7, 1_000]) assertEquals(await read(bytes, size), expected);
  });
}

Deno.test("inputLines() reads back any lines that were written", async () => {
  const line = fc.string({ unit: "grapheme", maxLength: 5 }).filter((text) =>
    !/[\r\n\ufeff]/.test(text)
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, bytes) => {
      const expected = lines.map((text) =>
        utf8.encode(text).length > maxLineBytes ? "tooLong" : `=${text}`
      );
      const input = utf8.encode(lines.map((text) => `${text}\n`).join(""));
      assertEquals(await read(input, bytes), expected);
    }),
    { seed: 17 },
  );
});
