/** A room as it was left. */
export interface StoredRoom {
  /** Names the numbering of global messages. */
  readonly id: bigint;
  /** Number of the newest message, or 0. */
  readonly newestSeq: number;
  /** The newest messages, encoded as they went out, the last one with {@linkcode newestSeq}. */
  readonly messages: readonly Uint8Array[];
}

/** The newest global messages. Every method throws `DataDirError` where the disk fails. */
export interface RoomStore {
  /** The room; made at the first call ever. */
  load(): StoredRoom;
  /**
   * Keeps messages, numbered from `firstSeq`, and forgets those before `oldestSeq`.
   *
   * They outlive the process, but the newest perhaps not a power failure: the numbers then go on from an
   * older one.
   */
  append(firstSeq: number, messages: readonly Uint8Array[], oldestSeq: number): void;
}
