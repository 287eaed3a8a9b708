import { ByteWriter, ProtocolError } from "../codec/mod.ts";
import { tagBytes } from "./aead.ts";
import { DatagramSession } from "./datagram_session.ts";
import { dhBytes, diffieHellman, generateKeyPair } from "./key_pair.ts";
import type { KeyPair } from "./raw_key.ts";
import { SymmetricState } from "./symmetric_state.ts";
import { TransportSession } from "./transport_session.ts";

const protocolName = "Noise_XX_25519_AESGCM_SHA256";

/** Ours, so that nobody's handshake for another purpose can be passed off as one of this system. */
const prologue = new TextEncoder().encode("prosa/1");

/** Tells the datagram keys from all others that a handshake could yield. */
const datagramLabel = "prosa/1 datagram";

/** Noise §7.5: the pattern XX, whose messages go to and fro, the initiator's first. */
const messagePatterns = [
  ["e"],
  ["e", "ee", "s", "es"],
  ["s", "se"],
] as const;

type Token = typeof messagePatterns[number][number];

export interface HandshakeOptions {
  readonly initiator: boolean;
  /** Our lasting key pair: Noise's s. */
  readonly staticKeyPair: KeyPair;
  /** Only for test vectors: otherwise drawn at random, and the same must never serve twice. */
  readonly ephemeralKeyPair?: KeyPair;
  /** Only for test vectors. */
  readonly prologue?: Uint8Array;
}

/** What a complete handshake leaves behind. */
export interface Handshaken {
  /** The other side's lasting public key, which it has proved to hold. */
  readonly remoteStaticKey: Uint8Array;
  /** Noise's h: the same on both sides, and in no other handshake. */
  readonly handshakeHash: Uint8Array;
  /** Seals and opens what goes over TCP. */
  readonly transport: TransportSession;
  /** Seals and opens what goes over UDP; to be had once. */
  datagrams(sessionId: bigint): DatagramSession;
}

/**
 * Noise §5.3 for `Noise_XX_25519_AESGCM_SHA256`.
 *
 * ```
 * initiator                                   responder
 *   writeMessage(p1) ── e ──────────────────▶ readMessage
 *   readMessage ◀────── e, ee, s, es, p2 ──── writeMessage(p2)
 *   writeMessage(p3) ── s, se, p3 ──────────▶ readMessage
 *   finish()                                  finish()
 * ```
 *
 * A message that fails leaves a state that can't be finished.
 */
export class HandshakeState {
  readonly #initiator: boolean;
  readonly #symmetricState = new SymmetricState(protocolName);
  readonly #staticKeyPair: KeyPair;
  #ephemeralKeyPair: KeyPair | undefined;
  #remoteStaticKey: Uint8Array | undefined;
  #remoteEphemeralKey: Uint8Array | undefined;
  #messagesDone = 0;

  constructor(options: HandshakeOptions) {
    this.#initiator = options.initiator;
    this.#staticKeyPair = options.staticKeyPair;
    this.#ephemeralKeyPair = options.ephemeralKeyPair;
    this.#symmetricState.mixHash(options.prologue ?? prologue);
  }

  /** The next message, with `payload` inside: hidden in the second and third, in the clear in the first. */
  writeMessage(payload: Uint8Array): Uint8Array {
    const message = new ByteWriter();
    for (const token of this.#patternFor("writing")) {
      if (token === "e") message.raw(this.#writeEphemeralKey());
      else if (token === "s") {
        message.raw(this.#symmetricState.encryptAndHash(this.#staticKeyPair.publicKey));
      } else this.#mixDiffieHellman(token);
    }
    message.raw(this.#symmetricState.encryptAndHash(payload));
    this.#messagesDone++;
    return message.written;
  }

  /**
   * Takes the other side's next message and answers its payload.
   *
   * @throws {ProtocolError} `truncated` or `authenticationFailed`
   */
  readMessage(message: Uint8Array): Uint8Array {
    let offset = 0;
    const take = (count: number) => {
      if (offset + count > message.length) {
        throw new ProtocolError("truncated", "a handshake message is too short");
      }
      offset += count;
      return message.subarray(offset - count, offset);
    };
    for (const token of this.#patternFor("reading")) {
      if (token === "e") this.#readEphemeralKey(take(dhBytes));
      else if (token === "s") {
        const tag = this.#symmetricState.hasKey ? tagBytes : 0;
        this.#remoteStaticKey = this.#symmetricState.decryptAndHash(take(dhBytes + tag)).slice();
      } else this.#mixDiffieHellman(token);
    }
    const payload = this.#symmetricState.decryptAndHash(message.subarray(offset));
    this.#messagesDone++; // only now: what failed to authenticate completes nothing
    return payload;
  }

  /** Noise's Split(), once the third message is through. */
  finish(): Handshaken {
    if (this.#messagesDone < messagePatterns.length || !this.#remoteStaticKey) {
      throw new Error("a handshake was finished before its last message");
    }
    const keys = this.#inOrder(this.#symmetricState.split());
    let datagramKeys: DirectionKeys | undefined = this.#inOrder(
      this.#symmetricState.splitFor(datagramLabel),
    );
    return {
      remoteStaticKey: this.#remoteStaticKey,
      handshakeHash: this.#symmetricState.handshakeHash,
      transport: new TransportSession(keys),
      datagrams(sessionId) {
        if (!datagramKeys) throw new Error("a handshake's datagram keys served a session before");
        const session = new DatagramSession(sessionId, datagramKeys);
        datagramKeys = undefined; // a second session would use its nonces again
        return session;
      },
    };
  }

  #patternFor(act: "writing" | "reading"): readonly Token[] {
    const pattern = messagePatterns[this.#messagesDone];
    const isOurTurn = (this.#messagesDone % 2 === 0) === this.#initiator;
    if (pattern === undefined || isOurTurn !== (act === "writing")) {
      throw new Error("a handshake message was written or read out of turn");
    }
    return pattern;
  }

  #writeEphemeralKey(): Uint8Array {
    this.#ephemeralKeyPair ??= generateKeyPair();
    this.#symmetricState.mixHash(this.#ephemeralKeyPair.publicKey);
    return this.#ephemeralKeyPair.publicKey;
  }

  #readEphemeralKey(publicKey: Uint8Array): void {
    this.#remoteEphemeralKey = publicKey.slice();
    this.#symmetricState.mixHash(publicKey);
  }

  /** The tokens ee, es and se: the first letter is the initiator's key, the second the responder's. */
  #mixDiffieHellman(token: "ee" | "es" | "se"): void {
    const [ours, theirs] = this.#initiator ? token : [token[1], token[0]];
    const keyPair = ours === "e" ? this.#ephemeralKeyPair : this.#staticKeyPair;
    const publicKey = theirs === "e" ? this.#remoteEphemeralKey : this.#remoteStaticKey;
    if (!keyPair || !publicKey) {
      throw new Error("a handshake pattern uses a key before it is known");
    }
    this.#symmetricState.mixKey(diffieHellman(keyPair, publicKey));
  }

  #inOrder([initiators, responders]: [Uint8Array, Uint8Array]): DirectionKeys {
    return this.#initiator
      ? { send: initiators, receive: responders }
      : { send: responders, receive: initiators };
  }
}

/** One key a direction, as one side sees them. */
export interface DirectionKeys {
  readonly send: Uint8Array;
  readonly receive: Uint8Array;
}
