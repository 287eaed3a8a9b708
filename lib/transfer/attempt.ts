import type { Clock } from "../clock.ts";
import { transferSilenceMs } from "../limits.ts";
import { type ByteStream, closeQuietly } from "../transport/byte_stream.ts";
import { Channel } from "./channel.ts";
import { SilenceWatch } from "./silence_watch.ts";
import { TransferError } from "./transfer_error.ts";
import type { TransferRole, TransferSecret } from "./transfer_keys.ts";
import type { TransferMessage } from "./transfer_message.ts";

/** What either side of a transfer needs. */
export interface AttemptOptions extends TransferSecret {
  /** To the other side, with nothing read or written yet. It is closed in the end, whatever happens. */
  readonly stream: ByteStream;
  /** For silences and signs of life. */
  readonly clock: Clock;
  /** Cancels it; the other side is told. */
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how many bytes of content the receiver has written, those of earlier attempts included. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Runs one side over a stream of its own. When it settles, `body` has, the stream is closed, and the other side was
 * told how it ended, if it could be.
 *
 * @param body answers the last word, if there is one
 * @throws {TransferError} whatever happens; what has no code of its own is the cause of one that is `failed`
 */
export async function attempt(
  options: AttemptOptions,
  role: TransferRole,
  body: (channel: Channel) => Promise<TransferMessage | undefined>,
): Promise<void> {
  const { stream, clock, signal } = options;
  const ended = Promise.withResolvers<never>();
  const cancel = () =>
    ended.reject(new TransferError("cancelled", "it was cancelled on this side"));
  const watch = new SilenceWatch(stream, clock, transferSilenceMs, () => {
    ended.reject(new TransferError("interrupted", "the other side was silent for too long"));
  });
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) cancel();
  const opening = Channel.open(stream, watch, options, role, clock);
  let channel: Channel | undefined;
  let running: Promise<TransferMessage | undefined> | undefined;
  try {
    channel = await Promise.race([ended.promise, opening]);
    channel.stayAlive();
    running = body(channel);
    const lastWord = await Promise.race([ended.promise, running]);
    if (lastWord) await channel.farewell(lastWord);
  } catch (cause) {
    const error = TransferError.from(cause);
    if (!error.isFromPeer) await channel?.farewell({ kind: "failed", code: error.code });
    throw error;
  } finally {
    signal?.removeEventListener("abort", cancel);
    closeQuietly(stream);
    await Promise.allSettled([opening, running]);
    await channel?.settle();
    watch.stop();
  }
}
