import type { Clock } from "../clock.ts";
import { release } from "../codec/mod.ts";
import {
  maxManifestBytes,
  maxTransferBytes,
  transferChunkBytes,
  transferProgressMs,
} from "../limits.ts";
import { attempt, type AttemptOptions } from "./attempt.ts";
import type { Channel } from "./channel.ts";
import type { Sink } from "./sink.ts";
import { TransferError } from "./transfer_error.ts";
import type { TransferMessage } from "./transfer_message.ts";

/** What {@linkcode receiveTransfer} needs. */
export interface ReceiveOptions extends AttemptOptions {
  /** Closed in the end, whatever happens. */
  readonly sink: Sink;
}

/**
 * Hands what arrives to `sink`, nothing of it but what the sender has sealed, in order. Resolves when the sink has
 * verified all of it and put it in its place.
 *
 * @throws {TransferError} `interrupted`: another attempt goes on from there; `corrupt`; the sink's own; or why the
 * other side has ended it
 */
export async function receiveTransfer(options: ReceiveOptions): Promise<void> {
  const receiving = new Receiving(options);
  try {
    await attempt(options, "receiver", (channel) => receiving.run(channel));
  } finally {
    options.sink.close();
  }
}

class Receiving {
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #onProgress: ((bytes: number) => void) | undefined;
  /** Bytes of content written. */
  #offset = 0;
  #toldAt = 0;

  constructor({ sink, clock, onProgress }: ReceiveOptions) {
    this.#sink = sink;
    this.#clock = clock;
    this.#onProgress = onProgress;
  }

  async run(channel: Channel): Promise<TransferMessage> {
    const { size, manifestBytes } = await receiveOpening(channel);
    this.#offset = await this.#sink.begin(await receiveManifest(channel, manifestBytes));
    if (this.#offset > size) {
      throw new TransferError("badManifest", "less is sent than is here already");
    }
    this.#tell(channel, "resume");
    await this.#receiveContent(channel, size);
    // it may have been cancelled during the last write
    if (!channel.hasEnded) await this.#sink.finish();
    this.#onProgress?.(size);
    return { kind: "done" };
  }

  async #receiveContent(channel: Channel, size: number): Promise<void> {
    for (let isLast = false; !isLast;) {
      const message = await channel.receive();
      if (message.kind !== "chunk" && message.kind !== "lastChunk") throw outOfTurn(message);
      const { content } = message;
      isLast = message.kind === "lastChunk";
      if (content.length !== Math.min(transferChunkBytes, size - this.#offset)) {
        throw new TransferError("corrupt", "a chunk has another length than it must");
      }
      if (isLast !== (this.#offset + content.length === size)) {
        throw new TransferError("corrupt", "the last chunk isn't where it must be");
      }
      if (content.length > 0) await this.#sink.write(content);
      this.#offset += content.length;
      release(new Uint8Array(content.buffer as ArrayBuffer));
      if (this.#clock.now() - this.#toldAt >= transferProgressMs) this.#tell(channel, "progress");
    }
  }

  #tell(channel: Channel, kind: "resume" | "progress"): void {
    this.#toldAt = this.#clock.now();
    this.#onProgress?.(this.#offset);
    // a sender that takes nothing would otherwise have to be waited for, and its chunks with it
    if (kind === "resume" || channel.isIdle) channel.send({ kind, offset: this.#offset });
  }
}

async function receiveOpening(channel: Channel): Promise<TransferMessage & { kind: "opening" }> {
  const opening = await channel.receive();
  if (opening.kind !== "opening") throw outOfTurn(opening);
  if (opening.size > maxTransferBytes) {
    throw new TransferError("tooLarge", "it is too much at once");
  }
  if (opening.manifestBytes > maxManifestBytes) {
    throw new TransferError("badManifest", "the manifest is too long");
  }
  return opening;
}

async function receiveManifest(channel: Channel, manifestBytes: number): Promise<Uint8Array> {
  const manifest = new Uint8Array(manifestBytes);
  for (let length = 0; length < manifestBytes;) {
    const message = await channel.receive();
    if (message.kind !== "manifest") throw outOfTurn(message);
    const { part } = message;
    if (part.length !== Math.min(transferChunkBytes, manifestBytes - length)) {
      throw new TransferError("corrupt", "a part of the manifest has another length than it must");
    }
    manifest.set(part, length);
    length += part.length;
  }
  return manifest;
}

function outOfTurn({ kind }: TransferMessage): TransferError {
  return new TransferError("corrupt", `the sender may not say ${kind} now`);
}
