import { resolve } from "node:path";
import type { Clock } from "../clock.ts";
import type { Body, Offer, Text } from "../codec/mod.ts";
import { abandonedTransferMs, freeSpaceReserveBytes, maxUnansweredOffers } from "../limits.ts";
import {
  discardAbandoned,
  FileSink,
  type FileSinkOptions,
  freeBytes,
  TransferError,
  type Write,
} from "../transfer/mod.ts";
import { ChatError, type ClientEvent } from "./event.ts";
import { nameKeyOf } from "./name_key.ts";
import { isMendable, type Transfer } from "./transfer.ts";
import type { Negotiate, TransferAttempts } from "./transfer_attempts.ts";
import type { TransferRecord, TransferRecords } from "./transfer_records.ts";
import type { TransferTable } from "./transfer_table.ts";

export interface IncomingTransfersOptions {
  readonly clock: Clock;
  readonly table: TransferTable;
  readonly records: TransferRecords;
  readonly attempts: TransferAttempts;
  readonly negotiate: Negotiate;
  /** Emits an event, and resolves once somebody has seen it, or nobody will. */
  readonly show: (event: ClientEvent) => Promise<unknown>;
  /** Whether files of this member are accepted without asking. */
  readonly acceptsFrom: (name: string) => boolean;
  /** Where files go unless their user says otherwise. */
  readonly downloads: string;
  /** How content is written; tests fill disks with it. */
  readonly write?: Write;
}

/**
 * The receiver's side of transfers.
 *
 * ```
 * offer ▶ present ───▶ accept ───▶ receive ───▶ settle ───▶ tell that it arrived
 *            │           ▲            │
 *            ▼           └─ mended ───┤ an error
 *         decline                     ▼
 *                                  decline
 * ```
 */
export class IncomingTransfers {
  readonly #options: IncomingTransfersOptions;

  constructor(options: IncomingTransfersOptions) {
    this.#options = options;
  }

  /** Takes an offer that is new to us; resolves once it is kept. */
  async receiveOffer(
    from: string,
    offer: Offer,
    authenticity: "signed" | "newKey",
  ): Promise<void> {
    const { table, records, negotiate } = this.#options;
    const { fileKey, digest, name, entryKind, others, files, size } = offer;
    const transferId = offer.transferId.slice();
    const unanswered = table.all.filter(({ record, state }) =>
      record.direction === "in" && state === "offered" &&
      nameKeyOf(record.peer) === nameKeyOf(from)
    );
    if (unanswered.length >= maxUnansweredOffers) {
      negotiate(from, { kind: "decline", transferId, reason: "declined" }).catch(() => {});
      return;
    }
    const record: TransferRecord = {
      number: table.nextNumber(),
      direction: "in",
      ...{ transferId, fileKey: fileKey.slice(), digest: digest.slice() },
      peer: from,
      offered: { name, kind: entryKind, others, files, size },
      hasNewKey: authenticity === "newKey",
      isAccepted: false,
      isArrived: false,
      paths: [],
      manifestDigest: new Uint8Array(),
      directory: "",
    };
    records.put(record);
    await this.present(table.add(record, "offered"), authenticity);
  }

  /** Shows an offer to its user, and accepts it where it need not be asked about. */
  async present(transfer: Transfer, authenticity: "signed" | "newKey"): Promise<void> {
    const { show, acceptsFrom } = this.#options;
    await show({ kind: "offered", transfer: transfer.status, authenticity });
    if (authenticity !== "signed" || !acceptsFrom(transfer.record.peer)) return;
    if (!isAcceptable(transfer)) return; // it was answered, or taken back, meanwhile
    await this.accept(transfer).catch((error) => {
      if (error instanceof TransferError) this.#fail(transfer, error);
      else if (!(error instanceof ChatError)) throw error; // its user was faster
    });
  }

  /** Takes what the sender says of a transfer that it has offered; resolves once it is kept. */
  async receive(transfer: Transfer, { kind }: Exclude<Body, Text | Offer>): Promise<void> {
    if (kind === "cancel") await transfer.end("cancelled", () => discard(transfer.record));
  }

  // ------------------------------------------------------------------------------------ what its user says

