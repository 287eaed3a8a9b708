import { ProtocolError } from "../codec/mod.ts";
import { keyBytes, open, seal, sealInto } from "./aead.ts";
import { openBulk, sealBulk } from "./bulk_aead.ts";

/** Noise §4.2: the nonce that no message may use, kept for rekeying. */
const maxCounter = 2n ** 64n - 1n;
const rekeyPlaintext = new Uint8Array(keyBytes);

/** Noise §5.1: a key and the number of the next message, for one direction. */
export class CipherState {
  #key: Uint8Array;
  #counter = 0;

  /** @param key 32 bytes, not shared with any other state */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Messages sealed or opened so far: Noise's n. */
  get counter(): number {
    return this.#counter;
  }

  encryptWithAd(associatedData: Uint8Array | undefined, plaintext: Uint8Array): Uint8Array {
    return seal(this.#key, this.#takeCounter(), associatedData, plaintext);
  }

  /** As {@linkcode encryptWithAd}, without associated data, into `out` from `offset` on. */
  encryptInto(out: Uint8Array, offset: number, plaintext: Uint8Array): void {
    sealInto(out, offset, this.#key, this.#takeCounter(), undefined, plaintext);
  }

  /** @throws {ProtocolError} `authenticationFailed`; the state is then as before (Noise §5.1). */
  decryptWithAd(associatedData: Uint8Array | undefined, sealed: Uint8Array): Uint8Array {
    const plaintext = open(this.#key, this.#counter, associatedData, sealed);
    this.#takeCounter();
    return plaintext;
  }

  /** As {@linkcode encryptWithAd}, without associated data, for large messages: off this thread. */
  encryptBulk(plaintext: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return sealBulk(this.#key, this.#takeCounter(), plaintext);
  }

  /** As {@linkcode decryptWithAd}; await it before the next. */
  async decryptBulk(sealed: Uint8Array): Promise<Uint8Array> {
    const plaintext = await openBulk(this.#key, this.#counter, sealed);
    this.#takeCounter();
    return plaintext;
  }

  /** Noise §4.2 and §11.3: replaces the key by one that doesn't lead back to it. */
  rekey(): void {
    this.#key = seal(this.#key, maxCounter, undefined, rekeyPlaintext).slice(0, keyBytes);
  }

  #takeCounter(): number {
    if (this.#counter === Number.MAX_SAFE_INTEGER) {
      throw new ProtocolError("badValue", "a connection has used up its nonces");
    }
    return this.#counter++;
  }
}
