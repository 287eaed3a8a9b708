import { assert, assertEquals } from "@std/assert";
import { ByteReader, type ProtocolErrorCode } from "../../lib/codec/mod.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";

type Read = (reader: ByteReader) => unknown;

const taken: readonly { name: string; input: string; read: Read; expected: unknown }[] = [
  { name: "u8()", input: "ff", read: (r) => r.u8(), expected: 255 },
  { name: "u16()", input: "0102", read: (r) => r.u16(), expected: 258 },
  { name: "u32()", input: "fffefdfc", read: (r) => r.u32(), expected: 0xfffefdfc },
  { name: "u53()", input: "001fffffffffffff", read: (r) => r.u53(), expected: 2 ** 53 - 1 },
  { name: "u53()", input: "00000001fffffffe", read: (r) => r.u53(), expected: 2 ** 33 - 2 },
  { name: "u64()", input: "fedcba9876543210", read: (r) => r.u64(), expected: 0xfedcba9876543210n },
  { name: "flag()", input: "00", read: (r) => r.flag(), expected: false },
  { name: "flag()", input: "01", read: (r) => r.flag(), expected: true },
  { name: "bytes8()", input: "03010203", read: (r) => r.bytes8(), expected: bytes("010203") },
  { name: "bytes8(2)", input: "020102", read: (r) => r.bytes8(2), expected: bytes("0102") },
  { name: "bytes16()", input: "00020102", read: (r) => r.bytes16(), expected: bytes("0102") },
  { name: "bytes16(0)", input: "0000", read: (r) => r.bytes16(0), expected: bytes("") },
  { name: "string8()", input: "04f09f9880", read: (r) => r.string8(), expected: "😀" },
  { name: "string16()", input: "000168", read: (r) => r.string16(), expected: "h" },
  { name: "string16()", input: "0003efbbbf", read: (r) => r.string16(), expected: "\ufeff" },
];

for (const { name, input, read, expected } of taken) {
  Deno.test(`ByteReader.${name} reads ${input}`, () => {
    const reader = new ByteReader(bytes(input));
    assertEquals(read(reader), expected);
    assertEquals(reader.remaining, 0);
  });

  Deno.test(`ByteReader.${name} refuses every truncation of ${input}`, () => {
    const whole = bytes(input);
    for (let length = 0; length < whole.length; length++) {
      const reader = new ByteReader(whole.subarray(0, length));
      assertProtocolError(() => read(reader), "truncated", `${length} bytes`);
    }
  });
}

const refused: readonly {
  name: string;
  input: string;
  read: Read;
  expected: ProtocolErrorCode;
}[] = [
  { name: "u53()", input: "0020000000000000", read: (r) => r.u53(), expected: "badValue" },
  { name: "u53()", input: "ffffffffffffffff", read: (r) => r.u53(), expected: "badValue" },
  { name: "flag()", input: "02", read: (r) => r.flag(), expected: "badValue" },
  { name: "flag()", input: "ff", read: (r) => r.flag(), expected: "badValue" },
  { name: "bytes8(2)", input: "03", read: (r) => r.bytes8(2), expected: "lengthOverLimit" },
  { name: "bytes16(2)", input: "0003", read: (r) => r.bytes16(2), expected: "lengthOverLimit" },
  { name: "string8(2)", input: "03", read: (r) => r.string8(2), expected: "lengthOverLimit" },
  { name: "string16(2)", input: "ffff", read: (r) => r.string16(2), expected: "lengthOverLimit" },
  { name: "string8()", input: "01ff", read: (r) => r.string8(), expected: "badText" },
  { name: "string16()", input: "0002c080", read: (r) => r.string16(), expected: "badText" },
  { name: "string16()", input: "0003eda080", read: (r) => r.string16(), expected: "badText" },
  { name: "string16()", input: "0004f4908080", read: (r) => r.string16(), expected: "badText" },
  { name: "end()", input: "00", read: (r) => r.end(), expected: "trailingBytes" },
];

for (const { name, input, read, expected } of refused) {
  Deno.test(`ByteReader.${name} refuses ${input} as ${expected}`, () => {
    assertProtocolError(() => read(new ByteReader(bytes(input))), expected);
  });
}

Deno.test("ByteReader.string8() keeps the decoder's reason as cause", () => {
  const error = assertProtocolError(() => new ByteReader(bytes("01ff")).string8(), "badText");
  assert(error.cause instanceof TypeError);
});

Deno.test("ByteReader.end() takes an input that was read whole", () => {
  const reader = new ByteReader(bytes("01"));
  reader.u8();
  reader.end();
});

Deno.test("ByteReader.bytes8() answers a view of the input", () => {
  const input = bytes("020102");
  const field = new ByteReader(input).bytes8();
  input[1] = 9;
  assertEquals(hex(field), "0902");
});

Deno.test("ByteReader stays within a view of a larger buffer", () => {
  const buffer = bytes("ffff 0102 03 04 ffff");
  const reader = new ByteReader(buffer.subarray(2, 6));
  assertEquals([reader.u16(), reader.u8(), reader.u8(), reader.remaining], [258, 3, 4, 0]);
  assertProtocolError(() => reader.u8(), "truncated");
});
