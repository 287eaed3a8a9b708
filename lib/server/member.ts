import {
  type ByeCode,
  encodedMessage,
  type MessageId,
  type ServerMessage,
  type Told,
} from "../codec/mod.ts";
import {
  floodLimits,
  lostProbesUntilDown,
  maxUnreceivedBytes,
  maxUnreceivedDeliveries,
} from "../limits.ts";
import type { Registered } from "../registry/mod.ts";
import type { DatagramPath } from "../transport/mod.ts";
import { RecentIds } from "./recent_ids.ts";
import { type Rate, TokenBucket } from "./token_bucket.ts";

/** A member's TCP connection, as the core sees it. */
export interface Connection {
  /** The peer's address, for the log. */
  readonly address: string;
  send(message: ServerMessage): void;
  /** Sends a message that may wait a few ms for another to travel with. */
  sendLazily(message: ServerMessage): void;
  /** Sends a message encoded before, for those that go to many. */
  sendEncoded(message: Uint8Array): void;
  /** Ends it if the peer has been silent, or not reading, for too long. */
  check(): void;
  /** Says why, and ends it. */
  end(code: ByeCode): void;
}

/** What members may do within a second. */
export interface FloodLimits {
  /** Global messages. */
  readonly say: Rate;
  /** Everything else. */
  readonly other: Rate;
}

/** A private message handed over and not yet acknowledged. */
export interface Unreceived {
  readonly told: Told;
  /** Who is waiting to hear what became of it. */
  readonly author: Author;
}

/** How far a private message has come. */
export type SentOutcome = "accepted" | "delivered" | "memberLeft";

/** What is remembered of an author, also while it is away, so that no message counts twice. */
export class Author {
  /** Ids of its global messages, with their numbers. */
  readonly said = new RecentIds<number>();
  /** Ids of its private messages, and how far each has come. */
  readonly sent = new RecentIds<SentOutcome>();
  /** The author as it is connected now. */
  #member: Member | undefined;
  #leftAt: number | undefined;

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
  conclude(id: MessageId, outcome: "delivered" | "memberLeft"): void {
    this.sent.set(id, outcome);
    this.#member?.connection.send(outcomeMessage(id, outcome));
  }
}

/** What tells an author how far its private message has come. */
export function outcomeMessage(id: MessageId, outcome: SentOutcome): ServerMessage {
  return outcome === "memberLeft" ? { kind: "rejected", id, code: outcome } : { kind: outcome, id };
}

/** Somebody in the room: one name, one TCP connection, one UDP path. */
export class Member implements Registered {
  /** Private messages it has not acknowledged, by delivery number. */
  readonly #unreceived: Map<number, Unreceived>;
  #unreceivedBytes: number;
  readonly sayBucket: TokenBucket;
  readonly otherBucket: TokenBucket;

  constructor(
    readonly name: string,
    readonly key: string,
    readonly identityKey: Uint8Array,
    readonly connection: Connection,
    readonly path: DatagramPath,
    readonly author: Author,
    options: {
      readonly now: number;
      readonly floodLimits?: FloodLimits | undefined;
      /** The same member on an older connection, whose deliveries pass to this one. */
      readonly previous?: Member | undefined;
    },
  ) {
    const { say, other } = options.floodLimits ?? floodLimits;
    const { now, previous } = options;
    this.#unreceived = previous ? previous.#unreceived : new Map();
    this.#unreceivedBytes = previous ? previous.#unreceivedBytes : 0;
    this.sayBucket = previous?.sayBucket ?? new TokenBucket(say, now);
    this.otherBucket = previous?.otherBucket ?? new TokenBucket(other, now);
  }

  get sessionId(): bigint {
    return this.path.sessionId;
  }

  /** Private messages handed over and not yet acknowledged, the oldest first. */
  unreceived(): Iterable<Unreceived> {
    return this.#unreceived.values();
  }

  /** Whether more are waiting for its word than one member may keep the server busy with. */
  get isBusy(): boolean {
    return this.#unreceived.size >= maxUnreceivedDeliveries ||
      this.#unreceivedBytes >= maxUnreceivedBytes;
  }

  /** Hands a private message over, and keeps it until it is acknowledged. */
  tell(delivery: Unreceived): void {
    this.#unreceived.set(delivery.told.delivery, delivery);
    this.#unreceivedBytes += delivery.told.envelope.length;
    this.connection.send(delivery.told);
  }

  /** Takes out what it has acknowledged; `undefined` where it had done so before. */
  settle(delivery: number): Unreceived | undefined {
    const unreceived = this.#unreceived.get(delivery);
    if (!unreceived) return undefined;
    this.#unreceived.delete(delivery);
    this.#unreceivedBytes -= unreceived.told.envelope.length;
    return unreceived;
  }

  /** The next probe, encoded; where the last one went unheard, what it says goes over TCP as well. */
  probe(now: number, newestSeq: number): Uint8Array {
    const { monitor } = this.path;
    const number = monitor.sendProbe(now);
    if (monitor.lostInRow > 0 && monitor.lostInRow <= lostProbesUntilDown) {
      this.connection.sendLazily({ kind: "newest", seq: newestSeq });
    }
    return encodedMessage({ kind: "probe", number, seq: newestSeq });
  }
}
