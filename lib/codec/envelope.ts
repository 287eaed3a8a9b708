/**
 * The envelope of a private message, which the server hands on and can't look into. The first byte says
 * how it is protected, so that the protection can change while the server stays as it is.
 *
 * @module
 */
import { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Kind 0, of protocol version 1, hid nothing from the server. */
const mlsEnvelope = 1;

export interface Envelope {
  /** The MLS Welcome (RFC 9420 §12.4.3.1) into the group of the message, or nothing once that is known. */
  readonly welcome: Uint8Array;
  /** An MLS PrivateMessage (RFC 9420 §6.3), in which a {@linkcode Content} is. */
  readonly message: Uint8Array;
}

export function encodeEnvelope({ welcome, message }: Envelope): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u8(mlsEnvelope);
  writer.bytes16(welcome);
  writer.bytes16(message);
  return writer.written;
}

/** @throws {ProtocolError} for anything that {@linkcode encodeEnvelope} would not write. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const reader = new ByteReader(bytes);
  const protection = reader.u8();
  if (protection !== mlsEnvelope) {
    throw new ProtocolError("unknownKind", `there is no envelope of kind ${protection}`);
  }
  const envelope = { welcome: reader.bytes16(), message: reader.bytes16() };
  reader.end();
  return envelope;
}
