import type { TransferId } from "../codec/mod.ts";
import { maxTransfersRemembered } from "../limits.ts";
import { ChatError } from "./event.ts";
import { Transfer, type TransferOptions } from "./transfer.ts";
import type { TransferRecord } from "./transfer_records.ts";
import type { TransferState } from "./transfer_status.ts";

export interface TransferTableOptions extends TransferOptions {
  /** Told of what is in its place already, where the run that put it there couldn't say so. */
  readonly onArrived: (record: TransferRecord) => void;
}

/** The transfers of this run of the program, and what earlier runs have left of theirs. */
export class TransferTable {
  readonly #options: TransferTableOptions;
  readonly #transfers = new Map<string, Transfer>();
  #newestNumber = 0;
  #hasLoaded = false;

  constructor(options: TransferTableOptions) {
    this.#options = options;
  }

  /** In the order in which this run has learned of them. */
  get all(): Transfer[] {
    return [...this.#transfers.values()];
  }

  /** Takes up what earlier runs, or another process, have left: their numbers are taken. */
  load(): void {
    this.#hasLoaded = true;
    for (const record of this.#options.records.all()) {
      if (record.isArrived) this.#options.onArrived(record);
      else if (!this.has(record.transferId)) this.#restore(record);
    }
  }

  has(transferId: TransferId): boolean {
    return this.#transfers.has(transferId.toHex());
  }

  /** A transfer of this run, or of an earlier one or another process that has kept it. */
  get(transferId: TransferId): Transfer | undefined {
    if (!this.#hasLoaded) this.load();
    const known = this.#transfers.get(transferId.toHex());
    const record = known ? undefined : this.#options.records.get(transferId);
    return record ? this.#restore(record) : known;
  }

  /**
   * The one that suits, by its number or as the only one.
   *
   * @throws {ChatError} `noSuchTransfer`, or `whichTransfer` where several suit
   */
  find(number: number | undefined, suits: (transfer: Transfer) => boolean): Transfer {
    const suiting = this.all.filter(suits);
    const found = number === undefined
      ? suiting.length === 1 ? suiting[0] : undefined
      : suiting.find(({ record }) => record.number === number);
    if (!found) throw new ChatError(suiting.length > 1 ? "whichTransfer" : "noSuchTransfer");
    return found;
  }

  /** By which a user is going to call the next one. */
  nextNumber(): number {
    return ++this.#newestNumber;
  }

  add(record: TransferRecord, state: TransferState): Transfer {
    const transfer = new Transfer(record, state, this.#options);
    this.#newestNumber = Math.max(this.#newestNumber, record.number);
    this.#transfers.set(record.transferId.toHex(), transfer);
    if (this.#transfers.size > maxTransfersRemembered) this.#forgetOldest();
    return transfer;
  }

  /** Forgets the oldest that is over, if one is: whoever offers and cancels without end must not fill the memory. */
  #forgetOldest(): void {
    const oldest = this.#transfers.values().find(({ isOver }) => isOver);
    if (oldest) this.remove(oldest);
  }

  /** Takes it away, as if it had never been. */
  remove({ record }: Transfer): void {
    this.#transfers.delete(record.transferId.toHex());
  }

  #restore(record: TransferRecord): Transfer {
    return this.add(record, record.isAccepted ? "waiting" : "offered");
  }
}
