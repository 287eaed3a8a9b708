/**
 * The clear part of a datagram, authenticated but not hidden:
 *
 * ```
 * type(1) ‖ sessionId(8) ‖ counter(8)
 * ```
 *
 * The session id was drawn by the server and told inside TCP; the counter is the nonce.
 *
 * @module
 */
import { maxDatagramBytes } from "../limits.ts";

/** Length of the header. */
export const datagramHeaderBytes = 17;

/** The one type there is: sealed codec messages. */
export const sealedDatagramType = 1;

export interface DatagramHeader {
  readonly sessionId: bigint;
  /** Number of the datagram within its session and direction, up to 2^53 − 1. */
  readonly counter: number;
}

/** Scratch for one call. */
const scratch = new Uint8Array(datagramHeaderBytes);
const scratchView = new DataView(scratch.buffer);

/** Writes the header into the first {@linkcode datagramHeaderBytes} bytes of `datagram`. */
export function writeDatagramHeader(datagram: Uint8Array, header: DatagramHeader): void {
  scratchView.setUint8(0, sealedDatagramType);
  scratchView.setBigUint64(1, header.sessionId);
  scratchView.setUint32(9, Math.floor(header.counter / 2 ** 32));
  scratchView.setUint32(13, header.counter >>> 0);
  datagram.set(scratch);
}

/** Reads a header, or answers `undefined` where there is none: strangers' datagrams get no error. */
export function readDatagramHeader(datagram: Uint8Array): DatagramHeader | undefined {
  if (datagram.length < datagramHeaderBytes || datagram.length > maxDatagramBytes) return undefined;
  if (datagram[0] !== sealedDatagramType) return undefined;
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagramHeaderBytes);
  const high = view.getUint32(9);
  if (high >= 2 ** 21) return undefined;
  return { sessionId: view.getBigUint64(1), counter: high * 2 ** 32 + view.getUint32(13) };
}
