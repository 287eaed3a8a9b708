import { maxManifestBytes, maxTransferBytes, transferChunkBytes } from "../limits.ts";
import { attempt, type AttemptOptions } from "./attempt.ts";
import type { Channel } from "./channel.ts";
import type { Source } from "./source.ts";
import { TransferError } from "./transfer_error.ts";
import { messageHeaderBytes, numberOf, type TransferMessage } from "./transfer_message.ts";

/** What {@linkcode sendTransfer} needs. */
export interface SendOptions extends AttemptOptions {
  /** Closed in the end, whatever happens. */
  readonly source: Source;
}

/**
 * Sends what `source` has, from where the receiver says on. Resolves when the receiver has verified all of it and put
 * it in its place.
 *
 * @throws {TransferError} `interrupted`: another attempt goes on from there; the source's own; or why the other side
 * has ended it
 */
export async function sendTransfer(options: SendOptions): Promise<void> {
  const sending = new Sending(options);
  try {
    await attempt(options, "sender", (channel) => sending.run(channel));
  } finally {
    await sending.settled;
    options.source.close();
  }
}

class Sending {
  readonly #source: Source;
  readonly #onProgress: ((bytes: number) => void) | undefined;
  readonly #resume = Promise.withResolvers<number>();
  #hasResumed = false;
  /** Bytes of content that the receiver may have by now. */
  #sent = 0;
  #written = 0;
  #isAllSent = false;
  #settled: Promise<unknown> | undefined;

  constructor({ source, onProgress }: SendOptions) {
    this.#source = source;
    this.#onProgress = onProgress;
    this.#resume.promise.catch(() => {}); // whoever waits is told; nobody has to wait
  }

  /** Resolves when the source isn't read any more. */
  get settled(): Promise<unknown> | undefined {
    return this.#settled;
  }

  async run(channel: Channel): Promise<undefined> {
    const both = [this.#listen(channel), this.#send(channel)];
    this.#settled = Promise.allSettled(both);
    await Promise.all(both);
  }

  /** Hears what the receiver says, up to `done`. */
  async #listen(channel: Channel): Promise<void> {
    try {
      while (!this.#hear(await channel.receive()));
    } catch (error) {
      this.#resume.reject(error);
      throw error;
    }
  }

  /** Whether that was the last. */
  #hear(message: TransferMessage): boolean {
    switch (message.kind) {
      case "resume":
        if (this.#hasResumed || message.offset > this.#source.size) break;
        this.#hasResumed = true;
        this.#sent = this.#written = message.offset;
        this.#onProgress?.(message.offset);
        this.#resume.resolve(message.offset);
        return false;
      case "progress":
        if (message.offset < this.#written || message.offset > this.#sent) break;
        this.#written = message.offset;
        this.#onProgress?.(message.offset);
        return false;
      case "done":
        if (!this.#isAllSent) break;
        this.#onProgress?.(this.#source.size);
        return true;
    }
    throw new TransferError("corrupt", `the receiver may not say ${message.kind} now`);
  }

  /** Sends everything, or up to where nothing is sent any more: why, is heard. */
  async #send(channel: Channel): Promise<void> {
    const { manifest, size } = this.#source;
    if (manifest.length > maxManifestBytes) {
      throw new TransferError("badManifest", "the manifest is too long");
    }
    if (size > maxTransferBytes) throw new TransferError("tooLarge", "it is too much at once");
    await channel.send({ kind: "opening", size, manifestBytes: manifest.length });
    for (let offset = 0; offset < manifest.length; offset += transferChunkBytes) {
      const part = manifest.subarray(offset, offset + transferChunkBytes);
      await channel.send({ kind: "manifest", part });
    }
    await this.#resume.promise;
    await this.#sendContent(channel, size);
  }

  async #sendContent(channel: Channel, size: number): Promise<void> {
    const message = new Uint8Array(messageHeaderBytes + transferChunkBytes);
    while (!channel.isOver && !this.#isAllSent) {
      const length = Math.min(transferChunkBytes, size - this.#sent);
      const chunk = message.subarray(0, messageHeaderBytes + length);
      await this.#read(chunk.subarray(messageHeaderBytes));
      this.#sent += length;
      this.#isAllSent = this.#sent === size;
      chunk[0] = numberOf(this.#isAllSent ? "lastChunk" : "chunk");
      await channel.sendEncoded(chunk);
    }
  }

  async #read(content: Uint8Array): Promise<void> {
    if (content.length === 0) return;
    const read = await this.#source.read(this.#sent, content);
    if (read < content.length) {
      throw new TransferError("sourceChanged", "there is less to send than there was");
    }
  }
}
