/** What is wrong with a file of the data directory, or with the directory itself. */
export type DataDirErrorReason =
  /** It can't be read or written, or the disk is full. */
  | "unusable"
  | "damagedKey"
  | "damagedDatabase"
  /** A newer version of the server has written it. */
  | "newerDatabase"
  /** There is none. */
  | "noDatabase";

/** The data directory can't serve; `reason` says how. */
export class DataDirError extends Error {
  /** Tells it from other errors. */
  override readonly name = "DataDirError";

  /** For the file or directory at `path`. */
  constructor(readonly path: string, readonly reason: DataDirErrorReason, cause?: unknown) {
    super(`Cannot use ${path}: ${reason}`, { cause });
  }
}
