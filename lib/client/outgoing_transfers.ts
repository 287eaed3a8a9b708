import { createHash, randomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { Accept, Body, Decline, Offer, Text, TransferId } from "../codec/mod.ts";
import { fileKeyBytes, transferIdBytes } from "../limits.ts";
import { type FileSource, openSource, SourceError, TransferError } from "../transfer/mod.ts";
import { ChatError } from "./event.ts";
import { isMendable, type Transfer } from "./transfer.ts";
import type { Negotiate, TransferAttempts } from "./transfer_attempts.ts";
import type { TransferTable } from "./transfer_table.ts";
import type { TransferStatus } from "./transfer_status.ts";

export interface OutgoingTransfersOptions {
  readonly table: TransferTable;
  readonly attempts: TransferAttempts;
  readonly negotiate: Negotiate;
}

/**
 * The sender's side of transfers.
 *
 * ```
 * sender                   receiver
 *   prepare
 *   offer   ─────────────▶
 *           ◀───────────── accept, anew whenever it is ready after a break; or decline
 *   send    ═════════════▶
 *           ◀───────────── arrived
 * ```
 */
export class OutgoingTransfers {
  readonly #options: OutgoingTransfersOptions;

  constructor(options: OutgoingTransfersOptions) {
    this.#options = options;
  }

  /** @see Client.offer */
  async offer(to: string, paths: readonly string[]): Promise<TransferStatus> {
    const { table, attempts } = this.#options;
    const absolute = paths.map((path) => resolve(path));
    const source = await openSource(absolute);
    if (attempts.isClosed) throw new ChatError("closed");
    table.load(); // numbers that are taken
    const transfer = table.add({
      number: table.nextNumber(),
      direction: "out",
      transferId: new Uint8Array(randomBytes(transferIdBytes)),
      fileKey: new Uint8Array(randomBytes(fileKeyBytes)),
      digest: new Uint8Array(), // until it is prepared
      peer: to,
      offered: source.summary,
      hasNewKey: false,
      isAccepted: false,
      isArrived: false,
      paths: absolute,
      manifestDigest: digestOf(source.manifest),
      directory: "",
    }, "preparing");
    transfer.leftOut = source.skipped.map(({ path }) => path);
    try {
      const digest = await this.#prepare(transfer, source);
      await this.#propose(transfer, digest);
      return transfer.status;
    } catch (error) {
      const wasStopped = transfer.signal.aborted;
      if (!wasStopped) table.remove(transfer);
      if (attempts.isClosed) throw new ChatError("closed", { cause: error });
      if (wasStopped) throw new TransferError("cancelled", "it was cancelled", { cause: error });
      throw error;
    }
  }

  /** Reads all that is offered; resolves to its digest. */
  async #prepare(transfer: Transfer, source: FileSource): Promise<Uint8Array> {
    const { signal } = transfer;
    const onProgress = (bytes: number) => transfer.progress(bytes);
    const digesting = source.digest({ onProgress, signal });
    transfer.running = digesting.then(() => {}, () => {});
    try {
      const digest = await digesting;
      signal.throwIfAborted();
      return digest;
    } finally {
      source.close();
    }
  }

  async #propose(transfer: Transfer, digest: Uint8Array): Promise<void> {
    const { transferId, fileKey, peer, offered } = transfer.record;
    const { kind: entryKind, ...summary } = offered;
    transfer.isOffered = true;
    const told = this.#options.negotiate(peer, {
      kind: "offer",
      ...{ transferId, fileKey, digest, entryKind, ...summary },
    });
    told.catch(() => {});
    transfer.keep({ digest }); // beside the letter, which is in the outbox by now
    try {
      await told;
    } catch (error) {
      if (!this.#options.attempts.isClosed) transfer.forget();
      throw error;
    }
    if (transfer.state !== "preparing") return; // it was answered, or cancelled, meanwhile
    transfer.bytes = 0;
    transfer.change("offered");
  }

  /** @see Client.cancelTransfer */
  async cancel(transfer: Transfer): Promise<void> {
    const { isOffered, record: { peer, transferId } } = transfer;
    await transfer.end("cancelled");
    if (!isOffered || transfer.state === "done") return; // nobody knows, or it was too late
    await this.#options.negotiate(peer, { kind: "cancel", transferId });
  }

  // ------------------------------------------------------------------------------- what its receiver says

  /** Takes what the receiver says of a transfer; resolves once it is kept. */
  async receive(transfer: Transfer, body: Exclude<Body, Text | Offer>): Promise<void> {
    switch (body.kind) {
      case "accept":
        return this.#receiveAccept(transfer, body);
      case "decline":
        return await this.#receiveDecline(transfer, body);
      case "arrived":
        return this.#receiveArrived(transfer);
      case "cancel":
        return; // that is ours to say
      default:
        return body satisfies never;
    }
  }

  /** Tells who waits for what we know nothing of, or what is over, that it need not wait any longer. */
  refuse(peer: string, transferId: TransferId): void {
    this.#options.negotiate(peer, { kind: "cancel", transferId }).catch(() => {});
  }

  #receiveAccept(transfer: Transfer, { addresses }: Accept): void {
    const { peer, transferId, isAccepted } = transfer.record;
    if (transfer.isOver) return this.refuse(peer, transferId);
    if (!isAccepted) transfer.keep({ isAccepted: true });
    transfer.ready = addresses;
    transfer.run(() => this.#sendWhileReady(transfer));
  }

  async #receiveDecline(transfer: Transfer, { reason }: Decline): Promise<void> {
    if (transfer.isOver) return;
    if (reason === "declined") {
      return await transfer.end(transfer.record.isAccepted ? "cancelled" : "declined");
    }
    const message = "its receiver can't take it";
    this.#fail(transfer, new TransferError(reason, message, { isFromPeer: true }));
  }

  /** Its last word over the transfer's own stream may be lost. */
  #receiveArrived(transfer: Transfer): void {
    if (!transfer.record.isAccepted) return;
    transfer.forget();
    transfer.complete();
  }

  // -------------------------------------------------------------------------------------------- sending

  /** Sends to where the receiver is ready, as long as it says that it is. */
  async #sendWhileReady(transfer: Transfer): Promise<void> {
    const { attempts } = this.#options;
    const { signal } = transfer;
    while (transfer.ready && !transfer.isOver && !signal.aborted && !attempts.isClosed) {
      const addresses = transfer.ready;
      transfer.ready = undefined;
      await this.#send(transfer, addresses);
    }
    transfer.ready = undefined;
  }

  async #send(transfer: Transfer, addresses: Accept["addresses"]): Promise<void> {
    const { attempts } = this.#options;
    const { record, signal } = transfer;
    transfer.failure = undefined;
    transfer.change("waiting");
    try {
      const source = await openSource(record.paths);
      if (digestOf(source.manifest).toHex() !== record.manifestDigest.toHex()) {
        throw new TransferError("sourceChanged", "it isn't what was offered");
      }
      const isDone = await attempts.send(record, source, addresses, transfer.hooks);
      if (!isDone) return transfer.change("waiting");
      transfer.forget();
      transfer.complete();
    } catch (error) {
      if (attempts.isClosed || signal.aborted) return;
      const isGone = error instanceof SourceError;
      const cause = { cause: error };
      this.#fail(
        transfer,
        isGone ? new TransferError("sourceChanged", "it can't be read any more", cause) : error,
      );
    }
  }

  /** What its receiver may yet mend waits to be accepted again. */
  #fail(transfer: Transfer, error: unknown): void {
    if (transfer.isOver) return;
    const { code, isFromPeer } = TransferError.from(error);
    const { peer, transferId } = transfer.record;
    transfer.failure = code;
    if (isMendable(code)) {
      transfer.change("waiting");
    } else {
      transfer.forget();
      transfer.change(code === "cancelled" ? "cancelled" : "failed");
    }
    if (!isFromPeer) this.#options.negotiate(peer, { kind: "cancel", transferId }).catch(() => {});
  }
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}
