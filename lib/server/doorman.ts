import { maxPendingHandshakes } from "../limits.ts";
import type { Network } from "./network.ts";

/** A connection at the door. */
export interface Visitor {
  /** Where it comes from, with whom it shares its allowance; `undefined` for this machine itself. */
  readonly network: Network | undefined;
  /** When it came, by the server's clock. */
  readonly since: number;
  /** Turns it away. */
  close(): void;
}

/**
 * Keeps strangers from crowding out members: so many connections a network, so many handshakes at a
 * time, and none for longer than its time.
 *
 * Too many handshakes turn the oldest away, not the newest: an honest one takes milliseconds, so
 * whoever holds a thousand open loses those first.
 */
export class Doorman {
  readonly #pending = new Set<Visitor>();

  /** Lets a visitor begin its handshake; `false` where its network has too many connections, or too new. */
  enter(visitor: Visitor): boolean {
    const { network, since } = visitor;
    if (network && !network.enter(since)) return false;
    this.#pending.add(visitor);
    if (this.#pending.size > maxPendingHandshakes) {
      const [oldest] = this.#pending;
      this.#turnAway(oldest!);
    }
    return true;
  }

  /** The visitor's handshake is over, well or not. */
  finish(visitor: Visitor): void {
    this.#pending.delete(visitor);
  }

  /** The visitor's connection is over. */
  leave({ network }: Visitor, now: number): void {
    network?.leave(now);
  }

  /** Turns away whoever came before `time` and is still in its handshake. */
  turnAwayOlderThan(time: number): void {
    for (const visitor of this.#pending) {
      if (visitor.since > time) return; // the rest came later still
      this.#turnAway(visitor);
    }
  }

  #turnAway(visitor: Visitor): void {
    this.#pending.delete(visitor);
    visitor.close();
  }
}
