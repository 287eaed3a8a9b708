import { generateKeyPair, type KeyPair } from "./key_pair.ts";

/** Who a member is, wherever it comes from: whoever holds these keys is the same person. */
export interface Identity {
  /** Proves to the server who is there: Noise's static key pair. */
  readonly staticKeyPair: KeyPair;
}

/** A new identity, known to nobody yet. */
export function generateIdentity(): Identity {
  return { staticKeyPair: generateKeyPair() };
}
