import { createHash, randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { Clock } from "../clock.ts";
import type { Accept, Body, Decline, Offer, Text, TransferId } from "../codec/mod.ts";
import {
  fileKeyBytes,
  freeSpaceReserveBytes,
  maxUnansweredOffers,
  transferEventMs,
  transferIdBytes,
} from "../limits.ts";
import {
  FileSink,
  type FileSinkOptions,
  type FileSource,
  freeBytes,
  openSource,
  safeName,
  SourceError,
  TransferError,
  type TransferErrorCode,
  type Write,
} from "../transfer/mod.ts";
import { ChatError, type ClientEvent } from "./event.ts";
import { nameKeyOf } from "./name_key.ts";
import { type ClientStore, StoreError } from "./store.ts";
import { type AttemptHooks, TransferAttempts } from "./transfer_attempts.ts";
import { type TransferRecord, TransferRecords } from "./transfer_records.ts";
import type { TransferState, TransferStatus } from "./transfer_status.ts";
import type { TransferWays } from "./transfer_ways.ts";

export interface TransfersOptions {
  readonly clock: Clock;
  readonly store: ClientStore;
  readonly ways: TransferWays;
  readonly isPresent: (name: string) => boolean;
  readonly negotiate: (to: string, body: Exclude<Body, Text>) => Promise<unknown>;
  readonly emit: (event: ClientEvent) => void;
  /** Emits an event, and resolves once somebody has seen it, or nobody will. */
  readonly show: (event: ClientEvent) => Promise<unknown>;
  /** Whether files of this member are accepted without asking. */
  readonly acceptsFrom: (name: string) => boolean;
  /** Where files go unless their user says otherwise. */
  readonly downloads: string;
  /** Told of what the client can't go on from, such as a store that can't be written. */
  readonly onFault: (error: unknown) => void;
  /** How content is written; tests fill disks with it. */
  readonly write?: Write;
}

/** A transfer in this run of the program. */
interface Transfer {
  record: TransferRecord;
  state: TransferState;
  bytes: number;
  failure: TransferErrorCode | undefined;
  paths: readonly string[] | undefined;
  toldAt: number;
  /** Whether the other end has heard of it, or is about to. */
  isOffered: boolean;
  /** All is here, verified and in its place. */
  isSettled: boolean;
  /** Where its receiver is ready, until its sender tries there. */
  ready: Accept["addresses"] | undefined;
  /** Stops what is under way. */
  stopping: AbortController;
  /** What is under way; never fails. */
  running: Promise<void>;
}

const nothing = new Uint8Array();

/** States from which nothing follows by itself. */
const finalStates: ReadonlySet<TransferState> = new Set([
  "done",
  "declined",
  "cancelled",
  "failed",
]);

/** What its receiver may mend, and then accept it again; what is here of it is kept. */
const mendableCodes = ["noSpace", "unwritable", "corrupt"] as const;
type MendableCode = typeof mendableCodes[number];

/**
 * The files that members send each other: offered and answered in private messages, moved over connections of their
 * own, and gone on with after whatever breaks.
 */
export class Transfers {
  readonly #options: TransfersOptions;
  readonly #records: TransferRecords;
  readonly #attempts: TransferAttempts;
  readonly #transfers = new Map<string, Transfer>();
  #newestNumber = 0;
  #hasLoaded = false;
  #isClosed = false;

  constructor(options: TransfersOptions) {
    this.#options = options;
    this.#records = new TransferRecords(options.store);
    this.#attempts = new TransferAttempts(options);
  }

  /** Goes on with what the last run has left, once we are in the room. */
  resume(): void {
    this.#load();
    for (const transfer of this.#transfers.values()) {
      const { record, state, stopping } = transfer;
      const isBegun = record.direction === "in" && record.isAccepted && state === "waiting";
      if (isBegun && !stopping.signal.aborted) this.#startReceiving(transfer);
    }
  }

  /** All of this run, the oldest first. */
  get statuses(): TransferStatus[] {
    return [...this.#transfers.values()].map(statusOf).toSorted((a, b) => a.number - b.number);
  }

  /** Breaks off what is under way, to be gone on with by the next start; resolves when nothing is. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#attempts.close();
    for (const { state, stopping } of this.#transfers.values()) {
      if (state === "preparing") stopping.abort();
    }
    await Promise.all([...this.#transfers.values()].map(({ running }) => running));
  }

  /** Takes up what earlier runs have left. */
  #load(): void {
    this.#hasLoaded = true;
    for (const record of this.#records.all()) {
      if (record.isArrived) this.#tellArrived(record);
      else this.#known(record.transferId, record);
    }
  }

  /** A transfer of this run, or of an earlier one or another process that has kept it. */
  #known(
    transferId: TransferId,
    record = this.#records.get(transferId),
  ): Transfer | undefined {
    const known = this.#transfers.get(transferId.toHex());
    if (known || !record) return known;
    return this.#add(record, record.isAccepted ? "waiting" : "offered");
  }

  // ---------------------------------------------------------------------------------- what users ask

  /** @see Client.offer */
  async offer(to: string, paths: readonly string[]): Promise<TransferStatus> {
    const absolute = paths.map((path) => resolve(path));
    const source = await openSource(absolute);
    if (this.#isClosed) throw new ChatError("closed");
    this.#load(); // numbers that are taken
    const transfer = this.#add({
      number: ++this.#newestNumber,
      direction: "out",
      transferId: new Uint8Array(randomBytes(transferIdBytes)),
      fileKey: new Uint8Array(randomBytes(fileKeyBytes)),
      digest: nothing,
      peer: to,
      offered: source.summary,
      isAccepted: false,
      isArrived: false,
      paths: absolute,
      manifestDigest: digestOf(source.manifest),
      directory: "",
    }, "preparing");
    try {
      await this.#prepare(transfer, source);
      await this.#propose(transfer);
      return statusOf(transfer);
    } catch (error) {
      const wasStopped = transfer.stopping.signal.aborted;
      if (!wasStopped) this.#transfers.delete(transfer.record.transferId.toHex());
      if (this.#isClosed) throw new ChatError("closed", { cause: error });
      if (wasStopped) throw new TransferError("cancelled", "it was cancelled", { cause: error });
      throw error;
    }
  }

  async #prepare(transfer: Transfer, source: FileSource): Promise<void> {
    const { signal } = transfer.stopping;
    const onProgress = (bytes: number) => this.#progress(transfer, bytes);
    const digesting = source.digest({ onProgress, signal });
    transfer.running = digesting.then(() => {}, () => {});
    try {
      transfer.record = { ...transfer.record, digest: await digesting };
      signal.throwIfAborted();
    } finally {
      source.close();
    }
  }

  async #propose(transfer: Transfer): Promise<void> {
    const { record } = transfer;
    const { transferId, fileKey, digest, peer, offered: { kind: entryKind, ...summary } } = record;
    transfer.isOffered = true;
    const told = this.#options.negotiate(peer, {
      kind: "offer",
      ...{ transferId, fileKey, digest, entryKind, ...summary },
    });
    told.catch(() => {});
    this.#put(record); // beside the letter, which is in the outbox by now
    try {
      await told;
    } catch (error) {
      if (!this.#isClosed) this.#forget(record);
      throw error;
    }
    if (transfer.state !== "preparing") return; // it was answered, or cancelled, meanwhile
    transfer.bytes = 0;
    this.#change(transfer, "offered");
  }

  /** @see Client.acceptTransfer */
  async accept(number: number | undefined, directory = this.#options.downloads): Promise<void> {
    const transfer = this.#find(number, isAcceptable);
    const absolute = resolve(directory);
    const { directory: earlier, offered: { size } } = transfer.record;
    if (earlier === "") { // later, only what is missing needs room: the sink sees to that
      const free = await freeBytes(absolute);
      if (free !== undefined && free < size + freeSpaceReserveBytes) {
        throw new TransferError("noSpace", "the disk has less room than that");
      }
    }
    if (!isAcceptable(transfer) || this.#isClosed) throw new ChatError("noSuchTransfer");
    const abandoned = earlier !== "" && earlier !== absolute ? transfer.record : undefined;
    this.#keep(transfer, { isAccepted: true, directory: absolute });
    this.#startReceiving(transfer, abandoned);
  }

  /** @see Client.cancelTransfer */
  async cancel(number: number | undefined): Promise<void> {
    const transfer = this.#find(number, (transfer) => !isOver(transfer));
    const { record: { direction, transferId, peer, isAccepted }, isOffered } = transfer;
    const isAnswer = direction === "in" && !isAccepted && transfer.state === "offered";
    await this.#end(transfer, isAnswer ? "declined" : "cancelled");
    if (!isOffered || transfer.state === "done") return; // nobody knows, or it was too late
    await this.#options.negotiate(
      peer,
      direction === "out"
        ? { kind: "cancel", transferId }
        : { kind: "decline", transferId, reason: "declined" },
    );
  }

  #find(number: number | undefined, suits: (transfer: Transfer) => boolean): Transfer {
    const suiting = [...this.#transfers.values()].filter(suits);
    const found = number === undefined
      ? suiting.length === 1 ? suiting[0] : undefined
      : suiting.find(({ record }) => record.number === number);
    if (!found) throw new ChatError(suiting.length > 1 ? "whichTransfer" : "noSuchTransfer");
    return found;
  }

  // ------------------------------------------------------------------------------- what others tell us

  /** Takes what a member says of files; resolves once it is kept. */
  async receive(
    from: string,
    body: Exclude<Body, Text>,
    authenticity: "signed" | "newKey",
  ): Promise<void> {
    if (!this.#hasLoaded) this.#load();
    const transfer = this.#known(body.transferId);
    const isTheirs = transfer && nameKeyOf(transfer.record.peer) === nameKeyOf(from);
    if (body.kind === "offer") {
      if (!transfer) return await this.#receiveOffer(from, body, authenticity);
      // what comes again wasn't seen to its end
      const isOpen = isTheirs && transfer.record.direction === "in" && transfer.state === "offered";
      return isOpen ? await this.#present(transfer, authenticity) : undefined;
    }
    if (!isTheirs || authenticity !== "signed") return this.#refuseUnknown(from, body);
    switch (body.kind) {
      case "accept":
        return this.#receiveAccept(transfer, body);
      case "decline":
        return await this.#receiveDecline(transfer, body);
      case "cancel":
        if (transfer.record.direction === "in") await this.#end(transfer, "cancelled");
        return;
      case "arrived":
        return this.#receiveArrived(transfer);
      default:
        return body satisfies never;
    }
  }

  /** Who waits for something that we know nothing of need not wait any longer. */
  #refuseUnknown(
    from: string,
    { kind, transferId }: { kind: string; transferId: TransferId },
  ): void {
    if (kind !== "accept") return;
    this.#options.negotiate(from, { kind: "cancel", transferId }).catch(() => {});
  }

  async #receiveOffer(
    from: string,
    offer: Offer,
    authenticity: "signed" | "newKey",
  ): Promise<void> {
    const { fileKey, digest, name, entryKind, others, files, size } = offer;
    const transferId = offer.transferId.slice();
    const unanswered = [...this.#transfers.values()].filter(({ record, state }) =>
      record.direction === "in" && state === "offered" &&
      nameKeyOf(record.peer) === nameKeyOf(from)
    );
    if (unanswered.length >= maxUnansweredOffers) {
      const decline = { kind: "decline", transferId, reason: "declined" } as const;
      this.#options.negotiate(from, decline).catch(() => {});
      return;
    }
    const record: TransferRecord = {
      number: ++this.#newestNumber,
      direction: "in",
      ...{ transferId, fileKey: fileKey.slice(), digest: digest.slice() },
      peer: from,
      offered: { name, kind: entryKind, others, files, size },
      isAccepted: false,
      isArrived: false,
      paths: [],
      manifestDigest: nothing,
      directory: "",
    };
    this.#put(record);
    await this.#present(this.#add(record, "offered"), authenticity);
  }

  async #present(transfer: Transfer, authenticity: "signed" | "newKey"): Promise<void> {
    const { number, peer } = transfer.record;
    await this.#options.show({ kind: "offered", transfer: statusOf(transfer), authenticity });
    if (authenticity !== "signed" || !this.#options.acceptsFrom(peer)) return;
    await this.accept(number).catch((error) => {
      if (error instanceof TransferError) this.#fail(transfer, error);
      else if (!(error instanceof ChatError)) throw error; // its user was faster
    });
  }

  #receiveAccept(transfer: Transfer, { addresses }: Accept): void {
    const { record, state } = transfer;
    if (record.direction !== "out") return;
    if (finalStates.has(state)) {
      return this.#refuseUnknown(record.peer, { kind: "accept", ...record });
    }
    if (!record.isAccepted) this.#keep(transfer, { isAccepted: true });
    transfer.ready = addresses;
    this.#run(transfer, () => this.#sendWhileReady(transfer));
  }

  async #receiveDecline(transfer: Transfer, { reason }: Decline): Promise<void> {
    if (transfer.record.direction !== "out" || isOver(transfer)) return;
    if (reason === "declined") {
      return await this.#end(transfer, transfer.record.isAccepted ? "cancelled" : "declined");
    }
    const message = "its receiver can't take it";
    this.#fail(transfer, new TransferError(reason, message, { isFromPeer: true }));
  }

  /** Its last word over the transfer's own stream may be lost. */
  #receiveArrived(transfer: Transfer): void {
    const { record } = transfer;
    if (record.direction !== "out" || !record.isAccepted) return;
    this.#forget(record);
    transfer.bytes = record.offered.size;
    this.#change(transfer, "done");
  }

  // ------------------------------------------------------------------------------------ moving content

  #startReceiving(transfer: Transfer, abandoned?: TransferRecord): void {
    transfer.failure = undefined;
    transfer.stopping = new AbortController();
    transfer.state = "waiting"; // from failed, too
    this.#tell(transfer);
    this.#run(transfer, async () => {
      if (abandoned) await discard(abandoned);
      await this.#receive(transfer);
    });
  }

  async #receive(transfer: Transfer): Promise<void> {
    const { record, stopping } = transfer;
    let sink: FileSink | undefined;
    const onSettled = () => this.#settle(transfer);
    const onCheck = (bytes: number) => this.#progress(transfer, bytes);
    const { write } = this.#options;
    const options = { onSettled, onCheck, ...write ? { write } : {} };
    try {
      await this.#attempts.receive(
        record,
        (signal) => sink = sinkOf(record, { signal, ...options }),
        this.#hooksOf(transfer),
      );
    } catch (error) {
      if (!transfer.isSettled) {
        if (this.#isClosed || stopping.signal.aborted) return;
        this.#fail(transfer, error);
        if (isOver(transfer)) await discard(record);
        return;
      } // it was broken off too late
    }
    transfer.paths = sink?.saved;
    transfer.bytes = record.offered.size;
    this.#change(transfer, "done");
  }

  /** All is in its place. Killed before this is kept, we ask for it again, and find that all is here. */
  #settle(transfer: Transfer): void {
    if (this.#isClosed) throw new TransferError("interrupted", "the program ends");
    this.#keep(transfer, { isArrived: true });
    transfer.isSettled = true;
    this.#tellArrived(transfer.record);
  }

  /** The sender hears it in a letter too, since the stream may break before it has: it would wait for ever. */
  #tellArrived(record: TransferRecord): void {
    const { peer, transferId } = record;
    this.#options.negotiate(peer, { kind: "arrived", transferId }).catch(() => {});
    this.#forget(record);
    if (!this.#transfers.has(transferId.toHex())) void discard(record); // killed before it was
  }

  /** Sends to where the receiver is ready, as long as it says that it is. */
  async #sendWhileReady(transfer: Transfer): Promise<void> {
    const { signal } = transfer.stopping;
    while (
      transfer.ready && !finalStates.has(transfer.state) && !signal.aborted && !this.#isClosed
    ) {
      const addresses = transfer.ready;
      transfer.ready = undefined;
      await this.#send(transfer, addresses);
    }
    transfer.ready = undefined;
  }

  async #send(transfer: Transfer, addresses: Accept["addresses"]): Promise<void> {
    const { record, stopping } = transfer;
    transfer.failure = undefined;
    this.#change(transfer, "waiting");
    try {
      const source = await openSource(record.paths);
      if (digestOf(source.manifest).toHex() !== record.manifestDigest.toHex()) {
        throw new TransferError("sourceChanged", "it isn't what was offered");
      }
      const isDone = await this.#attempts.send(record, source, addresses, this.#hooksOf(transfer));
      if (!isDone) return this.#change(transfer, "waiting");
      transfer.bytes = record.offered.size;
      this.#forget(record);
      this.#change(transfer, "done");
    } catch (error) {
      if (this.#isClosed || stopping.signal.aborted) return;
      const isGone = error instanceof SourceError;
      const cause = { cause: error };
      this.#fail(
        transfer,
        isGone ? new TransferError("sourceChanged", "it can't be read any more", cause) : error,
      );
    }
  }

  #hooksOf(transfer: Transfer): AttemptHooks {
    return {
      signal: transfer.stopping.signal,
      onConnected: () => this.#change(transfer, "moving"),
      onProgress: (bytes) => this.#progress(transfer, bytes),
      onInterrupted: () => this.#change(transfer, "waiting"),
    };
  }

  /** What may yet be mended is kept, and its receiver may accept it again. */
  #fail(transfer: Transfer, error: unknown): void {
    if (isOver(transfer)) return;
    const { code, isFromPeer } = TransferError.from(error);
    const { direction, transferId, peer } = transfer.record;
    transfer.failure = code;
    const isWaiting = isMendable(code) && direction === "out";
    if (!isMendable(code)) this.#forget(transfer.record);
    else if (direction === "in") this.#keep(transfer, { isAccepted: false });
    this.#change(transfer, isWaiting ? "waiting" : code === "cancelled" ? "cancelled" : "failed");
    if (isFromPeer) return;
    const reason = isMendable(code) || code === "tooLarge" ? code : "failed";
    const told = direction === "in"
      ? this.#options.negotiate(peer, { kind: "decline", transferId, reason })
      : this.#options.negotiate(peer, { kind: "cancel", transferId });
    told.catch(() => {});
  }

  /** Ends a transfer for good, whatever is under way, unless it is done meanwhile. */
  async #end(transfer: Transfer, state: "declined" | "cancelled"): Promise<void> {
    if (isOver(transfer)) return;
    transfer.stopping.abort();
    this.#forget(transfer.record);
    await transfer.running;
    if (isOver(transfer)) return;
    if (transfer.record.direction === "in") await discard(transfer.record);
    transfer.state = state; // from failed, too
    this.#tell(transfer);
  }

  // ----------------------------------------------------------------------------------------- book-keeping

  #add(record: TransferRecord, state: TransferState): Transfer {
    const transfer = {
      record,
      state,
      bytes: 0,
      failure: undefined,
      paths: undefined,
      toldAt: -Infinity,
      isOffered: state !== "preparing",
      isSettled: false,
      ready: undefined,
      stopping: new AbortController(),
      running: Promise.resolve(),
    };
    this.#newestNumber = Math.max(this.#newestNumber, record.number);
    this.#transfers.set(record.transferId.toHex(), transfer);
    return transfer;
  }

  /** Does something once what is under way is over. */
  #run(transfer: Transfer, act: () => Promise<void>): void {
    transfer.running = transfer.running.then(act).catch((error) => {
      if (!(error instanceof ChatError)) this.#options.onFault(error);
    });
  }

  #keep(transfer: Transfer, fields: Partial<TransferRecord>): void {
    transfer.record = { ...transfer.record, ...fields };
    this.#put(transfer.record);
  }

  #put(record: TransferRecord): void {
    this.#faulting(() => this.#records.put(record));
  }

  #forget(record: TransferRecord): void {
    this.#faulting(() => this.#records.delete(record));
  }

  /** @throws {ChatError} `storeUnusable`, and the client is over */
  #faulting(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#options.onFault(error);
      throw new ChatError("storeUnusable", { cause: error });
    }
  }

  #change(transfer: Transfer, state: TransferState): void {
    if (finalStates.has(transfer.state)) return;
    transfer.state = state;
    this.#tell(transfer);
  }

  #progress(transfer: Transfer, bytes: number): void {
    if (finalStates.has(transfer.state)) return;
    transfer.bytes = bytes;
    if (this.#options.clock.now() - transfer.toldAt >= transferEventMs) this.#tell(transfer);
  }

  #tell(transfer: Transfer): void {
    transfer.toldAt = this.#options.clock.now();
    this.#options.emit({ kind: "transfer", transfer: statusOf(transfer) });
  }
}

