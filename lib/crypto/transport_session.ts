import { frameHeaderBytes, release, writeFrameHeader } from "../codec/mod.ts";
import { framesPerKey, maxFrameBytes } from "../limits.ts";
import { tagBytes } from "./aead.ts";
import { CipherState } from "./cipher_state.ts";
import type { DirectionKeys } from "./handshake_state.ts";

/** What fits into one frame, before sealing. */
export const maxFramePlaintextBytes = maxFrameBytes - tagBytes;

/** From here on a frame is large: it costs less to have another thread seal or open it. */
export const largeFrameBytes = 6_144;

/**
 * Noise §5.3's transport messages, framed, over a stream that keeps their order. Each direction derives
 * its next key after every {@linkcode framesPerKey} frames, so neither side has to say so.
 */
export class TransportSession {
  readonly #send: CipherState;
  readonly #receive: CipherState;

  constructor(keys: DirectionKeys) {
    this.#send = new CipherState(keys.send);
    this.#receive = new CipherState(keys.receive);
  }

  /**
   * The next frame, ready for the wire.
   *
   * @throws {RangeError} where the plaintext is over {@linkcode maxFramePlaintextBytes}.
   */
  sealFrame(plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
    const sealedBytes = plaintext.length + tagBytes;
    const frame = new Uint8Array(frameHeaderBytes + sealedBytes);
    writeFrameHeader(frame, sealedBytes);
    this.#send.encryptInto(frame, frameHeaderBytes, plaintext);
    rekeyWhenDue(this.#send);
    return frame;
  }

  /** As {@linkcode sealFrame}, off this thread; await it before the next. */
  async sealLargeFrame(plaintext: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const frame = new Uint8Array(frameHeaderBytes + plaintext.length + tagBytes);
    writeFrameHeader(frame, plaintext.length + tagBytes);
    const sealing = this.#send.encryptBulk(plaintext);
    rekeyWhenDue(this.#send);
    const sealed = await sealing;
    frame.set(sealed, frameHeaderBytes);
    release(sealed);
    return frame;
  }

  /**
   * The plaintext of the next frame, given without its length.
   *
   * @throws {ProtocolError} `authenticationFailed` for anything but exactly that frame.
   */
  openFrame(sealed: Uint8Array): Uint8Array {
    const plaintext = this.#receive.decryptWithAd(undefined, sealed);
    rekeyWhenDue(this.#receive);
    return plaintext;
  }

  /** As {@linkcode openFrame}, off this thread; await it before the next. */
  async openLargeFrame(sealed: Uint8Array): Promise<Uint8Array> {
    const plaintext = await this.#receive.decryptBulk(sealed);
    rekeyWhenDue(this.#receive);
    return plaintext;
  }
}

function rekeyWhenDue(cipherState: CipherState): void {
  if (cipherState.counter % framesPerKey === 0) cipherState.rekey();
}
