import { ProtocolError } from "../codec/mod.ts";

/** Why a transfer ends before all is there. A code's place is its byte in `failed`: append, never reorder. */
export const transferErrorCodes = [
  /** Something for which there is no other code: a disk that cannot be read, say. */
  "failed",
  /** Somebody has stopped it. */
  "cancelled",
  /** The receiver doesn't want it. */
  "declined",
  /** What is sent isn't what it was when the transfer began. */
  "sourceChanged",
  /** The receiver has no room for it. */
  "noSpace",
  /** It is more than the receiver takes, or than a transfer may carry. */
  "tooLarge",
  /** The list of what is sent cannot be read, or isn't to be trusted. */
  "badManifest",
  /** What arrived isn't what was offered. */
  "digestMismatch",
  /** What came through the stream isn't what the other side sends: altered, repeated, out of order or out of turn. */
  "corrupt",
  /** The stream has ended, or has been silent for too long; another attempt goes on from there. */
  "interrupted",
  /** The other side isn't there any more. */
  "peerGone",
  /** The other side speaks another version. */
  "versionUnsupported",
  /** The receiver's disk doesn't take it. */
  "unwritable",
  /** Another process of the receiver's is receiving it. */
  "busy",
] as const;
/** One of {@linkcode transferErrorCodes}. */
export type TransferErrorCode = typeof transferErrorCodes[number];

/** How a {@linkcode TransferError} came about. */
export interface TransferErrorOptions extends ErrorOptions {
  /** Whether it was the other side that ended the transfer, and said so. */
  readonly isFromPeer?: boolean;
}

/** A transfer has ended before all is there. The code is for logs and tests; people read it in their language. */
export class TransferError extends Error {
  /** Tells it from other errors. */
  override readonly name = "TransferError";
  /** Whether it was the other side that ended the transfer, and said so. */
  readonly isFromPeer: boolean;

  /** For the reason that `code` is. */
  constructor(readonly code: TransferErrorCode, message: string, options?: TransferErrorOptions) {
    super(message, options);
    this.isFromPeer = options?.isFromPeer ?? false;
  }

  /** Whatever was thrown, as one of these. */
  static from(error: unknown): TransferError {
    if (error instanceof TransferError) return error;
    if (error instanceof ProtocolError) {
      return new TransferError("corrupt", error.message, { cause: error });
    }
    return new TransferError("failed", "something on this side failed", { cause: error });
  }
}
