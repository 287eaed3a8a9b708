import { createHash, hkdfSync } from "node:crypto";
import { keyBytes } from "./aead.ts";
import { CipherState } from "./cipher_state.ts";

const hashBytes = 32;
const empty = new Uint8Array();

/** Noise §5.2: what the two sides have agreed on so far in a handshake. */
export class SymmetricState {
  #cipherState: CipherState | undefined;
  #chainingKey: Uint8Array;
  #handshakeHash: Uint8Array;

  /** Noise's InitializeSymmetric(), for a protocol name of at most HASHLEN (32) bytes. */
  constructor(protocolName: string) {
    this.#handshakeHash = new Uint8Array(hashBytes);
    new TextEncoder().encodeInto(protocolName, this.#handshakeHash);
    this.#chainingKey = this.#handshakeHash;
  }

  /** Noise's h: names this handshake, and no other, once it is complete. */
  get handshakeHash(): Uint8Array {
    return this.#handshakeHash;
  }

  mixKey(inputKeyMaterial: Uint8Array): void {
    const [chainingKey, key] = hkdf(this.#chainingKey, inputKeyMaterial);
    this.#chainingKey = chainingKey;
    this.#cipherState = new CipherState(key);
  }

  mixHash(data: Uint8Array): void {
    this.#handshakeHash = sha256(this.#handshakeHash, data);
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipherState
      ? this.#cipherState.encryptWithAd(this.#handshakeHash, plaintext)
      : plaintext;
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** @throws {ProtocolError} `authenticationFailed` */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#cipherState
      ? this.#cipherState.decryptWithAd(this.#handshakeHash, ciphertext)
      : ciphertext.slice();
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** Whether payloads and static keys are encrypted by now, and so carry a tag. */
  get hasKey(): boolean {
    return this.#cipherState !== undefined;
  }

  /** The keys of the two directions, the initiator's first. */
  split(): [Uint8Array, Uint8Array] {
    return hkdf(this.#chainingKey, empty);
  }

  /** Two further keys for the purpose that `label` names, unrelated to those of {@linkcode split}. */
  splitFor(label: string): [Uint8Array, Uint8Array] {
    return hkdf(this.#chainingKey, new TextEncoder().encode(label));
  }
}

/** Noise §4.3's HKDF with two outputs: RFC 5869's, the chaining key being its salt, without info. */
function hkdf(
  chainingKey: Uint8Array,
  inputKeyMaterial: Uint8Array,
): [Uint8Array, Uint8Array] {
  const output = new Uint8Array(
    hkdfSync("sha256", inputKeyMaterial, chainingKey, empty, 2 * keyBytes),
  );
  // one buffer, not two: a server keeps these for each member
  return [output.subarray(0, keyBytes), output.subarray(keyBytes)];
}

function sha256(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
