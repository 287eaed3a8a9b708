import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { directoryName } from "../../lib/client/directory_name.ts";

for (
  const [text, expected] of [
    ["chat.example:7700", "chat.example%3a7700"],
    ["[::1]:7700", "%5b%3a%3a1%5d%3a7700"],
    ["ANA", "%41%4e%41"],
    ["é", "%c3%a9"],
    ["", ""],
    [".", "%2e"],
    ["..", "%2e%2e"],
    ["../a", "%2e.%2fa"],
    ["a\\b", "a%5cb"],
    ["ana.", "ana%2e"],
    ["con", "%63on"],
    ["com1.x", "%63om1.x"],
    ["conrad", "conrad"],
    ["a%", "a%25"],
  ] as const
) {
  Deno.test(`directoryName() writes ${JSON.stringify(text)} as ${JSON.stringify(expected)}`, () => {
    assertEquals(directoryName(text), expected);
  });
}

Deno.test("directoryName() fits in a file system, however long the text", () => {
  const names = ["a", "b"].map((last) => directoryName("😀".repeat(40) + last));
  for (const name of names) assert(name.length <= 200);
  assert(names[0] !== names[1]);
});

Deno.test("directoryName() is safe, and another one for every other text", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.string({ unit: fc.constantFrom(..."aA.%eE2/\\con1"), maxLength: 6 }),
  );
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [nameA, nameB] = [directoryName(a), directoryName(b)];
      assertMatch(nameA, /^(?:(?!\.)(?:[a-z0-9._-]|%[0-9a-f]{2})*(?<!\.))?$/);
      assertEquals(nameA === nameB, a.toWellFormed() === b.toWellFormed());
    }),
    { seed: 1, numRuns: 2_000 },
  );
});
