import { type DatagramHeader, ProtocolError } from "../codec/mod.ts";
import type { Arrival, DatagramSession } from "../crypto/mod.ts";
import { PathMonitor } from "./path_monitor.ts";

/** An IP address and a port; never a name, which would be looked up for every datagram. */
export interface DatagramAddress {
  readonly hostname: string;
  readonly port: number;
}

/**
 * One member's datagrams: where they go, how they are sealed, and whether they arrive.
 *
 * The peer's address is whatever its newest authentic datagram came from (roaming, as in Mosh and
 * WireGuard), so neither a stranger nor a recorded datagram can turn the stream towards itself.
 */
export class DatagramPath {
  /** Judges the direction towards the peer. */
  readonly monitor = new PathMonitor();
  readonly #session: DatagramSession;
  /** As Deno wants it, so that no send has to make it anew. */
  #address: Deno.NetAddr | undefined;
  #moves = 0;

  /** @param address the peer's, where it is known from the start */
  constructor(session: DatagramSession, address?: DatagramAddress) {
    this.#session = session;
    if (address) this.#address = netAddr(address);
  }

  get sessionId(): bigint {
    return this.#session.sessionId;
  }

  /** Where the peer was last heard from. */
  get address(): Deno.NetAddr | undefined {
    return this.#address;
  }

  /** How often the peer's address or port has changed. */
  get moves(): number {
    return this.#moves;
  }

  /** Whether messages may rely on it: the address is known and probes arrive there. */
  get isUp(): boolean {
    return this.#address !== undefined && this.monitor.state === "up";
  }

  /** How much arrives of what the peer sends, by the datagrams' own counters. */
  arrived(): Arrival {
    return this.#session.arrived();
  }

  /** The next datagram, ready for the wire. */
  seal(plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.#session.seal(plaintext);
  }

  /**
   * The plaintext of a datagram that came from `from`, or `undefined` for one that is forged, altered or
   * repeated: it gets no answer and changes nothing.
   */
  open(
    header: DatagramHeader,
    datagram: Uint8Array,
    from: DatagramAddress,
  ): Uint8Array | undefined {
    try {
      const { plaintext, isNewest } = this.#session.open(header, datagram);
      if (isNewest && !isSame(from, this.#address)) this.#moveTo(from);
      return plaintext;
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }

  /** Whoever holds the key can also forge where it seems to be: a new address has to prove itself. */
  #moveTo(address: DatagramAddress): void {
    if (this.#address) this.#moves++;
    this.#address = netAddr(address);
    this.monitor.restart();
  }
}

function netAddr({ hostname, port }: DatagramAddress): Deno.NetAddr {
  return { transport: "udp", hostname, port };
}

function isSame(a: DatagramAddress, b: DatagramAddress | undefined): boolean {
  return a.port === b?.port && a.hostname === b.hostname;
}
