import { assertEquals, assertLess } from "@std/assert";
import { harmlessPaths } from "../../lib/transfer/harmless_paths.ts";
import type { ManifestEntry } from "../../lib/transfer/mod.ts";

const entry = (kind: ManifestEntry["kind"], ...path: string[]): ManifestEntry => ({
  kind,
  path,
  size: 0,
  modifiedAt: 0,
});

Deno.test("harmlessPaths() keeps names that do no harm", () => {
  const entries = [
    entry("directory", "fotos"),
    entry("file", "fotos", "mar.jpg"),
    entry("file", "fotos", ".nomedia"),
    entry("file", "leia-me.txt"),
  ];
  assertEquals(harmlessPaths(entries), entries.map(({ path }) => path));
});

Deno.test("harmlessPaths() changes those that do, and what stands within follows", () => {
  const entries = [
    entry("directory", ".ssh"),
    entry("file", ".ssh", "C:evil"),
    entry("directory", ".ssh", "con"),
    entry("file", ".ssh", "con", "nul.txt"),
  ];
  assertEquals(harmlessPaths(entries), [
    ["ssh"],
    ["ssh", "C_evil"],
    ["ssh", "_con"],
    ["ssh", "_con", "_nul.txt"],
  ]);
});

Deno.test("harmlessPaths() numbers names that have become one", () => {
  const names = ["a_b.txt", "a:b.txt", "A?B.txt", "a_b (2).txt", "a|b.txt"];
  assertEquals(
    harmlessPaths(names.map((name) => entry("file", name))).map(([name]) => name),
    ["a_b.txt", "a_b (2).txt", "A_B (3).txt", "a_b (2) (2).txt", "a_b (4).txt"],
  );
});

Deno.test("harmlessPaths() takes no time that grows with the square of equal names", () => {
  const before = performance.now();
  const paths = harmlessPaths(
    Array.from({ length: 16_000 }, (_, i) => entry("file", `a${"\u200b".repeat(i % 50)}`)),
  );
  assertEquals(new Set(paths.map(([name]) => name)).size, paths.length);
  assertLess(performance.now() - before, 10_000);
});
