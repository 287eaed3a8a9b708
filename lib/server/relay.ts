import type { Clock } from "../clock.ts";
import type { ByeCode, RefusedCode, TransferSide } from "../codec/mod.ts";
import {
  limitedReadsPerSecond,
  maxTransferConnections,
  maxTransferConnectionsPerMember,
  transferBufferBytes,
  transferWaitMs,
} from "../limits.ts";
import type { Claimant } from "./store.ts";
import { TokenBucket } from "./token_bucket.ts";

/** A member's connection for one side of a transfer, as the relay sees it. */
export interface TransferEnd {
  readonly owner: Claimant;
  readonly side: TransferSide;
  /** Says why it can't be, and ends it. */
  refuse(code: RefusedCode): void;
  /** Says goodbye, and ends it. */
  dismiss(code: ByeCode): void;
}

/** Two ends between which bytes go back and forth. */
export interface Pair {
  /** Ends it if nothing has moved for too long. */
  check(): void;
  /** Ends it at once. */
  close(): void;
}

export interface RelayLimits {
  /** Connections of one member, those that wait included. */
  readonly ofMember: number;
  /** The same of all members. */
  readonly all: number;
}

export interface RelayOptions<End extends TransferEnd> {
  readonly clock: Clock;
  /** Bytes a second that each member may send and receive in all its transfers together; otherwise any number. */
  readonly maxRate?: number | undefined;
  readonly limits?: RelayLimits | undefined;
  /** Both ends have come. */
  readonly pair: (ends: readonly [End, End]) => Pair;
}

/** What a member's transfers share. */
interface Account {
  connections: number;
  readonly bucket: TokenBucket | undefined;
}

/**
 * Brings the two ends of each transfer together:
 *
 * ```
 *        enter              the other end enters             one of them is over
 * ────────────────▶ waiting ───────────────────────▶ paired ─────────────────────▶ gone
 *                      │ transferWaitMs over, its member leaves
 *                      └──────────────────────────────────────▶ refused
 * ```
 *
 * Of the bytes between them it knows nothing.
 */
export class Relay<End extends TransferEnd> {
  readonly #options: RelayOptions<End>;
  readonly #limits: RelayLimits;
  /** Since when each end has waited, by transfer; the longest first. */
  readonly #waiting = new Map<string, { readonly end: End; readonly since: number }>();
  readonly #paired = new Map<End, { readonly ends: readonly [End, End]; readonly pair: Pair }>();
  /** Ids of transfers under way. */
  readonly #taken = new Set<string>();
  /** By the keys of members' names. */
  readonly #accounts = new Map<string, Account>();

  constructor(options: RelayOptions<End>) {
    this.#options = options;
    this.#limits = options.limits ??
      { ofMember: maxTransferConnectionsPerMember, all: maxTransferConnections };
  }

  /** Connections, those that wait included. */
  get size(): number {
    return this.#waiting.size + this.#paired.size;
  }

  /** Lets an end wait for the other, or pairs the two; otherwise answers why not. */
  enter(end: End): RefusedCode | undefined {
    const id = end.side.id.toHex();
    const account = this.#accountOf(end.owner);
    if (this.size >= this.#limits.all || account.connections >= this.#limits.ofMember) {
      return "transferBusy";
    }
    const other = this.#waiting.get(id)?.end;
    if (this.#taken.has(id) || (other && !fit(end, other))) return "transferTaken";
    account.connections++;
    if (other) this.#pair(id, end, other);
    else this.#waiting.set(id, { end, since: this.#options.clock.now() });
    return undefined;
  }

  /** An end that was let in is over; called once for each. */
  leave(end: End): void {
    const id = end.side.id.toHex();
    this.#accountOf(end.owner).connections--;
    if (this.#waiting.get(id)?.end === end) this.#waiting.delete(id);
    if (!this.#paired.delete(end)) return;
    this.#taken.delete(id);
  }

  /** Bytes to read at a time in a transfer where much comes: little where the rate is low, so that it is steady. */
  get maxReadBytes(): number {
    const { maxRate = Infinity } = this.#options;
    const bytes = Math.floor(maxRate / limitedReadsPerSecond);
    return Math.max(1, Math.min(bytes, transferBufferBytes));
  }

  /** What all transfers of a member share: `undefined` where nothing limits them. */
  bucketOf(owner: Claimant): TokenBucket | undefined {
    return this.#accountOf(owner).bucket;
  }

  /**
   * Ends what has waited, or stood still, for too long, and whatever belongs to somebody who is no longer here;
   * to be called a few times a second.
   */
  tick(isHere: (owner: Claimant) => boolean): void {
    const now = this.#options.clock.now();
    for (const { end, since } of [...this.#waiting.values()]) {
      if (!isHere(end.owner)) this.#refuse(end, "notInRoom");
      else if (now - since >= transferWaitMs) this.#refuse(end, "transferUnmatched");
    }
    for (const { ends, pair } of new Set(this.#paired.values())) {
      if (ends.every(({ owner }) => isHere(owner))) pair.check();
      else pair.close();
    }
    for (const [key, { connections, bucket }] of this.#accounts) {
      const owes = (bucket?.take(now, 0) ?? 0) > 0; // else nobody would, who connects anew for each piece
      if (connections === 0 && !owes) this.#accounts.delete(key);
    }
  }

  /** Ends everything: the server stops. */
  close(): void {
    for (const { end } of [...this.#waiting.values()]) {
      this.#waiting.delete(end.side.id.toHex());
      end.dismiss("serverStopping");
    }
    for (const { pair } of new Set(this.#paired.values())) pair.close();
  }

  #pair(id: string, end: End, other: End): void {
    this.#waiting.delete(id);
    this.#taken.add(id);
    const ends = end.side.role === "sender" ? [end, other] as const : [other, end] as const;
    const paired = { ends, pair: this.#options.pair(ends) };
    for (const each of ends) this.#paired.set(each, paired);
  }

  #refuse(end: End, code: RefusedCode): void {
    this.#waiting.delete(end.side.id.toHex());
    end.refuse(code);
  }

  #accountOf({ key }: Claimant): Account {
    const known = this.#accounts.get(key);
    if (known) return known;
    const account = { connections: 0, bucket: this.#newBucket() };
    this.#accounts.set(key, account);
    return account;
  }

  /** It starts empty, so that nobody gains by starting often. */
  #newBucket(): TokenBucket | undefined {
    const { maxRate, clock } = this.#options;
    if (maxRate === undefined) return undefined;
    const burst = maxRate / limitedReadsPerSecond;
    const bucket = new TokenBucket({ burst, perSecond: maxRate }, clock.now());
    bucket.take(clock.now(), burst);
    return bucket;
  }
}

/** Whether two ends of the same transfer belong together: two sides, of two members. */
function fit(one: TransferEnd, other: TransferEnd): boolean {
  return one.side.role !== other.side.role && one.owner.key !== other.owner.key;
}
