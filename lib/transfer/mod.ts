/**
 * One transfer between two members: what is read from one disk, sealed from end to end, and written to the other.
 * Nothing here knows of servers or users: the bytes go over whatever stream joins the two, and whatever the other
 * side says is checked here.
 *
 * @module
 */
export { discardAbandoned } from "./abandoned.ts";
export type { AttemptOptions } from "./attempt.ts";
export { FileSink, type FileSinkOptions } from "./file_sink.ts";
export { type DigestOptions, FileSource, openSource } from "./file_source.ts";
export { freeBytes } from "./free_space.ts";
export { decodeManifest, encodeManifest, type Manifest, type ManifestEntry } from "./manifest.ts";
export { type ReceiveOptions, receiveTransfer } from "./receive_transfer.ts";
export { safeName } from "./safe_name.ts";
export type { Scan, ScannedFile, Skipped } from "./scan.ts";
export { type SendOptions, sendTransfer } from "./send_transfer.ts";
export type { Sink } from "./sink.ts";
export type { Source } from "./source.ts";
export { SourceError, type SourceErrorCode } from "./source_error.ts";
export { summarise, type Summary } from "./summary.ts";
export {
  TransferError,
  type TransferErrorCode,
  transferErrorCodes,
  type TransferErrorOptions,
} from "./transfer_error.ts";
export type { TransferSecret } from "./transfer_keys.ts";
export type { Write } from "./tree_writer.ts";
