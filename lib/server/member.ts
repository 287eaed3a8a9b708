import { type ByeCode, encodedMessage, type ServerMessage, type Told } from "../codec/mod.ts";
import {
  lostProbesUntilDown,
  maxNameBytes,
  maxUnreceivedBytes,
  maxUnreceivedDeliveries,
} from "../limits.ts";
import type { Registered } from "../registry/mod.ts";
import type { DatagramPath } from "../transport/mod.ts";
import type { Author } from "./author.ts";
import type { Claimant } from "./store.ts";

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

/** A private message handed over and not yet acknowledged. */
export interface Unreceived {
  readonly told: Told;
  /** Who is waiting to hear what became of it. */
  readonly author: Author;
}

/** All that one member has not acknowledged; it passes to the member's next connection. */
interface Deliveries {
  readonly byNumber: Map<number, Unreceived>;
  bytes: number;
}

/** What a private message takes beside its envelope, at the most: numbers and its author's name. */
const toldOverheadBytes = 20 + maxNameBytes;

/** Somebody in the room: one name, one TCP connection, one UDP path. */
export class Member implements Registered, Claimant {
  readonly name: string;
  readonly key: string;
  readonly identityKey: Uint8Array;
  readonly signingKey: Uint8Array;
  /** Private messages it has not acknowledged, by delivery number. */
  readonly #unreceived: Deliveries;

  constructor(
    { name, key, identityKey, signingKey }: Claimant,
    readonly connection: Connection,
    readonly path: DatagramPath,
    readonly author: Author,
    /** The same member on an older connection, whose deliveries pass to this one. */
    previous: Member | undefined,
  ) {
    this.name = name;
    this.key = key;
    this.identityKey = identityKey;
    this.signingKey = signingKey;
    this.#unreceived = previous ? previous.#unreceived : { byNumber: new Map(), bytes: 0 };
  }

  get sessionId(): bigint {
    return this.path.sessionId;
  }

  /** Private messages handed over and not yet acknowledged, the oldest first. */
  unreceived(): Iterable<Unreceived> {
    return this.#unreceived.byNumber.values();
  }

  /** Whether more are waiting for its word than one member may keep the server busy with. */
  get isBusy(): boolean {
    const { byNumber, bytes } = this.#unreceived;
    return byNumber.size >= maxUnreceivedDeliveries || bytes >= maxUnreceivedBytes;
  }

  /** Hands a private message over, and keeps it until it is acknowledged. */
  tell(delivery: Unreceived): void {
    this.#unreceived.byNumber.set(delivery.told.delivery, delivery);
    this.#unreceived.bytes += bytesOf(delivery);
    this.connection.send(delivery.told);
  }

  /** Takes out what it has acknowledged; `undefined` where it had done so before. */
  settle(delivery: number): Unreceived | undefined {
    const unreceived = this.#unreceived.byNumber.get(delivery);
    if (!unreceived) return undefined;
    this.#unreceived.byNumber.delete(delivery);
    this.#unreceived.bytes -= bytesOf(unreceived);
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

function bytesOf({ told }: Unreceived): number {
  return toldOverheadBytes + told.envelope.length;
}
