/**
 * Keys and what they protect. Crypto knows bytes, never sockets or members; primitives are node:crypto's,
 * the handshake is Noise's, revision 34.
 *
 * @module
 */
export { keyBytes, tagBytes } from "./aead.ts";
export { openAtRest, sealAtRest } from "./at_rest.ts";
export { BulkKey } from "./bulk_aead.ts";
export { type Arrival, DatagramSession, maxDatagramPlaintextBytes } from "./datagram_session.ts";
export { fingerprint } from "./fingerprint.ts";
export { type Handshaken, type HandshakeOptions, HandshakeState } from "./handshake_state.ts";
export { generateIdentity, type Identity } from "./identity.ts";
export { dhBytes, diffieHellman, generateKeyPair, keyPairOf } from "./key_pair.ts";
export * as mls from "./mls.ts";
export {
  areScryptParameters,
  newScryptParameters,
  openWithPassphrase,
  type ScryptParameters,
  sealWithPassphrase,
} from "./passphrase.ts";
export { type KeyPair, rawPrivateKey } from "./raw_key.ts";
export { ReplayWindow } from "./replay_window.ts";
export { generateSigningKeyPair, sign, signingKeyPairOf, Verifier } from "./signing_key.ts";
export { type NamedKey, verificationCode } from "./verification_code.ts";
export { largeFrameBytes, maxFramePlaintextBytes, TransportSession } from "./transport_session.ts";
