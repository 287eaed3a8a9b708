import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import type { NameError } from "../../lib/codec/mod.ts";
import { type Name, parseName } from "../../lib/registry/mod.ts";
import { unicodeText } from "../testing/unicode_text.ts";

function parsed(text: string): Name {
  const result = parseName(text);
  assert(result.kind === "name", `${JSON.stringify(text)} is no name`);
  return result;
}

const names: { what: string; text: string; name?: string }[] = [
  { what: "one letter", text: "a" },
  { what: "accents", text: "joão" },
  { what: "a decomposed accent, composed", text: "joa\u0303o", name: "joão" },
  { what: "full-width letters, made usual", text: "ｂｉａ", name: "bia" },
  { what: "a ligature, taken apart", text: "ﬁlipa", name: "filipa" },
  { what: "digits", text: "ana2000" },
  { what: "a digit first", text: "7ana" },
  { what: "the three signs", text: "a_b.c-d" },
  { what: "an emoji", text: "😀" },
  { what: "an emoji behind letters", text: "ana😀" },
  { what: "an emoji with its colour selector, without it", text: "❤\ufe0fana", name: "❤ana" },
  { what: "32 characters", text: "a".repeat(32) },
  { what: "32 characters outside the first plane", text: "😀".repeat(32) },
  { what: "32 characters once composed", text: "e\u0301".repeat(32), name: "é".repeat(32) },
  { what: "Cyrillic alone", text: "Анна" },
  { what: "Greek alone", text: "Άννα" },
  { what: "Arabic alone", text: "ليلى" },
  { what: "Han", text: "王芳" },
  { what: "Japanese with Latin", text: "さくらサクラ桜x" },
  { what: "Korean with Latin", text: "민준kim" },
  { what: "Devanagari with its marks", text: "आरती" },
];

for (const { what, text, name = text } of names) {
  Deno.test(`parseName() takes ${what}`, () => assertEquals(parsed(text).name, name));
}

const noNames: { what: string; text: string; error: NameError }[] = [
  { what: "nothing", text: "", error: "nameEmpty" },
  { what: "33 characters", text: "a".repeat(33), error: "nameTooLong" },
  { what: "33 emoji", text: "😀".repeat(33), error: "nameTooLong" },
  { what: "what is 33 characters once taken apart", text: "ﬁ".repeat(17), error: "nameTooLong" },
  { what: "a space", text: "ana bia", error: "nameBadCharacter" },
  { what: "a space in front", text: " ana", error: "nameBadCharacter" },
  { what: "a no-break space", text: "ana\u00a0bia", error: "nameBadCharacter" },
  { what: "an ideographic space", text: "ana\u3000bia", error: "nameBadCharacter" },
  { what: "a line break", text: "ana\nbia", error: "nameBadCharacter" },
  { what: "a null", text: "ana\0", error: "nameBadCharacter" },
  { what: "an escape", text: "\x1b[31mana", error: "nameBadCharacter" },
  { what: "a C1 control", text: "ana\u009b", error: "nameBadCharacter" },
  { what: "a right-to-left override", text: "ana\u202e", error: "nameBadCharacter" },
  { what: "a right-to-left isolate", text: "ana\u2067", error: "nameBadCharacter" },
  { what: "a right-to-left mark", text: "ana\u200f", error: "nameBadCharacter" },
  { what: "a zero-width space", text: "an\u200ba", error: "nameBadCharacter" },
  { what: "a zero-width joiner", text: "an\u200da", error: "nameBadCharacter" },
  { what: "a byte order mark", text: "\ufeffana", error: "nameBadCharacter" },
  { what: "a soft hyphen", text: "an\u00ada", error: "nameBadCharacter" },
  { what: "an unseen joining mark", text: "an\u034fa", error: "nameBadCharacter" },
  { what: "an unseen variation mark", text: "ana\ufe00", error: "nameBadCharacter" },
  { what: "an unseen Hangul letter", text: "\u3164", error: "nameBadCharacter" },
  { what: "a private character", text: "ana\ue000", error: "nameBadCharacter" },
  { what: "an unassigned character", text: "ana\u0378", error: "nameBadCharacter" },
  { what: "half a surrogate pair", text: "ana\ud83d", error: "nameBadCharacter" },
  { what: "a slash", text: "/udp", error: "nameBadCharacter" },
  { what: "a bracket", text: "[TCP]", error: "nameBadCharacter" },
  { what: "a colon", text: "ana:", error: "nameBadCharacter" },
  { what: "a check mark in a box", text: "ana☑", error: "nameBadCharacter" },
  { what: "a white check mark", text: "ana✅", error: "nameBadCharacter" },
  { what: "a check mark", text: "ana✓", error: "nameBadCharacter" },
  { what: "a heavy check mark", text: "✔ana", error: "nameBadCharacter" },
  { what: "a heavy check mark in colour", text: "✔\ufe0fana", error: "nameBadCharacter" },
  { what: "a light check mark", text: "ana🗸", error: "nameBadCharacter" },
  { what: "a bold check mark in a box", text: "ana🗹", error: "nameBadCharacter" },
  { what: "an at sign", text: "@ana", error: "nameBadCharacter" },
  { what: "a hyphen first", text: "-ana", error: "nameBadStart" },
  { what: "a full stop first", text: ".ana", error: "nameBadStart" },
  { what: "a low line first", text: "_ana", error: "nameBadStart" },
  { what: "a mark first", text: "\u0301ana", error: "nameBadStart" },
  { what: "a Cyrillic а among Latin letters", text: "аna", error: "nameMixedScripts" },
  { what: "a Greek ο among Latin letters", text: "jοao", error: "nameMixedScripts" },
  { what: "Cyrillic with Greek", text: "Анνα", error: "nameMixedScripts" },
  { what: "Cyrillic with Han", text: "Анна王", error: "nameMixedScripts" },
  { what: "a script out of daily use", text: "ᚠᚢᚦ", error: "nameMixedScripts" },
];

