import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ByteWriter, ProtocolError, type ProtocolErrorCode } from "../../lib/codec/mod.ts";
import {
  maxManifestBytes,
  maxManifestDepth,
  maxManifestEntries,
  maxModifiedAtMs,
} from "../../lib/limits.ts";
import { decodeManifest, encodeManifest, type ManifestEntry } from "../../lib/transfer/mod.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";

const file = (path: string, size = 0, modifiedAt = 0): ManifestEntry => ({
  kind: "file",
  path: path.split("/"),
  size,
  modifiedAt,
});

const directory = (path: string): ManifestEntry => ({ ...file(path), kind: "directory" });

const vectors: readonly { name: string; entries: readonly ManifestEntry[]; expected: string }[] = [
  {
    name: "a file",
    entries: [file("a.txt", 258, 1_700_000_000_000)],
    expected: "01" + "00000001" + "0000" + "05612e747874" + "0000018bcfe56800" + "0000000000000102",
  },
  {
    name: "a tree",
    entries: [directory("d"), directory("d/e"), file("d/f", 1, 2), file("g", 3, 4)],
    expected: "01" + "00000004" +
      "0001" + "0164" + "0000000000000000" +
      "0101" + "0165" + "0000000000000000" +
      "0100" + "0166" + "0000000000000002" + "0000000000000001" +
      "0000" + "0167" + "0000000000000004" + "0000000000000003",
  },
  {
    name: "the largest numbers",
    entries: [file("a", Number.MAX_SAFE_INTEGER, maxModifiedAtMs)],
    expected: "01" + "00000001" + "0000" + "0161" + "001eb208c2dc0000" + "001fffffffffffff",
  },
];

for (const { name, entries, expected } of vectors) {
  Deno.test(`encodeManifest() writes ${name}`, () => {
    assertEquals(hex(encodeManifest(entries)), expected);
  });

  Deno.test(`decodeManifest() reads ${name}`, () => {
    const size = entries.reduce((sum, entry) => sum + entry.size, 0);
    assertEquals(decodeManifest(bytes(expected)), { entries, size });
  });

  Deno.test(`decodeManifest() refuses every truncation of ${name}`, () => {
    const whole = bytes(expected);
    for (let length = 0; length < whole.length; length++) {
      assertProtocolError(
        () => decodeManifest(whole.subarray(0, length)),
        "truncated",
        `${length}`,
      );
    }
  });

  Deno.test(`decodeManifest() refuses a byte behind ${name}`, () => {
    assertProtocolError(() => decodeManifest(bytes(`${expected}00`)), "trailingBytes");
  });
}

/** A manifest as only somebody else would write it. */
function forged(
  entries: readonly { depth?: number; kind?: number; name: string; size?: number; date?: number }[],
): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(1);
  writer.u32(entries.length);
  for (const { depth = 0, kind = 0, name, size = 0, date = 0 } of entries) {
    writer.u8(depth);
    writer.u8(kind);
    writer.string8(name);
    writer.u53(date);
    if (kind === 0) writer.u53(size);
  }
  return writer.written;
}

const deep = Array.from({ length: maxManifestDepth + 1 }, (_, depth) => ({
  depth,
  kind: 1,
  name: "d",
}));

