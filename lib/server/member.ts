import { type ByeCode, encodedMessage, type ServerMessage } from "../codec/mod.ts";
import { lostProbesUntilDown } from "../limits.ts";
import type { Registered } from "../registry/mod.ts";
import type { DatagramPath } from "../transport/mod.ts";
import type { Author } from "./author.ts";
import { HandedOver } from "./handed_over.ts";
import type { Claimant } from "./store.ts";

/** A member's TCP connection, as the core sees it. */
export interface Connection {
  /** The peer's address, for the log. */
  readonly address: string;
  /** Whether what is sent may still arrive. */
  readonly isOpen: boolean;
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

/** Somebody in the room: one name, one TCP connection, one UDP path. */
export class Member implements Registered, Claimant {
  readonly name: string;
  readonly key: string;
  readonly identityKey: Uint8Array;
  readonly signingKey: Uint8Array;
  /** Private messages on their way to it. */
  readonly handedOver = new HandedOver();

  constructor(
    { name, key, identityKey, signingKey }: Claimant,
    readonly connection: Connection,
    readonly path: DatagramPath,
    readonly author: Author,
  ) {
    this.name = name;
    this.key = key;
    this.identityKey = identityKey;
    this.signingKey = signingKey;
  }

  get sessionId(): bigint {
    return this.path.sessionId;
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
