import {
  createPrivateKey,
  createPublicKey,
  diffieHellman as nodeDiffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { Buffer } from "node:buffer";
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { ProtocolError } from "../codec/mod.ts";

/** Length of an X25519 private key, public key and shared secret: Noise's DHLEN. */
export const dhBytes = 32;

/** An X25519 key pair (RFC 7748). */
export interface KeyPair {
  /** Kept by node:crypto, which shows it to nobody unasked. */
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The ASN.1 around a raw X25519 key (RFC 8410 §4 and §7), which node:crypto wants to see. */
const spkiPrefix = Buffer.from("302a300506032b656e032100", "hex");
const pkcs8Prefix = Buffer.from("302e020100300506032b656e04220420", "hex");

const zeros = new Uint8Array(dhBytes);

/** Noise's GENERATE_KEYPAIR(). */
export function generateKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  return { privateKey, publicKey: rawPublicKey(publicKey) };
}

/**
 * The key pair of a raw private key.
 *
 * @throws {TypeError} where it is not 32 bytes.
 */
export function keyPairOf(rawPrivateKey: Uint8Array): KeyPair {
  if (rawPrivateKey.length !== dhBytes) {
    throw new TypeError(`Cannot use a private key that is not ${dhBytes} bytes`);
  }
  const key = Buffer.concat([pkcs8Prefix, rawPrivateKey]);
  const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" });
  return { privateKey, publicKey: rawPublicKey(createPublicKey(privateKey)) };
}

/** The 32 bytes to keep, for {@linkcode keyPairOf} to restore the pair from. */
export function rawPrivateKey(keyPair: KeyPair): Uint8Array {
  const der = keyPair.privateKey.export({ format: "der", type: "pkcs8" });
  return new Uint8Array(der.subarray(der.length - dhBytes));
}

/**
 * Noise's DH(): X25519 of our private and the other's public key.
 *
 * @throws {ProtocolError} `authenticationFailed` for a public key of small order, which would make the
 * secret known to everybody (RFC 7748 §6.1).
 */
export function diffieHellman(keyPair: KeyPair, publicKey: Uint8Array): Uint8Array {
  const shared = sharedSecret(keyPair, publicKey);
  if (shared === undefined || timingSafeEqual(shared, zeros)) {
    throw new ProtocolError("authenticationFailed", "a public key is not usable");
  }
  return shared;
}

function sharedSecret(keyPair: KeyPair, publicKey: Uint8Array): Uint8Array | undefined {
  const key = Buffer.concat([spkiPrefix, publicKey]);
  try {
    return nodeDiffieHellman({
      privateKey: keyPair.privateKey,
      publicKey: createPublicKey({ key, format: "der", type: "spki" }),
    });
  } catch {
    return undefined; // some versions refuse keys of small order by themselves
  }
}

function rawPublicKey(publicKey: KeyObject): Uint8Array {
  const der = publicKey.export({ format: "der", type: "spki" });
  return new Uint8Array(der.subarray(der.length - dhBytes));
}
