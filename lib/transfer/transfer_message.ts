import { ByteReader, ByteWriter, ProtocolError } from "../codec/mod.ts";
import { type TransferErrorCode, transferErrorCodes } from "./transfer_error.ts";

/** What a record holds. */
export type TransferMessage =
  /** Sender, first: bytes of content in all, and how long the manifest is. */
  | { readonly kind: "opening"; readonly size: number; readonly manifestBytes: number }
  /** Sender: the next bytes of the manifest. */
  | { readonly kind: "manifest"; readonly part: Uint8Array }
  /** Sender: the next bytes of content, and whether they are the last. */
  | { readonly kind: "chunk" | "lastChunk"; readonly content: Uint8Array }
  /** Receiver: the manifest is fine, so many bytes of content are here already. */
  | { readonly kind: "resume"; readonly offset: number }
  /** Receiver: so many bytes of content have been written. */
  | { readonly kind: "progress"; readonly offset: number }
  /** Receiver: all is here, verified and in its place. */
  | { readonly kind: "done" }
  /** Either: this is the end, and why. */
  | { readonly kind: "failed"; readonly code: TransferErrorCode }
  /** Either: still there. */
  | { readonly kind: "alive" };

/** A message's place is its first byte, from 1 on. */
const kinds = [
  "opening",
  "manifest",
  "chunk",
  "lastChunk",
  "resume",
  "progress",
  "done",
  "failed",
  "alive",
] as const satisfies readonly TransferMessage["kind"][];

/** What stands before the bytes of a manifest or of content. */
export const messageHeaderBytes = 1;

/** Longer is nothing that a receiver says. */
export const maxReceiverMessageBytes = 64;

/** The first byte of a message of that kind. */
export function numberOf(kind: TransferMessage["kind"]): number {
  return kinds.indexOf(kind) + 1;
}

export function encodeTransferMessage(message: TransferMessage): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(maxReceiverMessageBytes);
  writer.u8(numberOf(message.kind));
  switch (message.kind) {
    case "opening":
      writer.u53(message.size);
      writer.u32(message.manifestBytes);
      break;
    case "manifest":
      writer.raw(message.part);
      break;
    case "chunk":
    case "lastChunk":
      writer.raw(message.content);
      break;
    case "resume":
    case "progress":
      writer.u53(message.offset);
      break;
    case "failed":
      writer.u8(transferErrorCodes.indexOf(message.code));
      break;
    case "done":
    case "alive":
      break;
    default:
      message satisfies never;
  }
  return writer.written;
}

/**
 * The message in `bytes`, of which its byte strings are views.
 *
 * @throws {ProtocolError} `unknownKind`, and as `ByteReader` does
 */
export function decodeTransferMessage(bytes: Uint8Array): TransferMessage {
  const reader = new ByteReader(bytes);
  const message = readMessage(kinds[reader.u8() - 1], reader);
  reader.end();
  return message;
}

function readMessage(
  kind: TransferMessage["kind"] | undefined,
  reader: ByteReader,
): TransferMessage {
  switch (kind) {
    case "opening":
      return { kind, size: reader.u53(), manifestBytes: reader.u32() };
    case "manifest":
      return { kind, part: reader.raw(reader.remaining) };
    case "chunk":
    case "lastChunk":
      return { kind, content: reader.raw(reader.remaining) };
    case "resume":
    case "progress":
      return { kind, offset: reader.u53() };
    case "done":
    case "alive":
      return { kind };
    case "failed":
      // a newer peer may have a reason that this one has no word for
      return { kind, code: transferErrorCodes[reader.u8()] ?? "failed" };
    case undefined:
      throw new ProtocolError("unknownKind", "a record of a transfer is of no known kind");
  }
}