for (const { what, text, error } of noNames) {
  Deno.test(`parseName() refuses ${what}`, () => {
    assertEquals(parseName(text), { kind: "notAName", error });
  });
}

const alike: { what: string; texts: string[] }[] = [
  { what: "case", texts: ["ana", "Ana", "ANA"] },
  { what: "case beyond ASCII", texts: ["joão", "JOÃO"] },
  { what: "composition", texts: ["joão", "joa\u0303o"] },
  { what: "width", texts: ["bia", "ｂｉａ", "ＢＩＡ"] },
  { what: "the sharp s, small, capital and as two", texts: ["straße", "STRAẞE", "strasse"] },
  { what: "the Greek sigmas", texts: ["Λουκάς", "ΛΟΥΚΆΣ"] },
  { what: "the Kelvin sign", texts: ["\u212aim", "kim"] },
  { what: "a colour selector", texts: ["❤ana", "❤\ufe0fana"] },
  { what: "the script, Cyrillic for Latin", texts: ["аса", "aca", "АСА"] },
  { what: "the script, Greek for Latin", texts: ["ΒΙΑ", "BIA", "bia"] },
  { what: "the script, Greek for Cyrillic", texts: ["ΑΝΑ", "ANA", "ana"] },
];

for (const { what, texts } of alike) {
  Deno.test(`parseName() gives one key to names that differ only in ${what}`, () => {
    const keys = new Set(texts.map((text) => parsed(text).key));
    assertEquals(keys.size, 1, [...keys].join(" "));
  });
}

Deno.test("parseName() gives different keys to different names", () => {
  for (const [a, b] of [["ana", "anna"], ["joao", "joão"], ["ana", "ana_"], ["王", "芳"]]) {
    assertNotEquals(parsed(a!).key, parsed(b!).key);
  }
});

Deno.test("parseName() takes its own names, with the same key, in any case", () => {
  const property = fc.property(unicodeText(8), (text) => {
    const first = parseName(text);
    if (first.kind === "notAName") return;
    assertEquals(parseName(first.name), first);
    for (const other of [first.name.toLowerCase(), first.name.toUpperCase()]) {
      const again = parseName(other);
      if (again.kind === "name") assertEquals(again.key, first.key);
    }
  });
  fc.assert(property, { seed: 1, numRuns: 2_000 });
});

Deno.test("parseName() gives a letter one key, small or capital, and takes none that is unseen", () => {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const letter = String.fromCodePoint(codePoint);
    const isUnseen = /\p{Default_Ignorable_Code_Point}/u.test(letter);
    const cases = [letter.toLowerCase(), letter.toUpperCase()].filter((other) => other !== letter);
    if (!isUnseen && cases.length === 0) continue;
    const result = parseName(letter);
    if (result.kind === "notAName") continue;
    assert(!isUnseen, codePoint.toString(16));
    for (const other of cases) {
      const again = parseName(other);
      if (again.kind === "name") assertEquals(again.key, result.key);
    }
  }
});
