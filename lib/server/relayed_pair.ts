import { setImmediate } from "node:timers/promises";
import type { Clock, Timer } from "../clock.ts";
import { transferIdleMs } from "../limits.ts";
import { closeQuietly, type DuplexStream } from "../transport/mod.ts";
import type { Pair } from "./relay.ts";
import type { TokenBucket } from "./token_bucket.ts";

/**
 * A direction that could go on for ever gives way after this long: reads and writes that need not wait take no turn
 * of the event loop, and a hundred of them in a row would hold up chat for 10 ms.
 */
const turnMs = 1;

/** One end of a pair, with the read that it has waited in. */
export interface PairedEnd {
  readonly stream: DuplexStream;
  /** Where the first bytes go; kept as long as no more come at a time. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  /** The first bytes, read while the end waited: so many, or the end of the stream. */
  readonly firstRead: Promise<number | null>;
  /** Shared by all transfers of the end's member, where they are limited. */
  readonly bucket: TokenBucket | undefined;
}

/**
 * Carries bytes from each end to the other as they are, as fast as both take them and no faster than either's
 * member may. It holds one buffer a direction, whatever the other end takes: a reader that is slow slows the
 * other's writing down, through the windows of both connections.
 *
 * One direction's end is handed on as such; the pair is over when both have ended, or as soon as one breaks.
 */
export class RelayedPair implements Pair {
  readonly #clock: Clock;
  readonly #ends: readonly [PairedEnd, PairedEnd];
  readonly #maxReadBytes: number;
  /** Pauses for the sake of a rate, to be cut short. */
  readonly #pauses = new Set<{ readonly timer: Timer; readonly resume: () => void }>();
  #movedAt: number;
  #isClosed = false;

  /** @param maxReadBytes read at a time where much comes */
  constructor(ends: readonly [PairedEnd, PairedEnd], clock: Clock, maxReadBytes: number) {
    this.#ends = ends;
    this.#maxReadBytes = maxReadBytes;
    this.#clock = clock;
    this.#movedAt = clock.now();
  }

  /** Carries until it is over; both streams are closed then. */
  async run(): Promise<void> {
    const [one, other] = this.#ends;
    await Promise.all([this.#carry(one, other), this.#carry(other, one)]);
    this.close();
  }

  check(): void {
    if (this.#clock.now() - this.#movedAt > transferIdleMs) this.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { stream } of this.#ends) closeQuietly(stream);
    for (const { timer, resume } of this.#pauses) {
      timer.cancel();
      resume();
    }
  }

  async #carry(from: PairedEnd, to: PairedEnd): Promise<void> {
    try {
      await this.#carryAll(from, to);
      await to.stream.closeWrite();
    } catch {
      this.close(); // half a transfer is none; whoever reads can tell by what is missing
    }
  }

  async #carryAll(from: PairedEnd, to: PairedEnd): Promise<void> {
    let { buffer } = from;
    let turnStartedAt = this.#clock.now();
    for (let read = from.firstRead;; read = from.stream.read(buffer)) {
      const count = await read;
      if (count === null) return;
      this.#movedAt = this.#clock.now();
      const pauseMs = this.#takeFrom(from.bucket, to.bucket, count);
      if (pauseMs > 0) {
        await this.#pause(pauseMs);
        turnStartedAt = this.#clock.now();
      }
      await this.#writeAll(to.stream, buffer, count);
      if (this.#movedAt - turnStartedAt >= turnMs) {
        await setImmediate(); // a pause of 0 ms would take 1, in which nothing goes on
        turnStartedAt = this.#clock.now();
      }
      if (count === buffer.length && count < this.#maxReadBytes) {
        buffer = new Uint8Array(this.#maxReadBytes);
      }
    }
  }

  async #writeAll(
    stream: DuplexStream,
    buffer: Uint8Array<ArrayBuffer>,
    count: number,
  ): Promise<void> {
    for (let written = 0; written < count;) {
      const isWhole = written === 0 && count === buffer.length;
      written += await stream.write(isWhole ? buffer : buffer.subarray(written, count));
      this.#movedAt = this.#clock.now();
    }
  }

  /** Answers the ms until both members have earned so many bytes. */
  #takeFrom(one: TokenBucket | undefined, other: TokenBucket | undefined, bytes: number): number {
    if ((!one && !other) || this.#isClosed) return 0;
    const now = this.#clock.now();
    return Math.max(one?.take(now, bytes) ?? 0, other?.take(now, bytes) ?? 0);
  }

  #pause(pauseMs: number): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        this.#pauses.delete(pause);
        resolve();
      };
      const pause = { timer: this.#clock.after(pauseMs, resume), resume };
      this.#pauses.add(pause);
    });
  }
}
