import { assertEquals } from "@std/assert";
import {
  decodeEnvelope,
  encodeEnvelope,
  type Envelope,
  type ProtocolErrorCode,
} from "../../lib/codec/mod.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";

const none = new Uint8Array();

const vectors: readonly { name: string; envelope: Envelope; encoded: string }[] = [
  {
    name: "a message with its welcome",
    envelope: { welcome: bytes("aabbcc"), message: bytes("0102") },
    encoded: "01 0003 aabbcc 0002 0102",
  },
  {
    name: "a message alone",
    envelope: { welcome: none, message: bytes("0102") },
    encoded: "01 0000 0002 0102",
  },
];

for (const { name, envelope, encoded } of vectors) {
  Deno.test(`encodeEnvelope() writes ${name}`, () => {
    assertEquals(hex(encodeEnvelope(envelope)), hex(bytes(encoded)));
  });

  Deno.test(`decodeEnvelope() reads ${name}`, () => {
    assertEquals(decodeEnvelope(bytes(encoded)), envelope);
  });
}

Deno.test("decodeEnvelope() refuses every truncation", () => {
  const envelope = bytes(vectors[0]!.encoded);
  for (let length = 0; length < envelope.length; length++) {
    assertProtocolError(() => decodeEnvelope(envelope.subarray(0, length)), "truncated");
  }
});

const refused: readonly { name: string; input: string; expected: ProtocolErrorCode }[] = [
  { name: "version 1's, which hid nothing", input: "00 0000 0000", expected: "unknownKind" },
  { name: "one of a kind to come", input: "02 0000 0000", expected: "unknownKind" },
  { name: "trailing bytes", input: "01 0000 0000 00", expected: "trailingBytes" },
];

for (const { name, input, expected } of refused) {
  Deno.test(`decodeEnvelope() refuses ${name}`, () => {
    assertProtocolError(() => decodeEnvelope(bytes(input)), expected);
  });
}
