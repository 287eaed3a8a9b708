import { concat } from "@std/bytes/concat";
import type { ByteStream } from "../../lib/transport/mod.ts";

/** What a relay in the middle makes of one write; each goes on as one read. */
export type Rewrite = (write: Uint8Array<ArrayBuffer>, number: number) => Uint8Array[];

/** A stream whose writes a relay rewrites on their way. */
export class RewrittenStream implements ByteStream {
  readonly #stream: ByteStream;
  readonly #rewrite: Rewrite;
  #number = 0;

  constructor(stream: ByteStream, rewrite: Rewrite) {
    this.#stream = stream;
    this.#rewrite = rewrite;
  }

  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    return this.#stream.read(buffer);
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    const rewritten = concat(this.#rewrite(bytes.slice(), this.#number++));
    if (rewritten.length > 0) await this.#stream.write(rewritten);
    return bytes.length;
  }

  close(): void {
    this.#stream.close();
  }
}
