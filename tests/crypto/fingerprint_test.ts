import { assertEquals, assertMatch } from "@std/assert";
import { fingerprint } from "../../lib/crypto/mod.ts";
import { bitFlips } from "../testing/bit_flips.ts";
import { bytes } from "../testing/hex.ts";

const zeroKey = new Uint8Array(32);

/** The first 20 characters of `sha256 | base32`, by other programs. */
const vectors = [
  { name: "the zero key", publicKey: zeroKey, expected: "MZUH-VLPY-MK6X-O3EP-YGFY" },
  {
    name: "the key 00 01 02 …",
    publicKey: bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
    expected: "MMG4-2KLG-YQZW-NEIS-KREL",
  },
];

for (const { name, publicKey, expected } of vectors) {
  Deno.test(`fingerprint() of ${name} stays ${expected}`, () => {
    assertEquals(fingerprint(publicKey), expected);
  });
}

Deno.test("fingerprint() is five groups of four, and another for each key", () => {
  const seen = new Set([fingerprint(zeroKey)]);
  for (const { flipped } of bitFlips(zeroKey)) {
    const text = fingerprint(flipped);
    assertMatch(text, /^[A-Z2-7]{4}(-[A-Z2-7]{4}){4}$/);
    seen.add(text);
  }
  assertEquals(seen.size, 257);
});
