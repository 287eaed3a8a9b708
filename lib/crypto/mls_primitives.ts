// deno-lint-ignore-file require-await -- the library that calls these wants promises
/**
 * What the cipher suite of {@link ./mls.ts} is made of, by node:crypto: HKDF (RFC 5869) with SHA-512,
 * AES-256-GCM and Ed25519.
 *
 * Synchronous behind their promises: for messages of this size the way to another thread and back, which
 * Web Crypto takes, costs several times the work itself. And no private key leaves node:crypto.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { concat } from "@std/bytes/concat";
import { openWithNonce, sealIntoWithNonce, tagBytes } from "./aead.ts";
import type { KeyPair } from "./raw_key.ts";
import { sign, Verifier } from "./signing_key.ts";

const hash = "sha512";
const hashBytes = 64;
const nothing = new Uint8Array(0);

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const hmac = createHmac(hash, key);
  for (const part of parts) hmac.update(part);
  return new Uint8Array(hmac.digest());
}

export const kdf = {
  size: hashBytes,
  /** RFC 5869 §2.2; no salt stands for zeros. */
  async extract(salt: Uint8Array, ikm: Uint8Array): Promise<Uint8Array> {
    return hmac(salt.length > 0 ? salt : new Uint8Array(hashBytes), ikm);
  },
  /** RFC 5869 §2.3. */
  async expand(prk: Uint8Array, info: Uint8Array, length: number): Promise<Uint8Array> {
    const blocks: Uint8Array[] = [];
    for (let i = 1; (i - 1) * hashBytes < length; i++) {
      blocks.push(hmac(prk, blocks.at(-1) ?? nothing, info, new Uint8Array([i])));
    }
    return concat(blocks).slice(0, length);
  },
};

/** The plaintext's ciphertext, then its tag. */
export async function encryptAead(
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array | undefined,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const sealed = new Uint8Array(plaintext.length + tagBytes);
  sealIntoWithNonce(sealed, 0, key, nonce, associatedData, plaintext);
  return sealed;
}

/** @throws {ProtocolError} `authenticationFailed` */
export async function decryptAead(
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array | undefined,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  return openWithNonce(key, nonce, associatedData, sealed);
}

/** Signs for `keyPair` alone, whatever key it is given; verifies for anybody. */
export function signatureFor(keyPair: KeyPair | undefined) {
  return {
    async sign(_signKey: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
      if (!keyPair) throw new TypeError("Cannot sign for nobody");
      return sign(message, keyPair);
    },
    async verify(
      publicKey: Uint8Array,
      message: Uint8Array,
      signature: Uint8Array,
    ): Promise<boolean> {
      return new Verifier(publicKey).verify(message, signature);
    },
  };
}
