import { assert, assertEquals } from "@std/assert";
import { byeCodes, encodedMessage, refusedCodes, rejectedCodes } from "../../lib/codec/mod.ts";
import * as limits from "../../lib/limits.ts";
import { parseName } from "../../lib/registry/mod.ts";
import { transferErrorCodes } from "../../lib/transfer/mod.ts";
import { messageVectors } from "../codec/message_vectors.ts";

const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

/** What stands under a heading of PROTOCOL.md. */
async function sectionUnder(heading: string): Promise<string> {
  const text = await Deno.readTextFile(new URL("../../docs/PROTOCOL.md", import.meta.url));
  const [, after = ""] = text.split(`\n${heading}\n`);
  return after.split(/\n#{2,3} /)[0]!;
}

/** The cells of every row of the tables there, without their backquotes. */
async function rowsUnder(heading: string): Promise<string[][]> {
  const section = await sectionUnder(heading);
  return section.split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""))
  );
}

/** A limit, or those within it, as the document writes them. */
function written(name: string, limit: unknown): [name: string, written: string][] {
  if (typeof limit === "number") return [[name, digits(name, limit)]];
  const parts = Object.entries(limit as Record<string, unknown>);
  const numbers = parts.flatMap(([, part]) => typeof part === "number" ? [digits("", part)] : []);
  if (numbers.length < parts.length) {
    return parts.flatMap(([key, part]) => written(`${name}.${key}`, part));
  }
  const isRate = parts.some(([key]) => key === "perSecond");
  return [[name, numbers.join(", ") + (isRate ? " / s" : "")]];
}

function digits(name: string, limit: number): string {
  if (name === "defaultPort") return String(limit);
  const exponent = Math.log2(limit);
  return exponent > 30 && Number.isInteger(exponent) ? `2^${exponent}` : limit.toLocaleString("en");
}

Deno.test({
  name: "PROTOCOL.md gives the limits as limits.ts has them",
  ignore,
  fn: async () => {
    const expected = new Map(
      Object.entries(limits).flatMap(([name, value]) => written(name, value)),
    );
    const rows = (await rowsUnder("## Limits")).filter(([name]) => /^[a-z]+[A-Z]/.test(name!));
    assert(rows.length > 40);
    for (const [name, value] of rows) assertEquals([name, value], [name, expected.get(name!)]);
  },
});

Deno.test({
  name: "PROTOCOL.md gives every message its number",
  ignore,
  fn: async () => {
    const expected = new Map(
      messageVectors.map(({ message }) => [message.kind, String(encodedMessage(message)[0])]),
    );
    const rows = await rowsUnder("### Table of messages");
    const documented = rows.slice(2).map(([number, link]) =>
      [/^\[(.*)\]/.exec(link!)![1]!, number!] as const
    );
    assertEquals(new Map(documented), new Map<string, string>(expected));
  },
});

for (
  const { heading, codes } of [
    { heading: "### Refused codes", codes: refusedCodes },
    { heading: "### Rejected codes", codes: rejectedCodes },
    { heading: "### Bye codes", codes: byeCodes },
    { heading: "### Transfer codes", codes: transferErrorCodes },
  ]
) {
  Deno.test({
    name: `PROTOCOL.md gives every one of the ${heading.slice(4).toLowerCase()} its byte`,
    ignore,
    fn: async () => {
      const rows = await rowsUnder(heading);
      const documented = rows.slice(2).map(([byte, code]) => [byte, code]);
      assertEquals(documented, codes.map((code, byte) => [String(byte), code]));
    },
  });
}

Deno.test({
  name: "PROTOCOL.md has every letter that a name's key replaces",
  ignore,
  fn: async () => {
    const section = await sectionUnder("## Names");
    const documented = [...section.matchAll(/^(?:Cyrillic|Greek) +(.*)\nLatin +(.*)$/gm)].flatMap(
      ([, others, latin]) => others!.split(" ").map((other, i) => other + latin!.split(" ")[i]),
    );
    const greekAndCyrillic = Array.from({ length: 0x530 - 0x370 }, (_, i) => i + 0x370);
    const replaced = greekAndCyrillic.map((code) => String.fromCodePoint(code)).flatMap(
      (letter) => {
        const name = parseName(letter);
        const isReplaced = name.kind === "name" && /^[A-Z]$/.test(name.key);
        return isReplaced && letter === letter.normalize("NFKC").toUpperCase()
          ? [letter + name.key]
          : [];
      },
    );
    assertEquals(documented.toSorted(), replaced.toSorted());
  },
});
