/**
 * Raw keys of Curve25519 in and out of node:crypto, which wants to see them in the ASN.1 of RFC 8410.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";

/** Length of every private and public key of either algorithm. */
export const rawKeyBytes = 32;

/** A key pair for {@linkcode Algorithm}. */
export interface KeyPair {
  /** Kept by node:crypto, which shows it to nobody unasked. */
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Key agreement, or signatures. */
export type Algorithm = "x25519" | "ed25519";

/** RFC 8410 §4 and §7: what stands before the raw key. */
const prefixes = {
  x25519: {
    spki: Buffer.from("302a300506032b656e032100", "hex"),
    pkcs8: Buffer.from("302e020100300506032b656e04220420", "hex"),
  },
  ed25519: {
    spki: Buffer.from("302a300506032b6570032100", "hex"),
    pkcs8: Buffer.from("302e020100300506032b657004220420", "hex"),
  },
} as const satisfies Record<Algorithm, unknown>;

/** A new key pair. */
export function generateKeyPairFor(algorithm: Algorithm): KeyPair {
  const { privateKey, publicKey } = algorithm === "x25519"
    ? generateKeyPairSync("x25519")
    : generateKeyPairSync("ed25519");
  return { privateKey, publicKey: rawPublicKey(publicKey) };
}

/**
 * The key pair of a raw private key.
 *
 * @throws {TypeError} where it is not 32 bytes.
 */
export function keyPairFor(algorithm: Algorithm, rawPrivateKey: Uint8Array): KeyPair {
  if (rawPrivateKey.length !== rawKeyBytes) {
    throw new TypeError(`Cannot use a private key that is not ${rawKeyBytes} bytes`);
  }
  const key = Buffer.concat([prefixes[algorithm].pkcs8, rawPrivateKey]);
  const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" });
  return { privateKey, publicKey: rawPublicKey(createPublicKey(privateKey)) };
}

/** A public key as node:crypto takes it; throws where it takes it for none. */
export function publicKeyFor(algorithm: Algorithm, rawPublicKey: Uint8Array): KeyObject {
  const key = Buffer.concat([prefixes[algorithm].spki, rawPublicKey]);
  return createPublicKey({ key, format: "der", type: "spki" });
}

/** The 32 bytes to keep, for {@linkcode keyPairFor} to restore the pair from. */
export function rawPrivateKey({ privateKey }: KeyPair): Uint8Array {
  const der = privateKey.export({ format: "der", type: "pkcs8" });
  return new Uint8Array(der.subarray(der.length - rawKeyBytes));
}

function rawPublicKey(publicKey: KeyObject): Uint8Array {
  const der = publicKey.export({ format: "der", type: "spki" });
  return new Uint8Array(der.subarray(der.length - rawKeyBytes));
}
