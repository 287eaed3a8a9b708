import { generateKeyPair } from "./key_pair.ts";
import type { KeyPair } from "./raw_key.ts";
import { generateSigningKeyPair } from "./signing_key.ts";

/** Who a member is, wherever it comes from: whoever holds these keys is the same person. */
export interface Identity {
  /** Proves to the server who is there: Noise's static key pair, X25519. */
  readonly staticKeyPair: KeyPair;
  /** Proves to other members who wrote something: Ed25519. */
  readonly signingKeyPair: KeyPair;
}

/** A new identity, known to nobody yet. */
export function generateIdentity(): Identity {
  return { staticKeyPair: generateKeyPair(), signingKeyPair: generateSigningKeyPair() };
}
