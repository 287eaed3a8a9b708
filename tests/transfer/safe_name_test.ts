import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import { nameKey, numberedName, safeName } from "../../lib/transfer/safe_name.ts";
import { unicodeText } from "../testing/unicode_text.ts";

const family = "\u{1f468}\u200d\u{1f469}\u{1f3fd}\u200d\u{1f467}";
const england = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";

/** 255 bytes, as many as there may be. */
const longEmoji = `${"\u{1f600}".repeat(62)}abc.txt`;

const names: readonly { name: string; input: string; expected: string }[] = [
  { name: "an ordinary name", input: "relatório final.pdf", expected: "relatório final.pdf" },
  { name: "no extension", input: "README", expected: "README" },
  { name: "other scripts", input: "写真 фото תמונה.jpeg", expected: "写真 фото תמונה.jpeg" },
  { name: "quotes and signs", input: "a'b`c$d%e&f;g!h#i.txt", expected: "a'b`c$d%e&f;g!h#i.txt" },
  { name: "255 bytes of emoji", input: longEmoji, expected: longEmoji },
  { name: "a family", input: `${family}.png`, expected: `${family}.png` },
  { name: "a flag of tags", input: `${england}.png`, expected: `${england}.png` },
  { name: "a heart in colour", input: "\u2764\ufe0f.png", expected: "\u2764\ufe0f.png" },
  { name: "a keycap", input: "1\ufe0f\u20e3.png", expected: "1\ufe0f\u20e3.png" },
  { name: "Persian", input: "می\u200cخواهم.txt", expected: "می\u200cخواهم.txt" },
  { name: "decomposed letters", input: "re\u0301sume\u0301.txt", expected: "résumé.txt" },

  { name: "a way out", input: "../../etc/passwd", expected: "_.._etc_passwd" },
  { name: "a way out of Windows", input: "..\\..\\x.dll", expected: "_.._x.dll" },
  { name: "an absolute path", input: "/etc/shadow", expected: "_etc_shadow" },
  { name: "a drive", input: "C:\\x", expected: "C__x" },
  { name: "a drive's own directory", input: "C:x", expected: "C_x" },
  { name: "a share", input: "\\\\host\\share", expected: "__host_share" },
  { name: "a stream", input: "a.txt:evil.exe", expected: "a.txt_evil.exe" },
  { name: "signs of patterns", input: 'a<b>c"d|e?f*g', expected: "a_b_c_d_e_f_g" },
  { name: "an option", input: "-rf", expected: "_rf" },

  { name: "a device", input: "CON", expected: "_CON" },
  { name: "a device in small letters", input: "nul.txt", expected: "_nul.txt" },
  { name: "a device with two extensions", input: "Aux.tar.gz", expected: "_Aux.tar.gz" },
  { name: "a device before spaces", input: "prn  .txt", expected: "_prn  .txt" },
  { name: "a numbered device", input: "com1", expected: "_com1" },
  { name: "a device with a superscript", input: "LPT\u00b2.log", expected: "_LPT\u00b2.log" },
  { name: "a device at the end of a name", input: "CON...", expected: "_CON" },
  { name: "a device behind something unseen", input: "C\u200bON", expected: "_CON" },
  { name: "a device behind spaces", input: "  con", expected: "_con" },
  { name: "nearly a device", input: "console.txt", expected: "console.txt" },
  { name: "com10", input: "com10", expected: "com10" },

  { name: "an override", input: "foto\u202egpj.exe", expected: "fotogpj.exe" },
  { name: "isolates", input: "a\u2066b\u2069.txt", expected: "ab.txt" },
  { name: "marks of direction", input: "a\u200e\u200f\u061cb", expected: "ab" },
  { name: "a joiner on its own", input: "a\u200db", expected: "ab" },
  { name: "a selector on its own", input: "a\ufe0fb", expected: "ab" },
  { name: "tags on their own", input: "a\u{e0067}\u{e0062}b", expected: "ab" },
  { name: "a filler", input: "\u3164", expected: "_" },
  { name: "a byte order mark", input: "\ufeffa", expected: "a" },
  { name: "control characters", input: "a\x00b\x1b[31m\r\nc\x7f\x9bd", expected: "ab[31mcd" },
  { name: "ends of lines", input: "a\u2028b\u2029c", expected: "abc" },
  { name: "no character", input: "a\uffffb", expected: "ab" },
  { name: "half a character", input: "a\ud83db", expected: "a\ufffdb" },

  { name: "dots at the end", input: "a.txt...", expected: "a.txt" },
  { name: "spaces at the end", input: "a.txt .  ", expected: "a.txt" },
  { name: "a hidden file", input: ".bashrc", expected: "bashrc" },
  { name: "a file hidden twice", input: " . .bashrc", expected: "bashrc" },
  { name: "nothing", input: "", expected: "_" },
  { name: "the directory itself", input: ".", expected: "_" },
  { name: "the one above", input: "..", expected: "_" },
  { name: "spaces", input: "   ", expected: "_" },

  { name: "256 bytes", input: `${"a".repeat(252)}.txt`, expected: `${"a".repeat(251)}.txt` },
  {
    name: "two extensions",
    input: `${"a".repeat(300)}.tar.gz`,
    expected: `${"a".repeat(248)}.tar.gz`,
  },
  { name: "no true extension", input: `a.${"b".repeat(300)}`, expected: `a.${"b".repeat(253)}` },
  {
    name: "a family at the cut",
    input: `${"a".repeat(240)}${family}.txt`,
    expected: `${"a".repeat(240)}.txt`,
  },
  {
    name: "one endless character",
    input: `a${"\u0301".repeat(500)}`,
    expected: `á${"\u0301".repeat(126)}`,
  },
  { name: "a cut before spaces", input: `a${" ".repeat(300)}b`, expected: "a" },
  { name: "a device behind the cut", input: `con${" ".repeat(300)}b`, expected: "_con" },
  { name: "a long device", input: `con.${"a".repeat(251)}`, expected: `_con.${"a".repeat(250)}` },
];