  /**
   * Accepts what {@linkcode isAcceptable}; resolves once receiving has begun.
   *
   * @throws {TransferError} `noSpace`
   * @throws {ChatError} `noSuchTransfer` where it was ended meanwhile
   */
  async accept(transfer: Transfer, directory = this.#options.downloads): Promise<void> {
    const absolute = resolve(directory);
    const { directory: earlier, offered: { size } } = transfer.record;
    if (earlier === "") { // later, only what is missing needs room: the sink sees to that
      const free = await freeBytes(absolute);
      if (free !== undefined && free < size + freeSpaceReserveBytes) {
        throw new TransferError("noSpace", "the disk has less room than that");
      }
    }
    if (!isAcceptable(transfer) || this.#options.attempts.isClosed) {
      throw new ChatError("noSuchTransfer");
    }
    const abandoned = earlier !== "" && earlier !== absolute ? transfer.record : undefined;
    transfer.keep({ isAccepted: true, directory: absolute });
    this.#start(transfer, abandoned);
  }

  /** @see Client.cancelTransfer */
  async cancel(transfer: Transfer): Promise<void> {
    const { state, record: { peer, transferId, isAccepted } } = transfer;
    const isAnswer = !isAccepted && state === "offered";
    await transfer.end(isAnswer ? "declined" : "cancelled", () => discard(transfer.record));
    if (transfer.state === "done") return; // it was too late
    await this.#options.negotiate(peer, { kind: "decline", transferId, reason: "declined" });
  }

  // ------------------------------------------------------------------------------------------- receiving

  /** Goes on with what an earlier run has begun. */
  resume(transfer: Transfer): void {
    const { record, state, signal } = transfer;
    if (record.isAccepted && state === "waiting" && !signal.aborted) this.#start(transfer);
  }

  /** Removes what a client that was killed, or kept nothing, has left where files go; what can't be removed stays. */
  async discardAbandoned(): Promise<void> {
    const { table, downloads, clock } = this.#options;
    const known = table.all.map(({ record }) => record.transferId.toHex());
    await discardAbandoned(downloads, known, abandonedTransferMs, clock.wallTime()).catch(() => {});
  }

  #start(transfer: Transfer, abandoned?: TransferRecord): void {
    transfer.restart();
    transfer.run(async () => {
      if (abandoned) await discard(abandoned);
      await this.#receiveContent(transfer);
    });
  }

  async #receiveContent(transfer: Transfer): Promise<void> {
    const { attempts, write } = this.#options;
    const { record, signal: stopping } = transfer;
    let sink: FileSink | undefined;
    let isSettled = false;
    const onSettled = () => {
      this.#settle(transfer);
      isSettled = true;
      this.tellArrived(transfer.record);
    };
    const onCheck = (bytes: number) => transfer.progress(bytes);
    const options = { onSettled, onCheck, ...write ? { write } : {} };
    try {
      await attempts.receive(
        record,
        (signal) => sink = sinkOf(record, { signal, ...options }),
        transfer.hooks,
      );
    } catch (error) {
      if (!isSettled) {
        if (attempts.isClosed || stopping.aborted) return;
        this.#fail(transfer, error);
        if (transfer.isOver) await discard(record);
        return;
      } // it was broken off too late
    }
    if (sink && sink.saved.length > 0) transfer.paths = sink.saved; // a run that was killed may have given the names
    transfer.complete();
  }

  /** All is in its place. Killed before this is kept, we ask for it again, and find that all is here. */
  #settle(transfer: Transfer): void {
    if (this.#options.attempts.isClosed) {
      throw new TransferError("interrupted", "the program ends");
    }
    transfer.keep({ isArrived: true });
  }

  /** The sender hears it in a letter too, since the stream may break before it has: it would wait for ever. */
  tellArrived(record: TransferRecord): void {
    const { table, records, negotiate } = this.#options;
    const { peer, transferId } = record;
    negotiate(peer, { kind: "arrived", transferId }).catch(() => {});
    records.delete(record);
    if (!table.has(transferId)) void discard(record); // killed before it was
  }

  /** What may yet be mended is kept, and its user may accept it again. */
  #fail(transfer: Transfer, error: unknown): void {
    if (transfer.isOver) return;
    const { code, isFromPeer } = TransferError.from(error);
    const { peer, transferId } = transfer.record;
    transfer.failure = code;
    if (isMendable(code)) transfer.keep({ isAccepted: false });
    else transfer.forget();
    transfer.change(code === "cancelled" ? "cancelled" : "failed");
    if (isFromPeer) return;
    const reason = isMendable(code) || code === "tooLarge" ? code : "failed";
    this.#options.negotiate(peer, { kind: "decline", transferId, reason }).catch(() => {});
  }
}

/** Whether its user may say yes: for the first time, or again. */
export function isAcceptable({ record, state, signal, isToBeMended }: Transfer): boolean {
  return record.direction === "in" && !signal.aborted && (state === "offered" || isToBeMended);
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
