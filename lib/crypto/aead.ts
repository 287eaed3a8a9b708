/**
 * AES-256-GCM (NIST SP 800-38D) with a counter as nonce, in the layout of Noise §12.4: the ciphertext,
 * then the 16-byte tag.
 *
 * Synchronous on purpose: for messages of this size a promise costs more than the encryption.
 *
 * @module
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { ProtocolError, release } from "../codec/mod.ts";

export const keyBytes = 32;
export const tagBytes = 16;

const algorithm = "aes-256-gcm";
const options = { authTagLength: tagBytes } as const;

/** Scratch for one call: 4 zero bytes and the counter, big-endian (Noise §12.4). */
const nonce = new Uint8Array(12);
const nonceView = new DataView(nonce.buffer);

/**
 * Writes ciphertext and tag of `plaintext` into `out` from `offset` on: `plaintext.length + tagBytes`
 * bytes. A key and a counter must never meet twice.
 *
 * @param counter up to 2^53 − 1, or `maxCounter` for Noise's rekey
 */
export function sealInto(
  out: Uint8Array,
  offset: number,
  key: Uint8Array,
  counter: number | bigint,
  associatedData: Uint8Array | undefined,
  plaintext: Uint8Array,
): void {
  setNonce(counter);
  sealIntoWithNonce(out, offset, key, nonce, associatedData, plaintext);
}

/** As {@linkcode sealInto}, with a 12-byte nonce that isn't a counter. */
export function sealIntoWithNonce(
  out: Uint8Array,
  offset: number,
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array | undefined,
  plaintext: Uint8Array,
): void {
  const cipher = createCipheriv(algorithm, key, nonce);
  if (associatedData) cipher.setAAD(associatedData);
  const ciphertext = cipher.update(plaintext);
  out.set(ciphertext, offset);
  release(ciphertext as Uint8Array<ArrayBuffer>);
  cipher.final();
  out.set(cipher.getAuthTag(), offset + plaintext.length);
}

/** Ciphertext and tag of `plaintext`. */
export function seal(
  key: Uint8Array,
  counter: number | bigint,
  associatedData: Uint8Array | undefined,
  plaintext: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const sealed = new Uint8Array(plaintext.length + tagBytes);
  sealInto(sealed, 0, key, counter, associatedData, plaintext);
  return sealed;
}

/**
 * The plaintext of `sealed`.
 *
 * @throws {ProtocolError} `authenticationFailed` where key, counter, associated data, ciphertext or tag
 * is not what it was.
 */
export function open(
  key: Uint8Array,
  counter: number | bigint,
  associatedData: Uint8Array | undefined,
  sealed: Uint8Array,
): Uint8Array {
  setNonce(counter);
  return openWithNonce(key, nonce, associatedData, sealed);
}

/** As {@linkcode open}, with a 12-byte nonce that isn't a counter. */
export function openWithNonce(
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array | undefined,
  sealed: Uint8Array,
): Uint8Array {
  if (sealed.length < tagBytes) throw authenticationFailed();
  const tagOffset = sealed.length - tagBytes;
  const decipher = createDecipheriv(algorithm, key, nonce, options);
  if (associatedData) decipher.setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(tagOffset));
  const plaintext = decipher.update(sealed.subarray(0, tagOffset));
  try {
    decipher.final();
  } catch (cause) {
    throw authenticationFailed(cause);
  }
  // plain bytes: a Buffer's slice() would share its memory
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
}

function setNonce(counter: number | bigint): void {
  if (typeof counter === "bigint") return nonceView.setBigUint64(4, counter);
  nonceView.setUint32(4, Math.floor(counter / 2 ** 32));
  nonceView.setUint32(8, counter >>> 0);
}

/** What every failure to open ends in: it says nothing of the key, nor of what was expected. */
export function authenticationFailed(cause?: unknown): ProtocolError {
  return new ProtocolError("authenticationFailed", "a sealed message was altered or is not ours", {
    cause,
  });
}
