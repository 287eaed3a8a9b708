import { maxLostRaces } from "../limits.ts";
import type { Summary } from "../transfer/mod.ts";
import { ChatError } from "./event.ts";
import { lostTooOften } from "./lost_too_often.ts";
import { type ClientStore, StoreError } from "./store.ts";

/** What has to be remembered of a transfer that isn't over. */
export interface TransferRecord {
  readonly number: number;
  readonly direction: "out" | "in";
  readonly transferId: Uint8Array;
  readonly fileKey: Uint8Array;
  readonly digest: Uint8Array;
  readonly peer: string;
  /** What was offered, as its sender says. */
  readonly offered: Summary;
  /** Whether the offer was signed with a key that its sender hadn't had before: who it is, is for the user to say. */
  readonly hasNewKey: boolean;
  readonly isAccepted: boolean;
  /** Whether all that is received is in its place: what is left is to say so. */
  readonly isArrived: boolean;
  /** What is sent: absolute paths. */
  readonly paths: readonly string[];
  /** SHA-256 of the manifest of what is sent: by it a change is noticed without reading all of it. */
  readonly manifestDigest: Uint8Array;
  /** Where what is received goes, once it is accepted. */
  readonly directory: string;
}

const prefix = "transfer/";
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };
const byteFields = ["transferId", "fileKey", "digest", "manifestDigest"] as const;

/** The transfers that aren't over, in the client's store: they go on after a restart. */
export class TransferRecords {
  readonly #store: ClientStore;
  readonly #onFault: (error: StoreError) => void;

  /** `onFault` is told where the store can't be written. */
  constructor(store: ClientStore, onFault: (error: StoreError) => void) {
    this.#store = store;
    this.#onFault = onFault;
  }

  all(): TransferRecord[] {
    return this.#store.keys(prefix).flatMap((key) => {
      const stored = this.#store.get(key);
      return stored ? [decode(stored.value)] : [];
    });
  }

  get(transferId: Uint8Array): TransferRecord | undefined {
    const stored = this.#store.get(prefix + transferId.toHex());
    return stored && decode(stored.value);
  }

  /** @throws {ChatError} `storeUnusable`, and the client is over */
  put(record: TransferRecord): void {
    this.#write(record.transferId, encode(record));
  }

  /** @throws {ChatError} `storeUnusable`, and the client is over */
  delete({ transferId }: Pick<TransferRecord, "transferId">): void {
    this.#write(transferId, undefined);
  }

  #write(transferId: Uint8Array, value: Uint8Array | undefined): void {
    try {
      this.#commit(prefix + transferId.toHex(), value);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#onFault(error);
      throw new ChatError("storeUnusable", { cause: error });
    }
  }

  /** The last word counts, whichever process has it. */
  #commit(key: string, value: Uint8Array | undefined): void {
    for (let lost = 0; lost < maxLostRaces; lost++) {
      const version = this.#store.get(key)?.version ?? 0;
      if (!value && version === 0) return;
      if (this.#store.commit([{ key, value, version }])) return;
    }
    throw lostTooOften();
  }
}

function encode(record: TransferRecord): Uint8Array {
  const bytes = Object.fromEntries(byteFields.map((field) => [field, record[field].toBase64()]));
  return utf8.encoder.encode(JSON.stringify({ ...record, ...bytes }));
}

function decode(value: Uint8Array): TransferRecord {
  const record = JSON.parse(utf8.decoder.decode(value));
  const bytes = byteFields.map((field) => [field, Uint8Array.fromBase64(record[field])]);
  return { ...record, ...Object.fromEntries(bytes) };
}
