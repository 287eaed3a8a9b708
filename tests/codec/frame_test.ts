import { assertEquals, assertThrows } from "@std/assert";
import { encodeFrame, frameHeaderBytes, writeFrameHeader } from "../../lib/codec/mod.ts";
import { maxFrameBytes } from "../../lib/limits.ts";
import { bytes, hex } from "../testing/hex.ts";

const vectors: readonly { name: string; input: string; expected: string }[] = [
  { name: "nothing", input: "", expected: "0000" },
  { name: "one byte", input: "aa", expected: "0001 aa" },
  { name: "258 bytes", input: "bb".repeat(258), expected: `0102 ${"bb".repeat(258)}` },
];

for (const { name, input, expected } of vectors) {
  Deno.test(`encodeFrame() frames ${name}`, () => {
    assertEquals(hex(encodeFrame(bytes(input))), hex(bytes(expected)));
  });
}

Deno.test("encodeFrame() frames as much as the length can say, and refuses more", () => {
  const frame = encodeFrame(new Uint8Array(maxFrameBytes));
  assertEquals(frame.length, frameHeaderBytes + maxFrameBytes);
  assertEquals(hex(frame.subarray(0, 3)), "ffff00");
  assertThrows(() => encodeFrame(new Uint8Array(maxFrameBytes + 1)), RangeError, "65535");
});

Deno.test("writeFrameHeader() writes the length alone", () => {
  const frame = bytes("aaaaaa");
  writeFrameHeader(frame, 0x0102);
  assertEquals(hex(frame), "0102aa");
});

Deno.test("writeFrameHeader() leaves the frame as it is where it refuses", () => {
  const frame = bytes("aaaaaa");
  assertThrows(() => writeFrameHeader(frame, maxFrameBytes + 1), RangeError);
  assertEquals(hex(frame), "aaaaaa");
});
