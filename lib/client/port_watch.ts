import { datagramSilenceMs, newPortPauseMs } from "../limits.ts";
import type { PathState } from "../transport/mod.ts";

/**
 * Tells when a client should send its datagrams from another port.
 *
 * A router or a firewall between may have forgotten our port, or hold something against it that a new one is
 * free of: Mosh hops likewise. So another is tried as soon as our own direction is down, or nothing has come
 * for longer than a server leaves between two probes, and again and again for as long as that lasts.
 */
export class PortWatch {
  #heardAt: number;
  #openedAt = -Infinity;

  /** @param now when the session began, with its first port */
  constructor(now: number) {
    this.#heardAt = now;
  }

  /** An authentic datagram has come. */
  hear(now: number): void {
    this.#heardAt = now;
  }

  /** Another port has been opened. */
  open(now: number): void {
    this.#openedAt = now;
  }

  /** When another port is wanted, given the verdict on our own direction; in the past for at once. */
  dueAt(state: PathState): number {
    const brokenAt = state === "down" ? -Infinity : this.#heardAt + datagramSilenceMs;
    return Math.max(brokenAt, this.#openedAt + newPortPauseMs);
  }
}
