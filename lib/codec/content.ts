/**
 * What is inside the envelope of a private message. The first byte says how it is protected, so that
 * the envelope can change while the server, to which it is opaque, stays as it is.
 *
 * @module
 */
import { maxTextBytes } from "../limits.ts";
import { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Protected by the two transports alone: the server could read it. */
const clearEnvelope = 0;

export interface Content {
  /** The author's clock, in ms since 1970. */
  readonly sentAt: number;
  readonly text: string;
}

export function encodeContent(content: Content): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u8(clearEnvelope);
  writer.u53(content.sentAt);
  writer.string16(content.text);
  return writer.written;
}

/** @throws {ProtocolError} for anything that {@linkcode encodeContent} would not write. */
export function decodeContent(envelope: Uint8Array): Content {
  const reader = new ByteReader(envelope);
  const protection = reader.u8();
  if (protection !== clearEnvelope) {
    throw new ProtocolError("unknownKind", `there is no envelope of kind ${protection}`);
  }
  const content = { sentAt: reader.u53(), text: reader.string16(maxTextBytes) };
  reader.end();
  return content;
}
