import {
  ByteReader,
  ByteWriter,
  type Content,
  decodeContent,
  encodeContent,
} from "../codec/mod.ts";
import type { SealedEnvelope } from "./end_to_end.ts";
import { nameKeyOf } from "./name_key.ts";

/** A private message of ours, from being written to being delivered. */
export interface Letter {
  readonly to: string;
  /** Equal for all spellings of the addressee's name. */
  readonly toKey: string;
  readonly content: Content;
  /** How often it has been sealed. */
  readonly sealings: number;
  /** What it was last sealed in; there is none before it was. */
  readonly sealed: SealedLetter | undefined;
}

/** The envelope that a letter leaves in: the same one, however often it is sent. */
export interface SealedLetter extends SealedEnvelope {
  /** Whether the server has answered for it. */
  readonly isAccepted: boolean;
}

/** A letter that nothing has been done about yet. */
export function newLetter(to: string, content: Content): Letter {
  return { to, toKey: nameKeyOf(to) ?? to, content, sealings: 0, sealed: undefined };
}

/** A letter that the server has answered for. */
export function accepted(letter: Letter): Letter {
  const { sealed } = letter;
  return { ...letter, sealed: sealed && { ...sealed, isAccepted: true } };
}

/** As the client's store keeps it. */
export function encodeLetter({ to, content, sealings, sealed }: Letter): Uint8Array {
  const writer = new ByteWriter(256 + (sealed?.envelope.length ?? 0));
  writer.string8(to);
  writer.bytes16(encodeContent(content));
  writer.u8(sealings);
  writer.u8(sealed ? 1 : 0);
  if (sealed) {
    writer.string8(sealed.groupId);
    writer.bytes16(sealed.envelope);
    writer.u8(sealed.isAccepted ? 1 : 0);
  }
  return writer.written;
}

/** What {@linkcode encodeLetter} wrote. */
export function decodeLetter(value: Uint8Array): Letter {
  const reader = new ByteReader(value);
  const letter = newLetter(reader.string8(), decodeContent(reader.bytes16()));
  const sealings = reader.u8();
  const sealed = reader.flag()
    ? { groupId: reader.string8(), envelope: reader.bytes16(), isAccepted: reader.flag() }
    : undefined;
  reader.end();
  return { ...letter, sealings, sealed };
}
