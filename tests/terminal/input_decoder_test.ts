import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { InputDecoder, type Keystrokes } from "../../lib/terminal/input_decoder.ts";

function decode(...chunks: string[]): Keystrokes[] {
  const decoder = new InputDecoder();
  return chunks.flatMap((chunk) => [...decoder.decode(chunk)]);
}

const keys = (text: string): Keystrokes => ({ kind: "keys", text });
const text = (text: string): Keystrokes => ({ kind: "text", text });

const inputs: readonly { name: string; chunks: string[]; expected: readonly Keystrokes[] }[] = [
  { name: "a letter", chunks: ["a"], expected: [text("a")] },
  { name: "Enter", chunks: ["\r"], expected: [keys("\r")] },
  { name: "an arrow", chunks: ["\x1b[A"], expected: [keys("\x1b[A")] },
  { name: "Escape alone", chunks: ["\x1b"], expected: [keys("\x1b")] },
  { name: "Insert, which begins like a paste", chunks: ["\x1b[2~"], expected: [keys("\x1b[2~")] },
  {
    name: "typing ahead",
    chunks: ["oi\rtudo bem?\r"],
    expected: [text("oi"), keys("\r"), text("tudo bem?"), keys("\r")],
  },
  {
    name: "a paste",
    chunks: ["\x1b[200~a\r\nb\nc\rd\te\x1b[31m\x07\x1b[201~\r"],
    expected: [text("a⏎b⏎c⏎d e[31m"), keys("\r")],
  },
  {
    name: "a paste in pieces",
    chunks: ["x\x1b[20", "0~a\n", "b\x1b", "[201", "~y"],
    expected: [text("x"), text("a⏎"), text("b"), text("y")],
  },
  { name: "an empty paste", chunks: ["\x1b[200~\x1b[201~"], expected: [] },
  {
    name: "two pastes",
    chunks: ["\x1b[200~a\x1b[201~\x1b[200~b\x1b[201~"],
    expected: [text("a"), text("b")],
  },
];

for (const { name, chunks, expected } of inputs) {
  Deno.test(`InputDecoder.decode() reads ${name}`, () => assertEquals(decode(...chunks), expected));
}

Deno.test("InputDecoder.decode() finds no key in what is pasted, however it is cut", () => {
  const part = fc.constantFrom(
    "a",
    "é",
    "\r",
    "\n",
    "\t",
    "\x03",
    "\x1b",
    "\x1b[A",
    "[201~",
    "\x1b[20",
  );
  const pasted = fc.array(part).map((parts) => parts.join(""))
    .filter((text) => !`${text}\x1b[201~`.slice(0, -1).includes("\x1b[201~"));
  fc.assert(
    fc.property(pasted, fc.array(fc.nat(40), { maxLength: 5 }), (pasted, cuts) => {
      const input = `\x1b[200~${pasted}\x1b[201~`;
      const places = [0, ...cuts.map((cut) => Math.max(5, Math.min(cut, input.length)))];
      const chunks = places.toSorted((a, b) => a - b).map((place, i, all) =>
        input.slice(place, all[i + 1])
      );
      const strokes = decode(...chunks);
      assert(strokes.every(({ kind }) => kind === "text"), JSON.stringify(strokes));
      assertEquals(
        strokes.map(({ text }) => text).join(""),
        decode(input).map(({ text }) => text).join(""),
      );
    }),
    { seed: 18, numRuns: 1_000 },
  );
});
