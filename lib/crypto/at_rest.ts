/**
 * AES-256-GCM (NIST SP 800-38D) for what is kept: a random nonce, the ciphertext, then the 16-byte tag.
 *
 * A random 96-bit nonce is safe for 2^32 values under one key (§8.3): ten a second for thirteen years.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { authenticationFailed, openWithNonce, sealIntoWithNonce, tagBytes } from "./aead.ts";

const nonceBytes = 12;

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
  const sealed = new Uint8Array(nonceBytes + plaintext.length + tagBytes);
  sealed.set(nonce);
  sealIntoWithNonce(sealed, nonceBytes, key, nonce, associatedData, plaintext);
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
): Uint8Array {
  if (sealed.length < nonceBytes) throw authenticationFailed();
  const nonce = sealed.subarray(0, nonceBytes);
  return openWithNonce(key, nonce, associatedData, sealed.subarray(nonceBytes));
}
