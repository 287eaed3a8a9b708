import type { MessageId, ServerMessage } from "../codec/mod.ts";
import { keyPackageLimit } from "../limits.ts";
import type { Conclusion } from "./mail_store.ts";
import { RecentIds } from "./recent_ids.ts";
import { type Rate, TokenBucket } from "./token_bucket.ts";

/** What members may do within a second. */
export interface FloodLimits {
  /** Global messages. */
  readonly say: Rate;
  /** Everything else. */
  readonly other: Rate;
  /** Bytes of old messages, in answer to its requests. */
  readonly repair: Rate;
}

/** How far a private message has come: one that is `posted` will be answered for in a moment. */
export type SentOutcome = "posted" | "accepted" | Exclude<Conclusion, "unreadable">;

/**
 * What is remembered of an author, also while it is away, so that no message counts twice
 * and nobody comes back with a fresh allowance.
 */
export class Author {
  /** Ids of its global messages, with their numbers. */
  readonly said = new RecentIds<number>();
  /** Ids of its private messages, and how far each has come. */
  readonly sent = new RecentIds<SentOutcome>();
  readonly sayBucket: TokenBucket;
  readonly otherBucket: TokenBucket;
  readonly #repairRate: Rate;
  /** Most members miss nothing. */
  #repairBucket: TokenBucket | undefined;
  /** Most members write to few strangers, and many to none. */
  #keyPackageBucket: TokenBucket | undefined;
  #leftAt: number | undefined;

  constructor(limits: FloodLimits, now: number) {
    this.sayBucket = new TokenBucket(limits.say, now);
    this.otherBucket = new TokenBucket(limits.other, now);
    this.#repairRate = limits.repair;
  }

  /** When it left; `undefined` while it is here. */
  get leftAt(): number | undefined {
    return this.#leftAt;
  }

  enter(): void {
    this.#leftAt = undefined;
  }

  leave(now: number): void {
    this.#leftAt = now;
  }

  /** Whether it may have more old messages without waiting. */
  mayRepair(now: number): boolean {
    return this.#repairBucket?.has(now) ?? true;
  }

  /** Counts the bytes of old messages that it has been sent. */
  countRepair(now: number, bytes: number): void {
    this.#repairBucket ??= new TokenBucket(this.#repairRate, now);
    this.#repairBucket.take(now, bytes);
  }

  /** Whether one more of others' key packages may be used up for it; counts it as done. */
  mayUseUpKeyPackage(now: number): boolean {
    this.#keyPackageBucket ??= new TokenBucket(keyPackageLimit, now);
    if (!this.#keyPackageBucket.has(now)) return false;
    this.#keyPackageBucket.take(now);
    return true;
  }

  /** How many ids of messages are remembered. */
  get rememberedIds(): number {
    return this.said.size + this.sent.size;
  }

  /** Whether there is nothing to remember: it has only listened, and sent little besides. */
  isBlank(now: number): boolean {
    const hasTaken = this.#keyPackageBucket !== undefined || this.#repairBucket !== undefined;
    return this.said.isEmpty && this.sent.isEmpty && !hasTaken && this.otherBucket.isFresh(now);
  }
}

/** What tells an author how far its private message has come. */
export function outcomeMessage(
  id: MessageId,
  outcome: Exclude<SentOutcome, "posted"> | Conclusion,
): ServerMessage {
  switch (outcome) {
    case "accepted":
    case "delivered":
      return { kind: outcome, id };
    case "unreadable":
    case "expired":
      return { kind: "rejected", id, code: outcome };
    default:
      return outcome satisfies never;
  }
}
