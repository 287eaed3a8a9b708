/**
 * AES-256-GCM (NIST SP 800-38D) for what is kept: a random nonce, the ciphertext, then the 16-byte tag.
 *
 * A random 96-bit nonce is safe for 2^32 values under one key (§8.3): ten a second for thirteen years.
 *
 * @module
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { authenticationFailed, tagBytes } from "./aead.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const options = { authTagLength: tagBytes } as const;

/**
 * Seals a value, each time differently.
 *
 * @param key 32 bytes
 * @param associatedData what the value must be found with
 */
export function sealAtRest(
  key: Uint8Array,
  associatedData: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(associatedData);
  const sealed = new Uint8Array(nonceBytes + plaintext.length + tagBytes);
  sealed.set(nonce);
  sealed.set(cipher.update(plaintext), nonceBytes);
  cipher.final();
  sealed.set(cipher.getAuthTag(), nonceBytes + plaintext.length);
  return sealed;
}

/**
 * The value that was sealed.
 *
 * @throws {ProtocolError} `authenticationFailed` where anything isn't what it was
 */
export function openAtRest(
  key: Uint8Array,
  associatedData: Uint8Array,
  sealed: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const tagOffset = sealed.length - tagBytes;
  if (tagOffset < nonceBytes) throw authenticationFailed();
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv(algorithm, key, nonce, options).setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(tagOffset));
  const plaintext = new Uint8Array(decipher.update(sealed.subarray(nonceBytes, tagOffset)));
  try {
    decipher.final();
  } catch (cause) {
    throw authenticationFailed(cause);
  }
  return plaintext;
}