const refused: readonly { name: string; input: Uint8Array; expected: ProtocolErrorCode }[] = [
  { name: "another version", input: bytes("0200000000"), expected: "badValue" },
  { name: "no entry", input: forged([]), expected: "badValue" },
  { name: "an empty name", input: forged([{ name: "" }]), expected: "badValue" },
  { name: "the directory itself", input: forged([{ name: "." }]), expected: "badValue" },
  { name: "the directory above", input: forged([{ name: "..", kind: 1 }]), expected: "badValue" },
  { name: "a path", input: forged([{ name: "a/b" }]), expected: "badValue" },
  { name: "an absolute path", input: forged([{ name: "/a" }]), expected: "badValue" },
  { name: "a path of Windows", input: forged([{ name: "a\\b" }]), expected: "badValue" },
  { name: "a NUL", input: forged([{ name: "a\0.txt" }]), expected: "badValue" },
  { name: "an unknown kind", input: forged([{ name: "a", kind: 2 }]), expected: "unknownKind" },
  { name: "no directory above", input: forged([{ name: "a", depth: 1 }]), expected: "badValue" },
  {
    name: "a file as a directory",
    input: forged([{ name: "a" }, { name: "b", depth: 1 }]),
    expected: "badValue",
  },
  {
    name: "a directory that was left",
    input: forged([
      { name: "a", kind: 1 },
      { name: "b", kind: 1, depth: 1 },
      { name: "c" },
      { name: "d", depth: 1 },
    ]),
    expected: "badValue",
  },
  { name: "a name twice", input: forged([{ name: "a" }, { name: "a" }]), expected: "badValue" },
  {
    name: "a name in two cases",
    input: forged([{ name: "README" }, { name: "readme" }]),
    expected: "badValue",
  },
  {
    name: "a name in two forms",
    input: forged([{ name: "é" }, { name: "e\u0301" }]),
    expected: "badValue",
  },
  {
    name: "a file and a directory of one name",
    input: forged([{ name: "a" }, { name: "a", kind: 1 }]),
    expected: "badValue",
  },
  {
    name: "sizes beyond what a number holds",
    input: forged([{ name: "a", size: Number.MAX_SAFE_INTEGER }, { name: "b", size: 1 }]),
    expected: "badValue",
  },
  {
    name: "a date beyond the calendar",
    input: forged([{ name: "a", date: maxModifiedAtMs + 1 }]),
    expected: "badValue",
  },
  { name: "directories too deep", input: forged(deep), expected: "lengthOverLimit" },
  {
    name: "a path too long",
    input: forged([0, 1, 2, 3].map((depth) => ({ depth, kind: 1, name: "d".repeat(200) }))),
    expected: "lengthOverLimit",
  },
  {
    name: "text that isn't UTF-8",
    input: bytes("01000000010001" + "01ff" + "00".repeat(8)),
    expected: "badText",
  },
  {
    name: "too many entries, before any is read",
    input: bytes("01" + (maxManifestEntries + 1).toString(16).padStart(8, "0")),
    expected: "lengthOverLimit",
  },
  {
    name: "more entries than there is space for, before any is read",
    input: bytes("01" + "00001000" + "00".repeat(100)),
    expected: "truncated",
  },
  {
    name: "too many bytes",
    input: new Uint8Array(maxManifestBytes + 1),
    expected: "lengthOverLimit",
  },
];

for (const { name, input, expected } of refused) {
  Deno.test(`decodeManifest() refuses ${name}`, () => {
    assertProtocolError(() => decodeManifest(input), expected);
  });
}

Deno.test("encodeManifest() refuses what no field can hold", () => {
  assertThrows(() => encodeManifest([file("a", -1)]), RangeError);
  assertThrows(() => encodeManifest([file("a".repeat(256))]), RangeError);
});

const entry = fc.record({
  up: fc.nat(3),
  kind: fc.constantFrom("file", "directory"),
  size: fc.nat(),
  modifiedAt: fc.integer({ min: 0, max: maxModifiedAtMs }),
});

/** A tree in which each entry stands in the latest directory, or some further out. */
const tree = fc.array(entry, { minLength: 1, maxLength: 40 }).map((steps) => {
  let at: readonly string[] = [];
  return steps.map(({ up, kind, size, modifiedAt }, i): ManifestEntry => {
    const path = [...at.slice(0, Math.max(at.length - up, 0)), `${i}`].slice(-maxManifestDepth);
    at = kind === "directory" ? path : path.slice(0, -1);
    return kind === "file"
      ? { kind, path, size, modifiedAt }
      : { kind: "directory", path, size: 0, modifiedAt };
  });
});

Deno.test("decodeManifest() reads what encodeManifest() wrote", () => {
  fc.assert(fc.property(tree, (entries) => {
    assertEquals(decodeManifest(encodeManifest(entries)).entries, entries);
  }));
});

Deno.test("decodeManifest() refuses altered bytes, or they are written again as they are", () => {
  fc.assert(fc.property(tree, fc.nat(), fc.integer({ min: 1, max: 255 }), (entries, at, change) => {
    const altered = encodeManifest(entries);
    altered[at % altered.length]! ^= change;
    try {
      assertEquals(encodeManifest(decodeManifest(altered).entries), altered);
    } catch (error) {
      assert(error instanceof ProtocolError, `${error}`);
    }
  }));
});
