/** Where what arrives goes. Its methods are called one at a time, in the order in which they stand here. */
export interface Sink {
  /**
   * Takes the manifest, checks and prepares; answers how many bytes of content are here already, verified, from an
   * earlier attempt.
   *
   * @throws {TransferError} `badManifest`, `declined`, `tooLarge`, `noSpace`
   */
  begin(manifest: Uint8Array): Promise<number>;
  /**
   * The next bytes of content, in order; it has them when it resolves, and their memory is used for others then.
   *
   * @throws {TransferError} `noSpace`
   */
  write(content: Uint8Array): Promise<void>;
  /**
   * All is here: checks it against the digest offered and only then gives it its final name.
   *
   * @throws {TransferError} `digestMismatch`
   */
  finish(): Promise<void>;
  /** Gives back what it holds; called once, whether all is here or not. What is here stays for another attempt. */
  close(): void;
}
