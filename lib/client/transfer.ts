import type { Clock } from "../clock.ts";
import type { DirectAddress } from "../codec/mod.ts";
import { transferEventMs } from "../limits.ts";
import { safeName, type TransferErrorCode } from "../transfer/mod.ts";
import { ChatError, type ClientEvent } from "./event.ts";
import type { AttemptHooks } from "./transfer_attempts.ts";
import type { TransferRecord, TransferRecords } from "./transfer_records.ts";
import type { TransferState, TransferStatus } from "./transfer_status.ts";

export interface TransferOptions {
  readonly clock: Clock;
  readonly records: TransferRecords;
  readonly emit: (event: ClientEvent) => void;
  /** Told of what the client can't go on from. */
  readonly onFault: (error: unknown) => void;
}

/** States from which nothing follows by itself. */
const finalStates: ReadonlySet<TransferState> = new Set([
  "done",
  "declined",
  "cancelled",
  "failed",
]);

/** What its receiver may mend, and then accept it again; what is here of it is kept. */
const mendableCodes = ["noSpace", "unwritable", "corrupt", "versionUnsupported"] as const;
type MendableCode = typeof mendableCodes[number];

/** Whether its receiver may mend this, and then accept the transfer again. */
export function isMendable(code: TransferErrorCode | undefined): code is MendableCode {
  return mendableCodes.some((mendable) => mendable === code);
}

/**
 * One transfer in this run of the program, whichever side of it is ours: its record is kept, and its user is told of
 * its state.
 */
export class Transfer {
  /** Bytes of content, as in {@linkcode TransferStatus}. */
  bytes = 0;
  /** Why it has failed, or waits. */
  failure: TransferErrorCode | undefined;
  /** Where what was received stands. */
  paths: readonly string[] | undefined;
  /** What isn't sent of what was named. */
  leftOut: readonly string[] | undefined;
  /** Whether the other end has heard of it, or is about to. */
  isOffered: boolean;
  /** Where its receiver is ready, until we, its sender, try there. */
  ready: readonly DirectAddress[] | undefined;
  /** What is under way; never fails. */
  running: Promise<void> = Promise.resolve();

  readonly #options: TransferOptions;
  #record: TransferRecord;
  #state: TransferState;
  #toldAt = -Infinity;
  #stopping = new AbortController();

  constructor(record: TransferRecord, state: TransferState, options: TransferOptions) {
    this.#record = record;
    this.#state = state;
    this.#options = options;
    this.isOffered = state !== "preparing";
  }

  get record(): TransferRecord {
    return this.#record;
  }

  get state(): TransferState {
    return this.#state;
  }

  /** As its user sees it. */
  get status(): TransferStatus {
    const { number, direction, peer, offered: { kind, name, others, files, size } } = this.#record;
    const offered = { name: safeName(name), entryKind: kind, others, files, size };
    const { state, bytes, failure, paths, leftOut } = this;
    return { number, direction, peer, ...offered, state, bytes, failure, paths, leftOut };
  }

  /** Aborts what is under way, once it is stopped. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Whether it has failed of what we, its receiver, may mend. */
  get isToBeMended(): boolean {
    return this.#state === "failed" && this.#record.direction === "in" && isMendable(this.failure);
  }

  /** Whether nothing can follow any more. */
  get isOver(): boolean {
    return finalStates.has(this.#state) && !this.isToBeMended;
  }

  /** How attempts to move its content are followed. */
  get hooks(): AttemptHooks {
    return {
      signal: this.signal,
      onConnected: () => this.change("moving"),
      onProgress: (bytes) => this.progress(bytes),
      onInterrupted: () => this.change("waiting"),
    };
  }

  // ------------------------------------------------------------------------------------------ its record

  /**
   * Changes its record, in the store too.
   *
   * @throws {ChatError} `storeUnusable`, and the client is over
   */
  keep(fields: Partial<TransferRecord>): void {
    this.#record = { ...this.#record, ...fields };
    this.#options.records.put(this.#record);
  }

  /**
   * Removes its record from the store: no later run goes on with it.
   *
   * @throws {ChatError} `storeUnusable`, and the client is over
   */
  forget(): void {
    this.#options.records.delete(this.#record);
  }

  // ------------------------------------------------------------------------------------------- its state

  /** Changes its state, unless it is final. */
  change(state: TransferState): void {
    if (!finalStates.has(this.#state)) this.#become(state);
  }

  /** Tells of progress, though not of every bit of it. */
  progress(bytes: number): void {
    if (finalStates.has(this.#state)) return;
    this.bytes = bytes;
    if (this.#options.clock.now() - this.#toldAt >= transferEventMs) this.#tell();
  }

  /** All of it is there, whatever failed on the way. */
  complete(): void {
    this.failure = undefined;
    this.bytes = this.#record.offered.size;
    this.change("done");
  }

  /** Waits anew, after it has failed too. */
  restart(): void {
    this.failure = undefined;
    this.#stopping = new AbortController();
    this.#become("waiting");
  }

  /** Does something once what is under way is over. */
  run(act: () => Promise<void>): void {
    this.running = this.running.then(act).catch((error) => {
      if (!(error instanceof ChatError)) this.#options.onFault(error);
    });
  }

  /** Breaks off what is under way; its state stays as it is. */
  stop(): void {
    this.#stopping.abort();
  }

  /**
   * Ends it for good, whatever is under way, unless it is done meanwhile; then `cleanUp` removes what has come of it.
   *
   * @throws {ChatError} `storeUnusable`, and the client is over
   */
  async end(state: "declined" | "cancelled", cleanUp?: () => Promise<void>): Promise<void> {
    if (this.isOver) return;
    this.stop();
    this.forget();
    await this.running;
    if (this.isOver) return;
    if (cleanUp) await cleanUp();
    this.#become(state); // from failed, too
  }

  #become(state: TransferState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    this.#toldAt = this.#options.clock.now();
    this.#options.emit({ kind: "transfer", transfer: this.status });
  }
}
