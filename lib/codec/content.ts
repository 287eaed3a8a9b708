/**
 * What a private message says, once its protection is off.
 *
 * @module
 */
import { maxTextBytes } from "../limits.ts";
import { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import type { MessageId } from "./message.ts";

export interface Content {
  /** As outside, where the server could have put another. */
  readonly id: MessageId;
  /** The author's clock, in ms since 1970. */
  readonly sentAt: number;
  readonly text: string;
}

export function encodeContent({ id, sentAt, text }: Content): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u64(id);
  writer.u53(sentAt);
  writer.string16(text);
  return writer.written;
}

/** @throws {ProtocolError} for anything that {@linkcode encodeContent} would not write. */
export function decodeContent(bytes: Uint8Array): Content {
  const reader = new ByteReader(bytes);
  const content = {
    id: reader.u64(),
    sentAt: reader.u53(),
    text: reader.string16(maxTextBytes),
  };
  reader.end();
  return content;
}
