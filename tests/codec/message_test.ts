import { assertEquals, assertThrows } from "@std/assert";
import {
  ByteReader,
  ByteWriter,
  decodeMessage,
  encodedMessage,
  encodeMessage,
  type Message,
  type ProtocolErrorCode,
} from "../../lib/codec/mod.ts";
import { maxNamesPerMessage } from "../../lib/limits.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";
import { messageVectors } from "./message_vectors.ts";

for (const { name, message, encoded: input } of messageVectors) {
  Deno.test(`encodedMessage() writes ${name}`, () => {
    assertEquals(hex(encodedMessage(message)), hex(input));
  });

  Deno.test(`decodeMessage() reads ${name}`, () => {
    const reader = new ByteReader(input);
    assertEquals(decodeMessage(reader), message);
    assertEquals(reader.remaining, 0);
  });

  Deno.test(`decodeMessage() refuses every truncation of ${name}`, () => {
    for (let length = 0; length < input.length; length++) {
      const reader = new ByteReader(input.subarray(0, length));
      assertProtocolError(() => decodeMessage(reader), "truncated", `${length} bytes`);
    }
  });
}

Deno.test("decodeMessage() reads one message after another", () => {
  const messages = messageVectors.map(({ message }) => message);
  const writer = new ByteWriter();
  for (const message of messages) encodeMessage(writer, message);
  const reader = new ByteReader(writer.written);
  assertEquals(messages.map(() => decodeMessage(reader)), messages);
  reader.end();
});

Deno.test("decodeMessage() refuses every kind that is not defined", () => {
  const known = new Set(messageVectors.map(({ encoded }) => encoded[0]!));
  for (let kind = 0; kind <= 0xff; kind++) {
    if (known.has(kind)) continue;
    const input = Uint8Array.of(kind, ...new Array(64).fill(0));
    assertProtocolError(() => decodeMessage(new ByteReader(input)), "unknownKind", `kind ${kind}`);
  }
});

const id = "0102030405060708";
const sentAt = "0000018bcfe56800";
const seq = "0000000000000001";

/** None of the fields announced follows, so a decoder that reads before it checks says `truncated`. */
const refused: readonly { name: string; input: string; expected: ProtocolErrorCode }[] = [
  {
    name: "a say over the text limit",
    input: `01 ${id} ${sentAt} 4001`,
    expected: "lengthOverLimit",
  },
  {
    name: "a said over the text limit",
    input: `14 ${seq} 00 ${id} ${sentAt} ffff`,
    expected: "lengthOverLimit",
  },
  { name: "a said over the name limit", input: `14 ${seq} 81`, expected: "lengthOverLimit" },
  { name: "a send over the name limit", input: `02 ${id} 81`, expected: "lengthOverLimit" },
  {
    name: "a send over the envelope limit",
    input: `02 ${id} 00 8001`,
    expected: "lengthOverLimit",
  },
  { name: "a told over the name limit", input: `18 ${seq} ff`, expected: "lengthOverLimit" },
  {
    name: "a told over the envelope limit",
    input: `18 ${seq} 00 ${id} 8001`,
    expected: "lengthOverLimit",
  },
  {
    name: "a welcome over the name limit",
    input: `10 ${id} ${id} ${id} ${seq} 81`,
    expected: "lengthOverLimit",
  },
  { name: "members over the list limit", input: "12 0191", expected: "lengthOverLimit" },
  { name: "a member over the name limit", input: "12 0001 81", expected: "lengthOverLimit" },
  { name: "a presence over the list limit", input: "13 ffff", expected: "lengthOverLimit" },
  { name: "leavers over the list limit", input: "13 0000 0191", expected: "lengthOverLimit" },
  { name: "a leaver over the name limit", input: "13 0000 0001 81", expected: "lengthOverLimit" },
  {
    name: "a signature over 64 bytes",
    input: `01 ${id} ${sentAt} 0000 41`,
    expected: "lengthOverLimit",
  },
  {
    name: "a signature of 63 bytes",
    input: `01 ${id} ${sentAt} 0000 3f ${"00".repeat(63)}`,
    expected: "badValue",
  },
  {
    name: "a said whose signature is 1 byte",
    input: `14 ${seq} 00 ${id} ${sentAt} 0000 01 00`,
    expected: "badValue",
  },
  {
    name: "a text that is not UTF-8",
    input: `01 ${id} ${sentAt} 0002 c328 00`,
    expected: "badText",
  },
  { name: "an overlong zero", input: `01 ${id} ${sentAt} 0002 c080 00`, expected: "badText" },
  { name: "a surrogate", input: `01 ${id} ${sentAt} 0003 eda080 00`, expected: "badText" },
  { name: "a name cut in a character", input: "12 0001 01 c3 01", expected: "badText" },
  { name: "an addressee that is not UTF-8", input: `02 ${id} 01 ff 0000`, expected: "badText" },
  { name: "members neither complete nor not", input: "12 0000 02", expected: "badValue" },
  {
    name: "a time above 2^53 − 1",
    input: `01 ${id} 0020000000000000 0000 00`,
    expected: "badValue",
  },
  { name: "a seq above 2^53 − 1", input: "20 00000000 ffffffffffffffff", expected: "badValue" },
  { name: "a delivery above 2^53 − 1", input: "03 8000000000000000", expected: "badValue" },
  {
    name: "a repair that ends before it begins",
    input: "04 0000000000000002 0000000000000001",
    expected: "badValue",
  },
  {
    name: "a missing that ends before it begins",
    input: "15 0000000100000000 00000000ffffffff",
    expected: "badValue",
  },
  { name: "a refusal without a reason", input: "11 10", expected: "badValue" },
  { name: "a rejection without a reason", input: `17 ${id} 09`, expected: "badValue" },
  { name: "a bye without a reason", input: "24 06", expected: "badValue" },
  { name: "the last code there could be", input: "24 ff", expected: "badValue" },
];

for (const { name, input, expected } of refused) {
  Deno.test(`decodeMessage() refuses ${name}`, () => {
    assertProtocolError(() => decodeMessage(new ByteReader(bytes(input))), expected);
  });
}

const atTheLimit: readonly { name: string; input: string }[] = [
  { name: "the longest text", input: `01 ${id} ${sentAt} 4000 ${"61".repeat(16_384)} 00` },
  { name: "the longest envelope", input: `02 ${id} 00 8000 ${"ee".repeat(32_768)}` },
  {
    name: "the longest name",
    input: `10 ${id} ${id} ${id} ${seq} 80 ${"f09f9880".repeat(32)} ${seq}`,
  },
  { name: "the longest list", input: `12 0190 ${`01 61 `.repeat(400)} 00` },
];

for (const { name, input } of atTheLimit) {
  Deno.test(`decodeMessage() takes ${name}`, () => {
    const reader = new ByteReader(bytes(input));
    assertEquals(hex(encodedMessage(decodeMessage(reader))), hex(bytes(input)));
    assertEquals(reader.remaining, 0);
  });
}

Deno.test("encodeMessage() refuses more names than a message may have", () => {
  const names = new Array(maxNamesPerMessage + 1).fill("a");
  for (
    const message of [
      { kind: "members", names, complete: true },
      { kind: "presence", joined: names, left: [] },
      { kind: "presence", joined: [], left: names },
    ] satisfies Message[]
  ) {
    assertThrows(() => encodedMessage(message), RangeError, "names");
  }
});
