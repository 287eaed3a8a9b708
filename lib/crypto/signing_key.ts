import { type KeyObject, sign as nodeSign, verify as nodeVerify } from "node:crypto";
import { generateKeyPairFor, type KeyPair, keyPairFor, publicKeyFor } from "./raw_key.ts";

/** A new Ed25519 key pair (RFC 8032). */
export function generateSigningKeyPair(): KeyPair {
  return generateKeyPairFor("ed25519");
}

/**
 * The Ed25519 key pair of a raw private key, RFC 8032's seed.
 *
 * @throws {TypeError} where it is not 32 bytes.
 */
export function signingKeyPairOf(rawPrivateKey: Uint8Array): KeyPair {
  return keyPairFor("ed25519", rawPrivateKey);
}

/** The Ed25519 signature over `bytes`: 64 bytes, the same each time. */
export function sign(bytes: Uint8Array, { privateKey }: KeyPair): Uint8Array<ArrayBuffer> {
  return new Uint8Array(nodeSign(null, bytes, privateKey));
}

/** Verifies what one member has signed; made once for each, since reading a key costs as much as using it. */
export class Verifier {
  /** `undefined` for what no key pair has as its public key: it has signed nothing. */
  readonly #key: KeyObject | undefined;

  /** @param signingKey the member's Ed25519 public key, 32 bytes */
  constructor(readonly signingKey: Uint8Array) {
    try {
      this.#key = publicKeyFor("ed25519", signingKey);
    } catch {
      this.#key = undefined;
    }
  }

  /** Whether `signature` was made over `bytes` by the holder of the key (RFC 8032 §5.1.7). */
  verify(bytes: Uint8Array, signature: Uint8Array): boolean {
    try {
      return this.#key !== undefined && nodeVerify(null, bytes, this.#key, signature);
    } catch {
      return false; // not a point, or not of the right length
    }
  }
}
