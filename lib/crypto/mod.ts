/**
 * Keys and what they protect. Crypto knows bytes, never sockets or members; primitives are node:crypto's,
 * the handshake is Noise's, revision 34.
 *
 * @module
 */
export { DatagramSession, maxDatagramPlaintextBytes } from "./datagram_session.ts";
export { fingerprint } from "./fingerprint.ts";
export { type Handshaken, type HandshakeOptions, HandshakeState } from "./handshake_state.ts";
export { generateIdentity, type Identity } from "./identity.ts";
export {
  dhBytes,
  diffieHellman,
  generateKeyPair,
  type KeyPair,
  keyPairOf,
  rawPrivateKey,
} from "./key_pair.ts";
export { ReplayWindow } from "./replay_window.ts";
export { largeFrameBytes, maxFramePlaintextBytes, TransportSession } from "./transport_session.ts";
