import { assertEquals, assertNotEquals } from "@std/assert";
import { type SignedSay, signedSayBytes } from "../../lib/codec/mod.ts";
import { bytes, hex } from "../testing/hex.ts";

const say: SignedSay = {
  room: 0xa1n,
  author: "Zoë",
  id: 0x0102030405060708n,
  sentAt: 1_700_000_000_000,
  text: "hé",
};

Deno.test("signedSayBytes() writes label, room, author, id, time and text", () => {
  assertEquals(
    hex(signedSayBytes(say)),
    hex(bytes(`0b 70726f73612f3120736179 00000000000000a1 04 5a6fc3ab 0102030405060708
      0000018bcfe56800 0003 68c3a9`)),
  );
});

const others: readonly { name: string; other: SignedSay }[] = [
  { name: "room", other: { ...say, room: 0xa2n } },
  { name: "author", other: { ...say, author: "Zoé" } },
  { name: "id", other: { ...say, id: 0x0102030405060709n } },
  { name: "time", other: { ...say, sentAt: 1_700_000_000_001 } },
  { name: "text", other: { ...say, text: "he" } },
];

for (const { name, other } of others) {
  Deno.test(`signedSayBytes() tells another ${name} apart`, () => {
    assertNotEquals(hex(signedSayBytes(other)), hex(signedSayBytes(say)));
  });
}
