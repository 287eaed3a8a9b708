import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseLine } from "../../lib/terminal/parse_line.ts";
import { unicodeText } from "../testing/unicode_text.ts";

const lines: readonly { name: string; line: string; expected: unknown }[] = [
  { name: "a bare line", line: " Olá  ", expected: [" Olá  "] },
  { name: "white space", line: " \t ", expected: "nothing" },
  { name: "a slash in the middle", line: "e/ou", expected: ["e/ou"] },
  { name: "a space before a slash", line: " /sair", expected: [" /sair"] },
  { name: "two slashes", line: "//x", expected: ["/x"] },
  { name: "three slashes", line: "///x", expected: ["//x"] },
  { name: "a text with spaces", line: "/udp  a  b ", expected: ["udp", "a  b "] },
  { name: "a text of several lines", line: "/udp a\nb", expected: ["udp", "a\nb"] },
  { name: "a name and a text", line: "/tcp bia  a  b", expected: ["tcp", "bia", "a  b"] },
  { name: "a tab after the name", line: "/tcp\tbia\ta", expected: ["tcp", "bia", "a"] },
  { name: "paths", line: "/file bia  a 'b c'", expected: ["file", "bia", "a", "b c"] },
  { name: "an empty path", line: "/file bia ''", expected: "misused" },
  { name: "a number", line: "/accept 12", expected: ["accept", "12"] },
  { name: "a number and a directory", line: "/accept 2 'a b'", expected: ["accept", "2", "a b"] },
  { name: "a directory alone", line: "/accept 2nd", expected: ["accept", undefined, "2nd"] },
  { name: "neither", line: "/accept ", expected: ["accept", undefined] },
  { name: "two directories", line: "/accept a b", expected: "misused" },
  { name: "no number", line: "/decline", expected: ["decline", undefined] },
  { name: "what isn't a number", line: "/decline one", expected: "misused" },
  { name: "a command that is glued to a text", line: "/udpa", expected: "unknownCommand" },
  { name: "a name without a text", line: "/tcp bia ", expected: "misused" },
  { name: "a text for a command that takes none", line: "/ajuda x", expected: "misused" },
  { name: "spaces behind a command that takes none", line: "/ajuda  ", expected: ["help"] },
];

for (const { name, line, expected } of lines) {
  Deno.test(`parseLine() reads ${name}`, () => assertEquals(read(line), expected));
}

function read(line: string): unknown {
  const input = parseLine(line);
  if (input.kind === "text") return [input.text];
  return input.kind === "command" ? [input.command.id, ...input.args] : input.kind;
}

Deno.test("parseLine() reads any line, and what /udp says is what follows it", () => {
  fc.assert(
    fc.property(unicodeText(20), (text) => {
      const said = parseLine(`/udp ${text}`);
      if (text.trim() === "") return assertEquals(said.kind, "misused");
      assert(said.kind === "command");
      assertEquals(said.args, [text.trimStart()]);
    }),
    { seed: 11 },
  );
});

Deno.test("parseLine() can say every text that isn't blank", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      if (text.trim() === "") return;
      const said = parseLine(text.startsWith("/") ? `/${text}` : text);
      assertEquals(said, { kind: "text", text });
    }),
    { seed: 12 },
  );
});
