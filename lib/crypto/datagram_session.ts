import {
  type DatagramHeader,
  datagramHeaderBytes,
  ProtocolError,
  writeDatagramHeader,
} from "../codec/mod.ts";
import { arrivalSpan, maxDatagramBytes, maxDatagramsPerSession } from "../limits.ts";
import { open, sealInto, tagBytes } from "./aead.ts";
import type { DirectionKeys } from "./handshake_state.ts";
import { ReplayWindow } from "./replay_window.ts";

/** What fits into one datagram, before sealing. */
export const maxDatagramPlaintextBytes = maxDatagramBytes - datagramHeaderBytes - tagBytes;

/** How many of the last {@linkcode arrivalSpan} datagrams have arrived; of fewer at the beginning. */
export interface Arrival {
  readonly arrived: number;
  readonly expected: number;
}

/** Seals and opens the datagrams of one member, which may be lost, repeated or out of order. */
export class DatagramSession {
  readonly #keys: DirectionKeys;
  readonly #window = new ReplayWindow();
  #counter = 0;

  constructor(readonly sessionId: bigint, keys: DirectionKeys) {
    this.#keys = keys;
  }

  /**
   * The next datagram, ready for the wire.
   *
   * @throws {RangeError} where the plaintext is over {@linkcode maxDatagramPlaintextBytes}, or the
   * session has sealed as many as its key may.
   */
  seal(plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
    if (plaintext.length > maxDatagramPlaintextBytes) {
      throw new RangeError(
        `Cannot seal more than ${maxDatagramPlaintextBytes} bytes in a datagram: received ${plaintext.length}`,
      );
    }
    if (this.#counter === maxDatagramsPerSession) {
      throw new RangeError("Cannot seal more datagrams in this session");
    }
    const counter = this.#counter++;
    const datagram = new Uint8Array(datagramHeaderBytes + plaintext.length + tagBytes);
    writeDatagramHeader(datagram, { sessionId: this.sessionId, counter });
    const header = datagram.subarray(0, datagramHeaderBytes);
    sealInto(datagram, datagramHeaderBytes, this.#keys.send, counter, header, plaintext);
    return datagram;
  }

  /**
   * The plaintext of a datagram whose header has been read, and whether it is newer than all before it:
   * only then may it move the peer's address.
   *
   * @throws {ProtocolError} `authenticationFailed` for a forgery, an altered datagram or a replay.
   */
  open(
    header: DatagramHeader,
    datagram: Uint8Array,
  ): { readonly plaintext: Uint8Array; readonly isNewest: boolean } {
    const { counter } = header;
    if (!this.#window.isFresh(counter)) {
      throw new ProtocolError("authenticationFailed", "a datagram was repeated");
    }
    const associatedData = datagram.subarray(0, datagramHeaderBytes);
    const sealed = datagram.subarray(datagramHeaderBytes);
    const plaintext = open(this.#keys.receive, counter, associatedData, sealed);
    const isNewest = counter > this.#window.newest;
    this.#window.accept(counter);
    return { plaintext, isNewest };
  }

  /** Of the newest datagrams that the other side has sent, as their counters tell, how many have arrived. */
  arrived(): Arrival {
    const expected = Math.min(arrivalSpan, this.#window.newest + 1);
    return { arrived: this.#window.countOf(expected), expected };
  }
}
