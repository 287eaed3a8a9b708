import { assertEquals, assertThrows } from "@std/assert";
import {
  generateSigningKeyPair,
  rawPrivateKey,
  sign,
  signingKeyPairOf,
  Verifier,
} from "../../lib/crypto/mod.ts";
import { bitFlips } from "../testing/bit_flips.ts";
import { bytes, hex } from "../testing/hex.ts";

/** RFC 8032 §7.1, tests 1 to 3. */
const vectors = [
  {
    privateKey: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature: `e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc6
      1e39701cf9b46bd25bf5f0595bbe24655141438e7a100b`,
  },
  {
    privateKey: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature: `92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e45
      8f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00`,
  },
  {
    privateKey: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature: `6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae
      67f760984dc6594a7c15e9716ed28dc027beceea1ec40a`,
  },
].map((vector) => ({
  privateKey: bytes(vector.privateKey),
  publicKey: bytes(vector.publicKey),
  message: bytes(vector.message),
  signature: bytes(vector.signature),
}));

for (const [i, { privateKey, publicKey, message, signature }] of vectors.entries()) {
  Deno.test(`sign() and Verifier.verify() agree with RFC 8032, test ${i + 1}`, () => {
    const keyPair = signingKeyPairOf(privateKey);
    assertEquals(hex(keyPair.publicKey), hex(publicKey));
    assertEquals(hex(rawPrivateKey(keyPair)), hex(privateKey));
    assertEquals(hex(sign(message, keyPair)), hex(signature));
    assertEquals(new Verifier(publicKey).verify(message, signature), true);
  });
}

Deno.test("Verifier.verify() refuses a signature and a message with any bit flipped", () => {
  const { publicKey, message, signature } = vectors[2]!;
  const verifier = new Verifier(publicKey);
  for (const { flipped } of bitFlips(signature)) {
    assertEquals(verifier.verify(message, flipped), false);
  }
  for (const { flipped } of bitFlips(message)) {
    assertEquals(verifier.verify(flipped, signature), false);
  }
});

Deno.test("Verifier.verify() refuses signatures of any other length", () => {
  const { publicKey, message, signature } = vectors[0]!;
  const verifier = new Verifier(publicKey);
  for (let length = 0; length < 64; length++) {
    assertEquals(verifier.verify(message, signature.subarray(0, length)), false);
  }
});

Deno.test("Verifier.verify() refuses everything by what is no key", () => {
  const { message, signature } = vectors[0]!;
  for (const key of [new Uint8Array(31), new Uint8Array(32).fill(0xff), new Uint8Array(32)]) {
    assertEquals(new Verifier(key).verify(message, signature), false);
  }
});

Deno.test("generateSigningKeyPair() answers another pair each time", () => {
  const [one, other] = [generateSigningKeyPair(), generateSigningKeyPair()];
  assertEquals(one.publicKey.length, 32);
  assertEquals(hex(one.publicKey) === hex(other.publicKey), false);
});

Deno.test("signingKeyPairOf() refuses anything but 32 bytes", () => {
  for (const length of [0, 31, 33]) {
    assertThrows(() => signingKeyPairOf(new Uint8Array(length)), TypeError);
  }
});
