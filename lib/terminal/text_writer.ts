/** Takes bytes, some or all of them, and answers how many: `Deno.stdout`, for one. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<number>;
}

/** Characters that may wait for a slow reader before `write` asks for patience. */
const maxWaiting = 65_536;

const utf8 = new TextEncoder();

/** Writes texts in their order; those that come while others are being written leave together. */
export class TextWriter {
  readonly #sink: ByteSink;
  readonly #broken = Promise.withResolvers<void>();
  #waiting = "";
  #writing: Promise<void> | undefined;
  #isBroken = false;
  #failure: unknown;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Why nothing can be written any more, where it isn't that nobody reads it. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Resolves when nobody reads any more, or nothing can be written. */
  get broken(): Promise<void> {
    return this.#broken.promise;
  }

  /** @returns where the reader is behind, a promise to wait for before writing more */
  write(text: string): void | Promise<void> {
    if (this.#isBroken) return;
    this.#waiting += text;
    this.#writing ??= this.#writeAll();
    if (this.#waiting.length > maxWaiting) return this.#writing;
  }

  /** Resolves when everything has been written, or will never be. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    await undefined; // texts of the same tick leave together
    try {
      while (this.#waiting !== "") {
        const bytes = utf8.encode(this.#waiting);
        this.#waiting = "";
        for (let written = 0; written < bytes.length;) {
          written += await this.#sink.write(bytes.subarray(written));
        }
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) this.#failure = error;
      this.#isBroken = true;
      this.#waiting = "";
      this.#broken.resolve();
    } finally {
      this.#writing = undefined;
    }
  }
}
