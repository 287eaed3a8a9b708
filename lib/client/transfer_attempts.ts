import type { Clock } from "../clock.ts";
import type { Body, DirectAddress, Text } from "../codec/mod.ts";
import { awaitPeerMs, maxCorruptAttempts, transferPauseMs } from "../limits.ts";
import {
  receiveTransfer,
  sendTransfer,
  type Sink,
  type Source,
  TransferError,
} from "../transfer/mod.ts";
import { closeQuietly, type DuplexStream } from "../transport/mod.ts";
import { ChatError } from "./event.ts";
import type { TransferRecord } from "./transfer_records.ts";
import type { TransferWays } from "./transfer_ways.ts";

/** Says something of a transfer to a member, in a private message. */
export type Negotiate = (to: string, body: Exclude<Body, Text>) => Promise<unknown>;

export interface TransferAttemptsOptions {
  readonly clock: Clock;
  readonly ways: TransferWays;
  /** Whether this member, and we, are in the room. */
  readonly isPresent: (name: string) => boolean;
  readonly negotiate: Negotiate;
}

/** How an attempt is followed. */
export interface AttemptHooks {
  /** The two ends have found each other. */
  readonly onConnected: () => void;
  /** Bytes of content that the receiver has. */
  readonly onProgress: (bytes: number) => void;
  /** It has to wait for another attempt. */
  readonly onInterrupted: () => void;
  /** Ends it for good; the other end is told. */
  readonly signal: AbortSignal;
}

/** What doesn't end a transfer: another attempt goes on. A process that we take over from lets go of the files soon. */
const passingCodes: ReadonlySet<string> = new Set(["interrupted", "peerGone", "busy"]);

/**
 * Moves the content of transfers, each over a stream of its own, for as many attempts as that takes.
 *
 * Each attempt is the receiver's: it makes ready, tells the sender so, and waits for it. So nothing has to be agreed
 * on after a break or a restart of either end.
 */
export class TransferAttempts {
  readonly #options: TransferAttemptsOptions;
  readonly #streams = new Set<DuplexStream>();
  readonly #closing = new AbortController();

  constructor(options: TransferAttemptsOptions) {
    this.#options = options;
  }

  /** Whether the program ends: what breaks from now on is for the next start to go on with. */
  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Breaks off what is under way, as if the network had: the next start goes on. */
  close(): void {
    this.#closing.abort();
    for (const stream of this.#streams) closeQuietly(stream);
  }

  /**
   * Receives into what `openSink` opens anew for each attempt; resolves when all is verified and in its place. The
   * signal that it is given ends what takes long.
   *
   * @throws {TransferError} where no other attempt would help
   */
  async receive(
    record: TransferRecord,
    openSink: (signal: AbortSignal) => Sink,
    hooks: AttemptHooks,
  ): Promise<void> {
    let pauses = 0;
    for (let corrupted = 0;;) {
      await this.#untilPresent(record.peer, hooks.signal);
      let hasMoved = false;
      const onProgress = (bytes: number) => {
        hasMoved = true;
        hooks.onProgress(bytes);
      };
      try {
        const sink = openSink(AbortSignal.any([hooks.signal, this.#closing.signal]));
        return await this.#receiveOnce(record, sink, { ...hooks, onProgress });
      } catch (error) {
        hooks.signal.throwIfAborted();
        if (!isPassing(error)) {
          // somebody in between: not every way need lead through there
          if (!isCorrupt(error) || ++corrupted >= maxCorruptAttempts) throw error;
        }
      }
      hooks.onInterrupted();
      if (hasMoved) pauses = 0;
      const { first, longest } = transferPauseMs;
      await this.#pause(Math.min(longest, first * 2 ** pauses++), hooks.signal);
    }
  }

  /**
   * Sends to a receiver that is ready; `false` where the stream broke, and the receiver will say when it is again.
   *
   * @throws {TransferError} where no other attempt would help
   */
  async send(
    record: TransferRecord,
    source: Source,
    addresses: readonly DirectAddress[],
    hooks: AttemptHooks,
  ): Promise<boolean> {
    const { clock, ways } = this.#options;
    try {
      const stream = await this.#open(
        (signal) => ways.send(record, addresses, signal),
        hooks,
      );
      const { transferId, fileKey } = record;
      const { signal, onProgress } = hooks;
      try {
        await sendTransfer({ stream, transferId, fileKey, source, clock, signal, onProgress });
      } finally {
        this.#streams.delete(stream);
      }
      return true;
    } catch (error) {
      source.close();
      hooks.signal.throwIfAborted();
      if (isPassing(error) || isCorrupt(error)) return false;
      throw error;
    }
  }

  async #receiveOnce(record: TransferRecord, sink: Sink, hooks: AttemptHooks): Promise<void> {
    const { clock, ways, negotiate } = this.#options;
    const { transferId, fileKey, peer } = record;
    const end = ways.receive(record);
    const told = negotiate(peer, { kind: "accept", transferId, addresses: end.addresses });
    told.catch(() => {}); // where it fails, nobody comes
    const stream = await this.#open((signal) => end.connect(signal), hooks);
    const { signal, onProgress } = hooks;
    try {
      await receiveTransfer({ stream, transferId, fileKey, sink, clock, signal, onProgress });
    } finally {
      this.#streams.delete(stream);
    }
  }

  async #open(
    connect: (signal: AbortSignal) => Promise<DuplexStream>,
    { signal, onConnected }: AttemptHooks,
  ): Promise<DuplexStream> {
    const stream = await connect(AbortSignal.any([signal, this.#closing.signal]));
    if (this.#closing.signal.aborted) closeQuietly(stream); // closed while it came about
    this.#closing.signal.throwIfAborted();
    this.#streams.add(stream);
    onConnected();
    return stream;
  }

  async #untilPresent(peer: string, signal: AbortSignal): Promise<void> {
    while (!this.#options.isPresent(peer)) await this.#pause(awaitPeerMs, signal);
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    either.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.after(ms, resolve);
    const wake = () => resolve();
    either.addEventListener("abort", wake);
    await promise;
    either.removeEventListener("abort", wake); // or it would be kept for as long as either of the two signals
    timer.cancel();
    either.throwIfAborted();
  }
}

/** Whether another attempt may do better: the stream broke, or none came about. */
function isPassing(error: unknown): boolean {
  return error instanceof ChatError ||
    error instanceof TransferError && passingCodes.has(error.code);
}

/** Whether somebody in between may have altered what came; versions go in the clear. */
function isCorrupt(error: unknown): boolean {
  if (!(error instanceof TransferError)) return false;
  return error.code === "corrupt" || error.code === "versionUnsupported" && !error.isFromPeer;
}
