import type { ByeCode, ServerMessage, Told } from "../codec/mod.ts";
import { floodLimits } from "../limits.ts";
import type { Registered } from "../registry/mod.ts";
import type { DatagramPath } from "../transport/mod.ts";
import { RecentIds } from "./recent_ids.ts";
import { type Rate, TokenBucket } from "./token_bucket.ts";

/** A member's TCP connection, as the core sees it. */
export interface Connection {
  /** The peer's address, for the log. */
  readonly address: string;
  send(message: ServerMessage): void;
  /** Sends a message encoded before, for those that go to many. */
  sendEncoded(message: Uint8Array): void;
  /** Ends it if the peer has been silent, or not reading, for too long. */
  check(): void;
  /** Says why, and ends it. */
  end(code: ByeCode): void;
}

/** What members may do within a second. */
export interface FloodLimits {
  readonly say: Rate;
  readonly other: Rate;
}

/** A private message handed over and not yet acknowledged. */
export interface Unreceived {
  readonly told: Told;
  /** Registry key of the author, who is waiting to hear. */
  readonly authorKey: string;
}

/** What is remembered of an author, also while it is away, so that no message counts twice. */
export class Author {
  /** Ids of its global messages, with their numbers. */
  readonly said = new RecentIds<number>();
  /** Ids of its private messages, and how far each has come. */
  readonly sent = new RecentIds<"accepted" | "delivered">();
  /** When it left; `undefined` while it is here. */
  leftAt: number | undefined;
}

/** Somebody in the room: one name, one TCP connection, one UDP path. */
export class Member implements Registered {
  /** Private messages it has not acknowledged, by delivery number. */
  readonly unreceived: Map<number, Unreceived>;
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
    this.unreceived = options.previous?.unreceived ?? new Map();
    this.sayBucket = options.previous?.sayBucket ?? new TokenBucket(say, options.now);
    this.otherBucket = options.previous?.otherBucket ?? new TokenBucket(other, options.now);
  }

  get sessionId(): bigint {
    return this.path.sessionId;
  }

  /** Hands a private message over, and keeps it until it is acknowledged. */
  tell(delivery: Unreceived): void {
    this.unreceived.set(delivery.told.delivery, delivery);
    this.connection.send(delivery.told);
  }
}
