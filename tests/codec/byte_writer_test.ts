import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ByteReader, ByteWriter } from "../../lib/codec/mod.ts";
import { bytes, hex } from "../testing/hex.ts";
import { unicodeText } from "../testing/unicode_text.ts";

type Write = (writer: ByteWriter) => void;

const written: readonly { name: string; write: Write; expected: string }[] = [
  { name: "u8(255)", write: (w) => w.u8(255), expected: "ff" },
  { name: "u16(258)", write: (w) => w.u16(258), expected: "0102" },
  { name: "u32(2^32 − 2)", write: (w) => w.u32(2 ** 32 - 2), expected: "fffffffe" },
  { name: "u53(2^53 − 1)", write: (w) => w.u53(2 ** 53 - 1), expected: "001fffffffffffff" },
  { name: "u53(2^32)", write: (w) => w.u53(2 ** 32), expected: "0000000100000000" },
  { name: "u53(2^32 − 1)", write: (w) => w.u53(2 ** 32 - 1), expected: "00000000ffffffff" },
  { name: "u64(2^64 − 1)", write: (w) => w.u64(2n ** 64n - 1n), expected: "ffffffffffffffff" },
  { name: "bytes8()", write: (w) => w.bytes8(bytes("0102")), expected: "020102" },
  { name: "bytes16()", write: (w) => w.bytes16(bytes("0102")), expected: "00020102" },
  { name: "string8()", write: (w) => w.string8("é😀"), expected: "06c3a9f09f9880" },
  { name: "string16()", write: (w) => w.string16("hi"), expected: "00026869" },
  { name: "string16('')", write: (w) => w.string16(""), expected: "0000" },
  { name: "raw()", write: (w) => w.raw(bytes("c0ffee")), expected: "c0ffee" },
];

for (const { name, write, expected } of written) {
  Deno.test(`ByteWriter.${name} writes ${expected}`, () => {
    const writer = new ByteWriter();
    write(writer);
    assertEquals(hex(writer.written), expected);
    assertEquals(writer.length, expected.length / 2);
  });
}

const refused: readonly { name: string; write: Write }[] = [
  { name: "u8() refuses 256", write: (w) => w.u8(256) },
  { name: "u8() refuses a negative number", write: (w) => w.u8(-1) },
  { name: "u8() refuses a fraction", write: (w) => w.u8(0.5) },
  { name: "u16() refuses 2^16", write: (w) => w.u16(2 ** 16) },
  { name: "u16() refuses NaN", write: (w) => w.u16(NaN) },
  { name: "u32() refuses 2^32", write: (w) => w.u32(2 ** 32) },
  { name: "u32() refuses a negative number", write: (w) => w.u32(-1) },
  { name: "u53() refuses 2^53", write: (w) => w.u53(2 ** 53) },
  { name: "u53() refuses a negative number", write: (w) => w.u53(-1) },
  { name: "u53() refuses a fraction", write: (w) => w.u53(1.5) },
  { name: "u64() refuses 2^64", write: (w) => w.u64(2n ** 64n) },
  { name: "u64() refuses a negative number", write: (w) => w.u64(-1n) },
  { name: "bytes8() refuses 256 bytes", write: (w) => w.bytes8(new Uint8Array(256)) },
  { name: "bytes16() refuses 65,536 bytes", write: (w) => w.bytes16(new Uint8Array(65_536)) },
  { name: "string8() refuses 256 bytes", write: (w) => w.string8("é".repeat(128)) },
  { name: "string16() refuses 65,536 bytes", write: (w) => w.string16("a".repeat(65_536)) },
];

for (const { name, write } of refused) {
  Deno.test(`ByteWriter.${name}`, () => {
    const error = assertThrows(() => write(new ByteWriter()), RangeError);
    assertEquals(error.message.startsWith("Cannot encode "), true, error.message);
  });
}

const longest: readonly { name: string; write: Write; expected: number }[] = [
  { name: "bytes8()", write: (w) => w.bytes8(new Uint8Array(255)), expected: 256 },
  { name: "bytes16()", write: (w) => w.bytes16(new Uint8Array(65_535)), expected: 65_537 },
  { name: "string8()", write: (w) => w.string8("a".repeat(255)), expected: 256 },
  { name: "string16()", write: (w) => w.string16("a".repeat(65_535)), expected: 65_537 },
];

for (const { name, write, expected } of longest) {
  Deno.test(`ByteWriter.${name} writes as much as its length can say`, () => {
    const writer = new ByteWriter(1);
    write(writer);
    assertEquals(writer.length, expected);
  });
}

Deno.test("ByteWriter keeps what was written while its buffer grows", () => {
  const writer = new ByteWriter(1);
  for (let i = 0; i < 1_000; i++) writer.u16(i);
  const reader = new ByteReader(writer.written);
  for (let i = 0; i < 1_000; i++) assertEquals(reader.u16(), i);
  reader.end();
});

Deno.test("ByteWriter.truncate() forgets what came after and keeps the buffer", () => {
  const writer = new ByteWriter();
  writer.u32(0x01020304);
  const { buffer } = writer.written;
  writer.truncate(1);
  assertEquals(hex(writer.written), "01");
  writer.u8(0xff);
  assertEquals(hex(writer.written), "01ff");
  assertStrictEquals(writer.written.buffer, buffer);
  writer.truncate(0);
  assertEquals(writer.length, 0);
});

Deno.test("ByteWriter.truncate() refuses to bring back what was forgotten", () => {
  const writer = new ByteWriter();
  writer.u16(1);
  writer.truncate(1);
  assertThrows(() => writer.truncate(2), RangeError);
  assertEquals(writer.length, 1);
});

Deno.test("ByteWriter writes what ByteReader reads", () => {
  const fields = fc.record({
    u53: fc.maxSafeNat(),
    u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    string: unicodeText(60),
    bytes: fc.uint8Array({ maxLength: 700 }),
  });
  fc.assert(
    fc.property(fc.array(fields, { maxLength: 10 }), (list) => {
      const writer = new ByteWriter(1);
      for (const { u53, u64, string, bytes } of list) {
        writer.u53(u53);
        writer.u64(u64);
        writer.string8(string);
        writer.string16(string);
        writer.bytes16(bytes);
      }
      const reader = new ByteReader(writer.written);
      for (const { u53, u64, string, bytes } of list) {
        assertEquals(reader.u53(), u53);
        assertEquals(reader.u64(), u64);
        assertEquals(reader.string8(), string);
        assertEquals(reader.string16(), string);
        assertEquals(hex(reader.bytes16()), hex(bytes));
      }
      reader.end();
    }),
    { seed: 4, numRuns: 200 },
  );
});
