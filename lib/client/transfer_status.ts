import type { TransferErrorCode } from "../transfer/mod.ts";

/**
 * How far a transfer has come.
 *
 * ```
 *                      accept                                       verified
 * preparing ▶ offered ───────▶ waiting ◀───────────────▶ moving ──────────────▶ done
 *                │ decline        │  the stream broke, or   │
 *                ▼                │  the other one is away  │
 *             declined            ▼ cancel, or an error     ▼
 *                                 cancelled, failed ◀───────┘
 * ```
 */
export type TransferState =
  /** Its sender reads what it is going to offer. */
  | "preparing"
  /** Its receiver has not answered. */
  | "offered"
  /** Accepted, and to go on as soon as both are there. */
  | "waiting"
  | "moving"
  /** Verified, and under its final name. */
  | "done"
  | "declined"
  | "cancelled"
  | "failed";

/** One transfer, as its user sees it. */
export interface TransferStatus {
  /** By which its user calls it: 1, 2, 3, … */
  readonly number: number;
  /** Whether it is ours to send or to receive. */
  readonly direction: "out" | "in";
  /** With whom. */
  readonly peer: string;
  /** Of the first file or folder; made harmless. */
  readonly name: string;
  /** What that is. */
  readonly entryKind: "file" | "directory";
  /** Files and folders beside the first one. */
  readonly others: number;
  /** Files in all, those within folders too. */
  readonly files: number;
  /** Bytes of content in all. */
  readonly size: number;
  /** How far it has come. */
  readonly state: TransferState;
  /** Bytes of content that its receiver has or, while it is prepared, that its sender has read. */
  readonly bytes: number;
  /** Why it has failed, or waits. */
  readonly failure?: TransferErrorCode | undefined;
  /** Where what was received stands. */
  readonly paths?: readonly string[] | undefined;
  /** What stands within the folders that we offer and isn't sent, such as links. */
  readonly leftOut?: readonly string[] | undefined;
}
