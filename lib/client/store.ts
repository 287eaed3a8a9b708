/** What a {@linkcode ClientStore} holds under a key. */
export interface Stored {
  /** The caller's own. */
  readonly value: Uint8Array;
  /** Another one after each change, and never the same again. */
  readonly version: number;
}

/** One record to be written or, where there is no value, deleted. */
export interface Change {
  /** Any text; which ones there are is no secret. */
  readonly key: string;
  /** What it holds from then on. */
  readonly value: Uint8Array | undefined;
  /** The version that the record must still have; 0 where there must be none. */
  readonly version: number;
}

/**
 * What a client has to remember from one start to the next: keys, groups, whom it knows.
 *
 * Two processes may have the same store open, as when a second terminal takes over from the first. What
 * one of them writes on the strength of what it has read is written only if that still holds: so no two
 * ever go on from the same state of a ratchet.
 */
export interface ClientStore {
  /** What there is under a key. */
  get(key: string): Stored | undefined;
  /** Keys that begin with `prefix`, in order. */
  keys(prefix: string): string[];
  /**
   * Writes all changes, durably, or none.
   *
   * @returns `false`, and nothing was written, where a record hasn't the version that it must have
   * @throws {StoreError} `unusable` where the disk refuses
   */
  commit(changes: readonly Change[]): boolean;
  /** Lets go of the file, where there is one. */
  close(): void;
}

/** What is kept on disk can't serve; `reason` says why. */
export class StoreError extends Error {
  /** Tells it from other errors. */
  override readonly name = "StoreError";

  /** For the file or directory at `path`; a cause must not quote what it holds. */
  constructor(
    readonly path: string,
    readonly reason: "unusable" | "damaged" | "newerVersion" | "wrongPassphrase",
    options?: ErrorOptions,
  ) {
    super(`Cannot use ${path}: ${reason}`, options);
  }
}
