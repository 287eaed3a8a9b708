import { systemClock } from "../../lib/clock.ts";
import {
  type AttemptOptions,
  receiveTransfer,
  sendTransfer,
  TransferError,
} from "../../lib/transfer/mod.ts";
import type { ByteStream } from "../../lib/transport/mod.ts";
import type { MemorySink } from "./memory_sink.ts";
import type { MemorySource } from "./memory_source.ts";
import { MemoryStream } from "./memory_stream.ts";

export const transferSecret = {
  transferId: Uint8Array.from({ length: 16 }, (_, i) => i),
  fileKey: Uint8Array.from({ length: 32 }, (_, i) => 100 + i),
};

export const someManifest = new TextEncoder().encode("a manifest");

/** Content in which no two places look the same. */
export function someContent(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i >>> 16) ^ (i >>> 8) * 7 ^ i * 31);
}

/** A side's own choices, and the stream where it isn't one end of a pair in memory. */
export type Choices = Partial<AttemptOptions>;

/** How both sides end. */
export interface Ends {
  readonly sent: "done" | TransferError;
  readonly received: "done" | TransferError;
}

/** Sends `source` to `sink`; answers how it ended. */
export async function transfer(
  source: MemorySource,
  sink: MemorySink,
  sender: Choices = {},
  receiver: Choices = {},
  [near, far]: readonly [ByteStream, ByteStream] = MemoryStream.pair(),
): Promise<Ends> {
  const common = { ...transferSecret, clock: systemClock };
  const [sent, received] = await Promise.all([
    ending(sendTransfer({ ...common, source, stream: near, ...sender })),
    ending(receiveTransfer({ ...common, sink, stream: far, ...receiver })),
  ]);
  return { sent, received };
}

/** How it ends. Anything but a {@linkcode TransferError} is a fault. */
export async function ending(running: Promise<void>): Promise<"done" | TransferError> {
  try {
    await running;
    return "done";
  } catch (error) {
    if (error instanceof TransferError) return error;
    throw error;
  }
}

/** In one word, with whose word it is. */
export function codeOf(end: "done" | TransferError): string {
  return end === "done" ? end : end.isFromPeer ? `${end.code} (peer)` : end.code;
}
