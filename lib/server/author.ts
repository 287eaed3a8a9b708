import type { MessageId, ServerMessage } from "../codec/mod.ts";
import { keyPackageLimit, rememberedIds } from "../limits.ts";
import type { Member } from "./member.ts";
import { RecentIds } from "./recent_ids.ts";
import { type Rate, TokenBucket } from "./token_bucket.ts";

/** What members may do within a second. */
export interface FloodLimits {
  /** Global messages. */
  readonly say: Rate;
  /** Everything else. */
  readonly other: Rate;
}

/** What a private message has come to; the author may send one that is `unreadable` anew. */
export type Conclusion = "delivered" | "memberLeft" | "unreadable";

/** How far a private message has come. */
export type SentOutcome = "accepted" | Exclude<Conclusion, "unreadable">;

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
  /** Most members write to few strangers, and many to none. */
  #keyPackageBucket: TokenBucket | undefined;
  /** What became of its private messages while it was away. */
  #unheard = new Map<MessageId, Conclusion>();
  /** The author as it is connected now. */
  #member: Member | undefined;
  #leftAt: number | undefined;

  constructor(limits: FloodLimits, now: number) {
    this.sayBucket = new TokenBucket(limits.say, now);
    this.otherBucket = new TokenBucket(limits.other, now);
  }

  /** When it left; `undefined` while it is here. */
  get leftAt(): number | undefined {
    return this.#leftAt;
  }

  enter(member: Member): void {
    this.#member = member;
    this.#leftAt = undefined;
  }

  leave(now: number): void {
    this.#member = undefined;
    this.#leftAt = now;
  }

  /** Remembers what became of a private message, and says so where the author can hear it. */
  conclude(id: MessageId, outcome: Conclusion): void {
    if (outcome === "unreadable") this.sent.delete(id);
    else this.sent.set(id, outcome);
    if (this.#member) this.#member.connection.send(outcomeMessage(id, outcome));
    else if (this.#unheard.size < rememberedIds) this.#unheard.set(id, outcome);
  }

  /** What became of its private messages while it was away, to be told now. */
  takeUnheard(): ServerMessage[] {
    const outcomes = [...this.#unheard].map(([id, outcome]) => outcomeMessage(id, outcome));
    this.#unheard = new Map();
    return outcomes;
  }

  /** Whether one more of others' key packages may be used up for it; counts it as done. */
  mayUseUpKeyPackage(now: number): boolean {
    this.#keyPackageBucket ??= new TokenBucket(keyPackageLimit, now);
    if (!this.#keyPackageBucket.has(now)) return false;
    this.#keyPackageBucket.take(now);
    return true;
  }

  /** Whether there is nothing to remember: it has only listened. */
  get isBlank(): boolean {
    return this.said.isEmpty && this.sent.isEmpty && !this.#keyPackageBucket;
  }
}

/** What tells an author how far its private message has come. */
export function outcomeMessage(id: MessageId, outcome: SentOutcome | Conclusion): ServerMessage {
  switch (outcome) {
    case "accepted":
    case "delivered":
      return { kind: outcome, id };
    case "memberLeft":
    case "unreadable":
      return { kind: "rejected", id, code: outcome };
    default:
      return outcome satisfies never;
  }
}
