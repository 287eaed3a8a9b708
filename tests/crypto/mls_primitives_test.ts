import { assertEquals, assertRejects } from "@std/assert";
import { hkdfSync } from "node:crypto";
import { ProtocolError } from "../../lib/codec/mod.ts";
import { decryptAead, encryptAead, kdf, signatureFor } from "../../lib/crypto/mls_primitives.ts";
import { generateSigningKeyPair } from "../../lib/crypto/mod.ts";
import { bytes, hex } from "../testing/hex.ts";

const text = (value: string) => new TextEncoder().encode(value);

for (const length of [1, 12, 32, 64, 65, 200]) {
  Deno.test(`kdf makes ${length} bytes as HKDF does`, async () => {
    for (const salt of [new Uint8Array(0), text("salt")]) {
      const prk = await kdf.extract(salt, text("key"));
      const expected = new Uint8Array(hkdfSync("sha512", text("key"), salt, text("info"), length));
      assertEquals(hex(await kdf.expand(prk, text("info"), length)), hex(expected));
    }
  });
}

Deno.test("encryptAead() is AES-256-GCM: test case 16 of its specification", async () => {
  const key = bytes("feffe9928665731c6d6a8f9467308308 feffe9928665731c6d6a8f9467308308");
  const nonce = bytes("cafebabefacedbaddecaf888");
  const associatedData = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const plaintext = bytes(`d9313225f88406e5a55909c5aff5269a 86a7a9531534f7da2e4c303d8a318a72
    1c3c0c95956809532fcf0e2449a6b525 b16aedf5aa0de657ba637b39`);
  const expected = bytes(`522dc1f099567d07f47f37a32a84427d 643a8cdcbfe5c0c97598a2bd2555d1aa
    8cb08e48590dbb3da7b08b1056828838 c5f61e6393ba7a0abcc9f662 76fc6ece0f4e1768cddf8853bb2d551b`);
  const sealed = await encryptAead(key, nonce, associatedData, plaintext);
  assertEquals(hex(sealed), hex(expected));
  assertEquals(await decryptAead(key, nonce, associatedData, sealed), plaintext);
});

Deno.test("decryptAead() refuses what was altered or cut short", async () => {
  const [key, nonce] = [new Uint8Array(32), new Uint8Array(12)];
  const sealed = await encryptAead(key, nonce, undefined, text("Olá!"));
  for (let length = 0; length < sealed.length; length++) {
    await assertRejects(
      () => decryptAead(key, nonce, undefined, sealed.subarray(0, length)),
      ProtocolError,
    );
    const altered = sealed.with(length, sealed[length]! ^ 1);
    await assertRejects(() => decryptAead(key, nonce, undefined, altered), ProtocolError);
  }
});

Deno.test("signatureFor() signs for its key pair only, and for nobody without one", async () => {
  const [ours, other] = [generateSigningKeyPair(), generateSigningKeyPair()];
  const { sign, verify } = signatureFor(ours);
  const signature = await sign(new Uint8Array(0), text("Olá!"));
  assertEquals(await verify(ours.publicKey, text("Olá!"), signature), true);
  assertEquals(await verify(other.publicKey, text("Olá!"), signature), false);
  await assertRejects(() => signatureFor(undefined).sign(new Uint8Array(0), text("")), TypeError);
});
