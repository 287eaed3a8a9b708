import { diffieHellman as nodeDiffieHellman } from "node:crypto";
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { ProtocolError } from "../codec/mod.ts";
import {
  generateKeyPairFor,
  type KeyPair,
  keyPairFor,
  publicKeyFor,
  rawKeyBytes,
} from "./raw_key.ts";

/** Length of an X25519 private key, public key and shared secret (RFC 7748): Noise's DHLEN. */
export const dhBytes = rawKeyBytes;

const zeros = new Uint8Array(dhBytes);

/** Noise's GENERATE_KEYPAIR(). */
export function generateKeyPair(): KeyPair {
  return generateKeyPairFor("x25519");
}

/**
 * The X25519 key pair of a raw private key.
 *
 * @throws {TypeError} where it is not 32 bytes.
 */
export function keyPairOf(rawPrivateKey: Uint8Array): KeyPair {
  return keyPairFor("x25519", rawPrivateKey);
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

function sharedSecret({ privateKey }: KeyPair, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    return nodeDiffieHellman({ privateKey, publicKey: publicKeyFor("x25519", publicKey) });
  } catch {
    return undefined; // some versions refuse keys of small order by themselves
  }
}
