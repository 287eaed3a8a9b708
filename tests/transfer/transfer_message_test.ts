import { assertEquals } from "@std/assert";
import { transferErrorCodes } from "../../lib/transfer/mod.ts";
import {
  decodeTransferMessage,
  encodeTransferMessage,
  type TransferMessage,
} from "../../lib/transfer/transfer_message.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";

const vectors: readonly { readonly message: TransferMessage; readonly encoded: string }[] = [
  {
    message: { kind: "opening", size: 2 ** 40 + 5, manifestBytes: 300 },
    encoded: "01 0000010000000005 0000012c",
  },
  { message: { kind: "manifest", part: bytes("616263") }, encoded: "02 616263" },
  { message: { kind: "chunk", content: bytes("00ff") }, encoded: "03 00ff" },
  { message: { kind: "lastChunk", content: bytes("") }, encoded: "04" },
  { message: { kind: "resume", offset: 0 }, encoded: "05 0000000000000000" },
  { message: { kind: "progress", offset: 2 ** 32 }, encoded: "06 0000000100000000" },
  { message: { kind: "done" }, encoded: "07" },
  { message: { kind: "failed", code: "failed" }, encoded: "08 00" },
  { message: { kind: "failed", code: "noSpace" }, encoded: "08 04" },
  { message: { kind: "failed", code: "versionUnsupported" }, encoded: "08 0b" },
  { message: { kind: "alive" }, encoded: "09" },
];

for (const { message, encoded } of vectors) {
  Deno.test(`encodeTransferMessage() and decodeTransferMessage() agree on ${encoded}`, () => {
    assertEquals(hex(encodeTransferMessage(message)), encoded.replaceAll(" ", ""));
    assertEquals(decodeTransferMessage(bytes(encoded)), message);
  });

  const takesAnyLength = "part" in message || "content" in message;
  if (takesAnyLength) continue;

  Deno.test(`decodeTransferMessage() refuses ${encoded} cut short, or with more behind it`, () => {
    const whole = bytes(encoded);
    for (let length = 0; length < whole.length; length++) {
      assertProtocolError(() => decodeTransferMessage(whole.slice(0, length)), "truncated");
    }
    assertProtocolError(() => decodeTransferMessage(bytes(encoded + "00")), "trailingBytes");
  });
}

Deno.test("decodeTransferMessage() refuses unknown kinds", () => {
  for (const kind of ["00", "0a", "ff"]) {
    assertProtocolError(() => decodeTransferMessage(bytes(kind)), "unknownKind");
  }
});

Deno.test("decodeTransferMessage() takes a reason that it doesn't know for none in particular", () => {
  for (const code of [transferErrorCodes.length, 255]) {
    const message = decodeTransferMessage(Uint8Array.of(8, code));
    assertEquals(message, { kind: "failed", code: "failed" });
  }
});

Deno.test("decodeTransferMessage() refuses numbers above 2^53 − 1", () => {
  for (const kind of ["05", "06"]) {
    assertProtocolError(() => decodeTransferMessage(bytes(kind + "0020000000000000")), "badValue");
  }
});
