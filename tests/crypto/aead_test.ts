import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { open, seal, sealInto, tagBytes } from "../../lib/crypto/aead.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bitFlips } from "../testing/bit_flips.ts";
import { bytes, hex } from "../testing/hex.ts";

const key = bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const associatedData = bytes("feedface");
const plaintext = bytes("c0ffee00");

/** McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B; their nonce is all zeros. */
const published = [
  {
    name: "test case 13",
    plaintext: "",
    expected: "530f8afbc74536b9a963b4f1c4cb738b",
  },
  {
    name: "test case 14",
    plaintext: "00000000000000000000000000000000",
    expected: "cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919",
  },
] as const;

for (const { name, plaintext, expected } of published) {
  Deno.test(`seal() and open() agree with McGrew and Viega's ${name}`, () => {
    const zeroKey = new Uint8Array(32);
    const sealed = seal(zeroKey, 0, undefined, bytes(plaintext));
    assertEquals(hex(sealed), hex(bytes(expected)));
    assertEquals(hex(open(zeroKey, 0, undefined, sealed)), plaintext);
  });
}

const nonces = [
  { name: "0", counter: 0, nonce: "00000000 0000000000000000" },
  { name: "258", counter: 258, nonce: "00000000 0000000000000102" },
  { name: "2^53 − 1", counter: Number.MAX_SAFE_INTEGER, nonce: "00000000 001fffffffffffff" },
  { name: "2^64 − 1", counter: 2n ** 64n - 1n, nonce: "00000000 ffffffffffffffff" },
] as const;

for (const { name, counter, nonce } of nonces) {
  Deno.test(`seal() makes the counter ${name} a nonce as Noise §12.4 says`, async () => {
    const webKey = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
    const parameters = { name: "AES-GCM", iv: bytes(nonce), additionalData: associatedData };
    const expected = await crypto.subtle.encrypt(parameters, webKey, plaintext);
    assertEquals(hex(seal(key, counter, associatedData, plaintext)), hex(new Uint8Array(expected)));
  });
}

Deno.test("sealInto() writes ciphertext and tag at the offset, and nowhere else", () => {
  const out = new Uint8Array(3 + plaintext.length + tagBytes + 2).fill(0xee);
  sealInto(out, 3, key, 7, associatedData, plaintext);
  assertEquals(hex(out), `eeeeee${hex(seal(key, 7, associatedData, plaintext))}eeee`);
});

Deno.test("open() takes what seal() made, and leaves it as it was", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.maxSafeNat(),
      fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }),
      fc.uint8Array({ maxLength: 200 }),
      (key, counter, associatedData, plaintext) => {
        const sealed = seal(key, counter, associatedData, plaintext);
        const before = hex(sealed);
        assertEquals(sealed.length, plaintext.length + tagBytes);
        assertEquals(hex(open(key, counter, associatedData, sealed)), hex(plaintext));
        assertEquals(hex(sealed), before);
      },
    ),
    { seed: 10, numRuns: 200 },
  );
});

const sealed = seal(key, 7, associatedData, plaintext);

const altered = [
  {
    name: "sealed text",
    original: sealed,
    openWith: (s: Uint8Array) => open(key, 7, associatedData, s),
  },
  { name: "key", original: key, openWith: (k: Uint8Array) => open(k, 7, associatedData, sealed) },
  {
    name: "associated data",
    original: associatedData,
    openWith: (data: Uint8Array) => open(key, 7, data, sealed),
  },
  {
    name: "counter",
    original: bytes("0000000000000007"),
    openWith: (c: Uint8Array) => open(key, BigInt(`0x${hex(c)}`), associatedData, sealed),
  },
];

for (const { name, original, openWith } of altered) {
  Deno.test(`open() refuses every bit flipped in the ${name}`, () => {
    assertEquals(hex(openWith(original)), hex(plaintext));
    for (const { bit, flipped } of bitFlips(original)) {
      assertProtocolError(() => openWith(flipped), "authenticationFailed", `bit ${bit}`);
    }
  });
}

Deno.test("open() refuses every truncation, and a shortened tag", () => {
  for (let length = 0; length < sealed.length; length++) {
    const part = sealed.subarray(0, length);
    assertProtocolError(() => open(key, 7, associatedData, part), "authenticationFailed");
  }
});

Deno.test("open() refuses absent for present associated data, and the reverse", () => {
  assertProtocolError(() => open(key, 7, undefined, sealed), "authenticationFailed");
  const bare = seal(key, 7, undefined, plaintext);
  assertProtocolError(() => open(key, 7, associatedData, bare), "authenticationFailed");
});
