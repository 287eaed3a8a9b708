import { maxConnectionsPerAddress, maxPendingHandshakes } from "../limits.ts";

/** A connection at the door. */
export interface Visitor {
  /** The IP address it comes from. */
  readonly hostname: string;
  /** When it came, by the server's clock. */
  readonly since: number;
  /** Turns it away. */
  close(): void;
}

/**
 * Keeps strangers from crowding out members: so many connections an address, so many handshakes at a
 * time, and none for longer than its time.
 *
 * Too many handshakes turn the oldest away, not the newest: an honest one takes milliseconds, so
 * whoever holds a thousand open loses those first.
 */
export class Doorman {
  readonly #pending = new Set<Visitor>();
  readonly #countOf = new Map<string, number>();

  /** Lets a visitor begin its handshake; `false` where its address has too many connections. */
  enter(visitor: Visitor): boolean {
    const network = networkOf(visitor.hostname);
    const count = this.#countOf.get(network) ?? 0;
    if (count >= maxConnectionsPerAddress && !isLoopback(visitor.hostname)) return false;
    this.#countOf.set(network, count + 1);
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
  leave({ hostname }: Visitor): void {
    const network = networkOf(hostname);
    const count = this.#countOf.get(network)! - 1;
    if (count === 0) this.#countOf.delete(network);
    else this.#countOf.set(network, count);
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

/** One customer of an internet provider: an IPv4 address, or an IPv6 /64. */
export function networkOf(hostname: string): string {
  if (!hostname.includes(":") || hostname.startsWith("::ffff:")) return hostname;
  const [head = "", tail = ""] = hostname.split("::");
  const groups = head === "" ? [] : head.split(":");
  const tailGroups = tail === "" ? [] : tail.split(":");
  const zeros = hostname.includes("::") ? 8 - groups.length - tailGroups.length : 0;
  return [...groups, ...Array(zeros).fill("0"), ...tailGroups].slice(0, 4).join(":") + "::/64";
}

function isLoopback(hostname: string): boolean {
  return hostname === "::1" || /^(::ffff:)?127\./.test(hostname);
}
