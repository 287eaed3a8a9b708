/** Why something can't be offered. */
export type SourceErrorCode =
  /** There is nothing of that name. */
  | "notFound"
  /** It may not be read. */
  | "unreadable"
  /** Neither a file nor a folder: a device, a pipe, a socket, or a file that the system makes up. */
  | "specialFile"
  /** Nearly all of it is holes. */
  | "sparseFile"
  /** More content, more files or deeper folders than one transfer takes. */
  | "tooMuch"
  /** The user has named nothing. */
  | "nothingToSend";

/** What the user wants sent can't be; `code` says why. No transfer has begun. */
export class SourceError extends Error {
  /** Tells it from other errors. */
  override readonly name = "SourceError";

  /** For what is at `path` on the own disk. */
  constructor(readonly code: SourceErrorCode, readonly path: string, options?: ErrorOptions) {
    super(`Cannot send ${path}: ${code}`, options);
  }
}
