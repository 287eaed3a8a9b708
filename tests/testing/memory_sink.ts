import { concat } from "@std/bytes/concat";
import type { Sink } from "../../lib/transfer/mod.ts";

/** What arrives, in memory; a later one goes on with what is in it. */
export class MemorySink implements Sink {
  manifest: Uint8Array | undefined;
  isFinished = false;
  isClosed = false;
  /** Called before each write. */
  beforeWrite: () => void | Promise<void> = () => {};
  #content: Uint8Array;
  readonly #pieces: Uint8Array[] = [];

  /** @param content here already, from an earlier attempt */
  constructor(content = new Uint8Array()) {
    this.#content = content;
  }

  /** All that is here. */
  get content(): Uint8Array {
    this.#content = concat([this.#content, ...this.#pieces.splice(0)]);
    return this.#content;
  }

  begin(manifest: Uint8Array): Promise<number> {
    this.#check(this.manifest === undefined, "begun twice");
    this.manifest = manifest;
    return Promise.resolve(this.#content.length);
  }

  async write(content: Uint8Array): Promise<void> {
    this.#check(this.manifest !== undefined, "written before it was begun");
    await this.beforeWrite();
    this.#pieces.push(content.slice());
  }

  finish(): Promise<void> {
    this.#check(!this.isFinished, "finished twice");
    this.isFinished = true;
    return Promise.resolve();
  }

  close(): void {
    this.#check(true, "");
    this.isClosed = true;
  }

  #check(isRight: boolean, otherwise: string): void {
    if (this.isClosed) throw new Error("used after it was closed");
    if (!isRight) throw new Error(otherwise);
  }
}
