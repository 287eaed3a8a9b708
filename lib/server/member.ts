import { type ByeCode, encodedMessage, type ServerMessage } from "../codec/mod.ts";
import { detachedDatagramsMs, lostProbesUntilDown } from "../limits.ts";
import type { Registered } from "../registry/mod.ts";
import type { DatagramPath } from "../transport/mod.ts";
import { Allowance } from "./allowance.ts";
import type { Author } from "./author.ts";
import type { BreakReason } from "./event.ts";
import { HandedOver } from "./handed_over.ts";
import { LostConnection } from "./lost_connection.ts";
import type { Network } from "./network.ts";
import type { Claimant } from "./store.ts";

/** A member's TCP connection, as the core sees it. */
export interface Connection {
  /** The peer's address, for the log. */
  readonly address: string;
  /** Where it comes from, for the limits; `undefined` for this machine itself. */
  readonly network: Network | undefined;
  /** Whether what is sent may still arrive. */
  readonly isOpen: boolean;
  /** Whether the peer takes less than it is sent. */
  readonly isCongested: boolean;
  /** Whether it has taken what it was sent, but for a little. */
  readonly isDrained: boolean;
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

/** The state of a member whose connection has broken. */
interface Detachment {
  readonly since: number;
  readonly reason: BreakReason;
  /** When its newest datagram came, or its connection broke. */
  datagramAt: number;
}

/** Somebody in the room: one name, one TCP connection, which may have broken, and one UDP path. */
export class Member implements Registered, Claimant {
  readonly name: string;
  readonly key: string;
  readonly identityKey: Uint8Array;
  readonly signingKey: Uint8Array;
  /** Number of the newest global message when it came; before that, it wasn't here. */
  sinceSeq = 0;
  /** Number of the newest global message that it has with none missing since then, as far as is known. */
  hasUpTo = 0;
  readonly allowance: Allowance;
  #connection: Connection;
  #detachment: Detachment | undefined;
  #handedOver = new HandedOver();
  #isHeldBack = false;

  constructor(
    { name, key, identityKey, signingKey }: Claimant,
    connection: Connection,
    readonly path: DatagramPath,
    readonly author: Author,
  ) {
    this.name = name;
    this.key = key;
    this.identityKey = identityKey;
    this.signingKey = signingKey;
    this.allowance = new Allowance(author, connection.network);
    this.#connection = connection;
  }

  get sessionId(): bigint {
    return this.path.sessionId;
  }

  /** Leads nowhere once it has broken. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Private messages on their way to it. */
  get handedOver(): HandedOver {
    return this.#handedOver;
  }

  /** Set once its connection has broken. */
  get detachment(): Readonly<Detachment> | undefined {
    return this.#detachment;
  }

  /** Lets go of its connection, which has broken, and of what was on its way there; datagrams go on. */
  detach(reason: BreakReason, now: number): void {
    this.#connection = new LostConnection(this.#connection.address);
    this.#handedOver = new HandedOver();
    this.#detachment = { since: now, reason, datagramAt: now };
  }

  /**
   * Whether it keeps up with what it is sent. Where it doesn't, it is to be sent nothing that it can have
   * later, until it {@linkcode hasCaughtUp}.
   */
  keepsUp(): boolean {
    if (!this.#isHeldBack && this.#connection.isCongested) this.#isHeldBack = true;
    return !this.#isHeldBack;
  }

  /** Whether it keeps up again, after it hadn't; to be told of what it has missed. */
  hasCaughtUp(): boolean {
    if (!this.#isHeldBack || !this.#connection.isDrained) return false;
    this.#isHeldBack = false;
    return true;
  }

  /** A datagram has come from it. */
  noteDatagram(now: number): void {
    if (this.#detachment) this.#detachment.datagramAt = now;
  }

  /**
   * Whether global messages go to it by datagrams. Without a connection no probe is answered, so there
   * the path counts as before, as long as datagrams still come from it.
   */
  takesDatagrams(now: number): boolean {
    if (!this.path.isUp) return false;
    return !this.#detachment || now - this.#detachment.datagramAt <= detachedDatagramsMs;
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