function isMendable(code: TransferErrorCode | undefined): code is MendableCode {
  return mendableCodes.some((mendable) => mendable === code);
}

/** Whether nothing can follow any more. */
function isOver({ state, failure, record: { direction } }: Transfer): boolean {
  return finalStates.has(state) &&
    !(state === "failed" && direction === "in" && isMendable(failure));
}

/** Whether its user may say yes: for the first time, or again. */
function isAcceptable(transfer: Transfer): boolean {
  const { record, state, stopping } = transfer;
  if (record.direction !== "in" || stopping.signal.aborted) return false;
  return state === "offered" || state === "failed" && !isOver(transfer);
}

function statusOf({ record, state, bytes, failure, paths }: Transfer): TransferStatus {
  const { number, direction, peer, offered: { kind, name, others, files, size } } = record;
  const offered = { name: safeName(name), entryKind: kind, others, files, size };
  return { number, direction, peer, ...offered, state, bytes, failure, paths };
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

function sinkOf(
  { directory, transferId, digest, offered }: TransferRecord,
  options: Partial<FileSinkOptions> = {},
): FileSink {
  const id = transferId.toHex();
  return new FileSink(directory, { id, digest, offered, maxSize: offered.size, ...options });
}

/** Removes what has come of a transfer; what can't be removed stays. */
async function discard(record: TransferRecord): Promise<void> {
  if (record.directory !== "") await sinkOf(record).discard().catch(() => {});
}
