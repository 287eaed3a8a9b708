import type { Clock } from "../clock.ts";
import type { Body, Text } from "../codec/mod.ts";
import type { Write } from "../transfer/mod.ts";
import type { ClientEvent } from "./event.ts";
import { IncomingTransfers, isAcceptable } from "./incoming_transfers.ts";
import { nameKeyOf } from "./name_key.ts";
import { OutgoingTransfers } from "./outgoing_transfers.ts";
import type { ClientStore } from "./store.ts";
import type { Transfer } from "./transfer.ts";
import { type Negotiate, TransferAttempts } from "./transfer_attempts.ts";
import { TransferRecords } from "./transfer_records.ts";
import type { TransferStatus } from "./transfer_status.ts";
import { TransferTable } from "./transfer_table.ts";
import type { TransferWays } from "./transfer_ways.ts";

export interface TransfersOptions {
  readonly clock: Clock;
  readonly store: ClientStore;
  readonly ways: TransferWays;
  readonly isPresent: (name: string) => boolean;
  readonly negotiate: Negotiate;
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

/**
 * The files that members send each other: offered and answered in private messages, moved over connections of their
 * own, and gone on with after whatever breaks.
 */
export class Transfers {
  readonly #attempts: TransferAttempts;
  readonly #table: TransferTable;
  readonly #outgoing: OutgoingTransfers;
  readonly #incoming: IncomingTransfers;
  #discarding: Promise<void> | undefined;

  constructor(options: TransfersOptions) {
    const { clock, store, emit, onFault } = options;
    const records = new TransferRecords(store, onFault);
    const attempts = new TransferAttempts(options);
    const table = new TransferTable({
      ...{ clock, records, emit, onFault },
      onArrived: (record) => this.#incoming.tellArrived(record),
    });
    this.#attempts = attempts;
    this.#table = table;
    this.#outgoing = new OutgoingTransfers({ ...options, table, attempts });
    this.#incoming = new IncomingTransfers({ ...options, table, records, attempts });
  }

  /** Goes on with what the last run has left, once we are in the room. */
  resume(): void {
    this.#table.load();
    for (const transfer of this.#table.all) {
      if (transfer.record.direction === "in") this.#incoming.resume(transfer);
    }
    this.#discarding = this.#incoming.discardAbandoned();
  }

  /** All of this run, the oldest first. */
  get statuses(): TransferStatus[] {
    return this.#table.all.map(({ status }) => status).toSorted((a, b) => a.number - b.number);
  }

  /** Breaks off what is under way, to be gone on with by the next start; resolves when nothing is. */
  async close(): Promise<void> {
    this.#attempts.close();
    for (const transfer of this.#table.all) {
      if (transfer.state === "preparing") transfer.stop();
    }
    await Promise.all([this.#discarding, ...this.#table.all.map(({ running }) => running)]);
  }

  /** @see Client.offer */
  offer(to: string, paths: readonly string[]): Promise<TransferStatus> {
    return this.#outgoing.offer(to, paths);
  }

  /** @see Client.acceptTransfer */
  async accept(number: number | undefined, directory?: string): Promise<void> {
    await this.#incoming.accept(this.#table.find(number, isAcceptable), directory);
  }

  /** @see Client.cancelTransfer */
  async cancel(number: number | undefined): Promise<void> {
    const transfer = this.#table.find(number, ({ isOver }) => !isOver);
    await this.#sideOf(transfer).cancel(transfer);
  }

  /** Takes what a member says of files; resolves once it is kept. */
  async receive(
    from: string,
    body: Exclude<Body, Text>,
    authenticity: "signed" | "newKey",
  ): Promise<void> {
    const transfer = this.#table.get(body.transferId);
    const isTheirs = transfer && nameKeyOf(transfer.record.peer) === nameKeyOf(from);
    if (body.kind === "offer") {
      if (!transfer) return await this.#incoming.receiveOffer(from, body, authenticity);
      // what comes again wasn't seen to its end
      const isOpen = isTheirs && transfer.record.direction === "in" && transfer.state === "offered";
      return isOpen ? await this.#incoming.present(transfer, authenticity) : undefined;
    }
    if (isTheirs && (authenticity === "signed" || transfer.record.hasNewKey)) {
      return await this.#sideOf(transfer).receive(transfer, body);
    }
    if (body.kind === "accept") this.#outgoing.refuse(from, body.transferId);
  }

  #sideOf({ record }: Transfer): OutgoingTransfers | IncomingTransfers {
    return record.direction === "out" ? this.#outgoing : this.#incoming;
  }
}