for (const { name, input, expected } of names) {
  Deno.test(`safeName() makes a harmless name of ${name}`, () => {
    assertEquals(safeName(input), expected);
    assertEquals(safeName(expected), expected);
  });
}

const hidden: readonly { input: string; expected: string }[] = [
  { input: ".gitignore", expected: ".gitignore" },
  { input: "..", expected: "_" },
  { input: "...", expected: "_" },
  { input: ".", expected: "_" },
  { input: "../x", expected: ".._x" },
  { input: " .x", expected: ".x" },
];

for (const { input, expected } of hidden) {
  Deno.test(`safeName() of ${JSON.stringify(input)} may be hidden where asked`, () => {
    assertEquals(safeName(input, { hidden: true }), expected);
  });
}

/** Texts with much of what does harm in them. */
const harmful = fc.array(
  fc.oneof(
    fc.constantFrom(
      ..."./\\: -\u200d\u200c\ufe0f\u202e\u0301\u{1f3f4}\u{1f468}\u{1f3fd}\u{e0067}\u{e007f}1\u20e3می",
      "con",
      "nul",
      ".tar",
      ".txt",
      "a".repeat(100),
      family,
    ),
    unicodeText(3),
  ),
  { maxLength: 12 },
).map((pieces) => pieces.join(""));

Deno.test("safeName() makes a harmless name of any text, and keeps its own", () => {
  fc.assert(fc.property(harmful, fc.boolean(), (text, isHidden) => {
    const name = safeName(text, { hidden: isHidden });
    assertEquals(safeName(name, { hidden: isHidden }), name);
    assertEquals(name.normalize("NFC"), name);
    assert(new TextEncoder().encode(name).length <= 255);
    assertMatch(name, isHidden ? /^[^\s-]/ : /^[^\s.-]/);
    assertMatch(name, /[^\s.]$/);
    assertNotMatch(
      name,
      // deno-lint-ignore no-control-regex -- they are what must not be there
      /[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f]/,
    );
    assertNotMatch(name, /^(?:con|nul)(?:\.|$)/i);
  }));
});

const numbered: readonly { name: string; kind: "file" | "directory"; expected: string }[] = [
  { name: "a.txt", kind: "file", expected: "a (2).txt" },
  { name: "a.tar.gz", kind: "file", expected: "a (2).tar.gz" },
  { name: "README", kind: "file", expected: "README (2)" },
  { name: ".bashrc", kind: "file", expected: ".bashrc (2)" },
  { name: "fotos.2024", kind: "directory", expected: "fotos.2024 (2)" },
  { name: `${"a".repeat(251)}.txt`, kind: "file", expected: `${"a".repeat(247)} (2).txt` },
  { name: "\u{1f600}".repeat(63), kind: "directory", expected: `${"\u{1f600}".repeat(62)} (2)` },
];

for (const { name, kind, expected } of numbered) {
  Deno.test(`numberedName() of a ${kind} is ${expected.slice(-20)}`, () => {
    assertEquals(numberedName(name, kind, 2), expected);
    assertEquals(safeName(expected, { hidden: true }), expected);
  });
}

Deno.test("nameKey() is equal for names that are one somewhere", () => {
  for (const [a, b] of [["ÁRVORE", "a\u0301rvore"], ["straße", "STRASSE"], ["σς", "ΣΣ"]] as const) {
    assertEquals(nameKey(a), nameKey(b));
  }
  assert(nameKey("a") !== nameKey("á"));
});
