import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  dhBytes,
  diffieHellman,
  generateKeyPair,
  keyPairOf,
  rawPrivateKey,
} from "../../lib/crypto/mod.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";
import { smallOrderKeys } from "./small_order_keys.ts";

/** RFC 7748 §6.1. */
const alice = {
  privateKey: bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
  publicKey: "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
};
const bob = {
  privateKey: bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
  publicKey: "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
};
const sharedSecret = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

Deno.test("keyPairOf() derives the public keys of RFC 7748 §6.1", () => {
  for (const { privateKey, publicKey } of [alice, bob]) {
    assertEquals(hex(keyPairOf(privateKey).publicKey), publicKey);
  }
});

Deno.test("diffieHellman() agrees with RFC 7748 §6.1 from both sides", () => {
  const alicePair = keyPairOf(alice.privateKey);
  const bobPair = keyPairOf(bob.privateKey);
  assertEquals(hex(diffieHellman(alicePair, bobPair.publicKey)), sharedSecret);
  assertEquals(hex(diffieHellman(bobPair, alicePair.publicKey)), sharedSecret);
});

/** RFC 7748 §5.2: the second public key has its highest bit set, which X25519 ignores. */
const multiplications = [
  {
    name: "the first vector",
    scalar: "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
    publicKey: "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
    expected: "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
  },
  {
    name: "the second vector",
    scalar: "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
    publicKey: "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
    expected: "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
  },
] as const;

for (const { name, scalar, publicKey, expected } of multiplications) {
  Deno.test(`diffieHellman() agrees with ${name} of RFC 7748 §5.2`, () => {
    assertEquals(hex(diffieHellman(keyPairOf(bytes(scalar)), bytes(publicKey))), expected);
  });
}

for (const { name, publicKey } of smallOrderKeys) {
  Deno.test(`diffieHellman() refuses ${name}`, () => {
    const pair = keyPairOf(alice.privateKey);
    assertProtocolError(() => diffieHellman(pair, publicKey), "authenticationFailed");
  });
}

for (const length of [0, 31, 33]) {
  Deno.test(`diffieHellman() refuses a public key of ${length} bytes`, () => {
    const pair = keyPairOf(alice.privateKey);
    const publicKey = new Uint8Array(length).fill(9);
    assertProtocolError(() => diffieHellman(pair, publicKey), "authenticationFailed");
  });

  Deno.test(`keyPairOf() refuses a private key of ${length} bytes`, () => {
    assertThrows(() => keyPairOf(new Uint8Array(length)), TypeError, "32 bytes");
  });
}

Deno.test("rawPrivateKey() answers the bytes that keyPairOf() was given", () => {
  for (const { privateKey } of [alice, bob]) {
    assertEquals(hex(rawPrivateKey(keyPairOf(privateKey))), hex(privateKey));
  }
});

Deno.test("rawPrivateKey() answers the bytes from which keyPairOf() restores a generated pair", () => {
  const generated = generateKeyPair();
  const restored = keyPairOf(rawPrivateKey(generated));
  assertEquals(hex(restored.publicKey), hex(generated.publicKey));
  assertEquals(
    hex(diffieHellman(restored, bytes(bob.publicKey))),
    hex(diffieHellman(generated, bytes(bob.publicKey))),
  );
});

Deno.test("generateKeyPair() answers another pair each time", () => {
  const [first, second] = [generateKeyPair(), generateKeyPair()];
  assertEquals([first.publicKey.length, second.publicKey.length], [dhBytes, dhBytes]);
  assertNotEquals(hex(first.publicKey), hex(second.publicKey));
  assertNotEquals(hex(rawPrivateKey(first)), hex(rawPrivateKey(second)));
});
