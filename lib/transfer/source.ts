/** What is sent: an encoded manifest (names, sizes, dates) and then the contents of its files, one behind the other. */
export interface Source {
  /** At most `maxManifestBytes`. */
  readonly manifest: Uint8Array;
  /** Bytes of content in all; at most `maxTransferBytes`. */
  readonly size: number;
  /**
   * Fills `into` from `offset` on; answers the bytes read, fewer only at the end.
   *
   * @throws {TransferError} `sourceChanged`
   */
  read(offset: number, into: Uint8Array): Promise<number>;
  /** Gives back what it holds; called once, when nothing is being read. */
  close(): void;
}
