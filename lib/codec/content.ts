/**
 * What a private message says, once its protection is off: words, or what two members agree on about files.
 *
 * @module
 */
import {
  fileKeyBytes,
  maxDirectAddresses,
  maxFileNameBytes,
  maxHostBytes,
  maxTextBytes,
  transferDigestBytes,
  transferIdBytes,
} from "../limits.ts";
import { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import type { MessageId } from "./message.ts";
import { ProtocolError } from "./protocol_error.ts";

/** A private message, whole. */
export interface Content {
  /** As outside, where the server could have put another. */
  readonly id: MessageId;
  /** The author's clock, in ms since 1970. */
  readonly sentAt: number;
  readonly body: Body;
}

/** What it is about. */
export type Body = Text | Offer | Accept | Decline | Cancel | Arrived;

export interface Text {
  readonly kind: "text";
  readonly text: string;
}

/** Names a transfer, to both ends and to the server that joins them; 16 random bytes. */
export type TransferId = Uint8Array;

/** Files that the author would like to send. */
export interface Offer {
  readonly kind: "offer";
  readonly transferId: TransferId;
  /** Drawn for this transfer alone, 32 bytes: whoever has it is one of the two ends. */
  readonly fileKey: Uint8Array;
  /** SHA-256 over the manifest and all contents, 32 bytes. */
  readonly digest: Uint8Array;
  /** Of the first file or folder; the receiver makes it harmless before using it. */
  readonly name: string;
  /** What that is. */
  readonly entryKind: "file" | "directory";
  /** Files and folders beside the first one. */
  readonly others: number;
  /** Files in all, those within folders too. */
  readonly files: number;
  /** Bytes of content in all. */
  readonly size: number;
}

const entryKinds = ["file", "directory"] as const;

/** Yes to an {@linkcode Offer}, and each time that its receiver is ready to go on. */
export interface Accept {
  readonly kind: "accept";
  readonly transferId: TransferId;
  /** Where the receiver waits for a direct connection; none where it doesn't. */
  readonly addresses: readonly DirectAddress[];
}

/** An IP address and a TCP port. */
export interface DirectAddress {
  readonly hostname: string;
  readonly port: number;
}

/** Why an offer, or a transfer that was begun, comes to nothing. A place in the list is a byte: append only. */
export const declineReasons = [
  "declined",
  "tooLarge",
  "noSpace",
  "failed",
  "unwritable",
  "corrupt",
  "versionUnsupported",
] as const;
/** One of {@linkcode declineReasons}. */
export type DeclineReason = typeof declineReasons[number];

/** The receiver's no. */
export interface Decline {
  readonly kind: "decline";
  readonly transferId: TransferId;
  readonly reason: DeclineReason;
}

/** The author takes its offer back. */
export interface Cancel {
  readonly kind: "cancel";
  readonly transferId: TransferId;
}

/** The receiver has all of it, verified and in its place: its author may hear so too late over the transfer itself. */
export interface Arrived {
  readonly kind: "arrived";
  readonly transferId: TransferId;
}

/** The byte that says which body follows. Never reuse a number. */
const numberOf = {
  text: 0,
  offer: 1,
  accept: 2,
  decline: 3,
  cancel: 4,
  arrived: 5,
} as const satisfies Record<Body["kind"], number>;

/** @throws {RangeError} where a number, or a length, doesn't fit its field. */
export function encodeContent({ id, sentAt, body }: Content): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u64(id);
  writer.u53(sentAt);
  writer.u8(numberOf[body.kind]);
  switch (body.kind) {
    case "text":
      writer.string16(body.text);
      break;
    case "offer":
      writer.raw(body.transferId, transferIdBytes);
      writer.raw(body.fileKey, fileKeyBytes);
      writer.raw(body.digest, transferDigestBytes);
      writer.string8(body.name);
      writer.u8(entryKinds.indexOf(body.entryKind));
      writer.u32(body.others);
      writer.u32(body.files);
      writer.u53(body.size);
      break;
    case "accept":
      writer.raw(body.transferId, transferIdBytes);
      encodeAddresses(writer, body.addresses);
      break;
    case "decline":
      writer.raw(body.transferId, transferIdBytes);
      writer.u8(declineReasons.indexOf(body.reason));
      break;
    case "cancel":
    case "arrived":
      writer.raw(body.transferId, transferIdBytes);
      break;
    default:
      body satisfies never;
  }
  return writer.written;
}

/** @throws {ProtocolError} for anything that {@linkcode encodeContent} would not write. */
export function decodeContent(bytes: Uint8Array): Content {
  const reader = new ByteReader(bytes);
  const content = { id: reader.u64(), sentAt: reader.u53(), body: decodeBody(reader) };
  reader.end();
  return content;
}

function decodeBody(reader: ByteReader): Body {
  const number = reader.u8();
  switch (number) {
    case numberOf.text:
      return { kind: "text", text: reader.string16(maxTextBytes) };
    case numberOf.offer:
      return {
        kind: "offer",
        transferId: reader.raw(transferIdBytes),
        fileKey: reader.raw(fileKeyBytes),
        digest: reader.raw(transferDigestBytes),
        name: reader.string8(maxFileNameBytes),
        entryKind: decodeOneOf(reader, entryKinds),
        others: reader.u32(),
        files: reader.u32(),
        size: reader.u53(),
      };
    case numberOf.accept:
      return {
        kind: "accept",
        transferId: reader.raw(transferIdBytes),
        addresses: decodeAddresses(reader),
      };
    case numberOf.decline:
      return {
        kind: "decline",
        transferId: reader.raw(transferIdBytes),
        reason: decodeOneOf(reader, declineReasons),
      };
    case numberOf.cancel:
      return { kind: "cancel", transferId: reader.raw(transferIdBytes) };
    case numberOf.arrived:
      return { kind: "arrived", transferId: reader.raw(transferIdBytes) };
    default:
      throw new ProtocolError("unknownKind", `there is no content of kind ${number}`);
  }
}

function encodeAddresses(writer: ByteWriter, addresses: readonly DirectAddress[]): void {
  if (addresses.length > maxDirectAddresses) {
    throw new RangeError(
      `Cannot encode more than ${maxDirectAddresses} addresses: received ${addresses.length}`,
    );
  }
  writer.u8(addresses.length);
  for (const { hostname, port } of addresses) {
    writer.string8(hostname);
    writer.u16(port);
  }
}

function decodeAddresses(reader: ByteReader): DirectAddress[] {
  const count = reader.u8();
  if (count > maxDirectAddresses) {
    throw new ProtocolError("lengthOverLimit", "a list of addresses is over its limit");
  }
  return Array.from({ length: count }, () => ({
    hostname: reader.string8(maxHostBytes),
    port: reader.u16(),
  }));
}

function decodeOneOf<Value extends string>(reader: ByteReader, values: readonly Value[]): Value {
  const value = values[reader.u8()];
  if (value === undefined) throw new ProtocolError("badValue", "there is no such value");
  return value;
}
