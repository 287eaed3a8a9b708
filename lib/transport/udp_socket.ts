import { type Clock, pause } from "../clock.ts";
import { closeQuietly } from "./byte_stream.ts";
import type { DatagramAddress, DatagramPath } from "./datagram_path.ts";

/** More than any datagram of ours: a longer one is cut short, or refused by the system. */
const receiveBufferBytes = 2_048;

/** A fan-out works for so long before the machine's other work gets its turn: nobody notices 2 ms. */
const turnMs = 2;

/** What Deno.DatagramConn offers, and all that the layers above know of it. */
export interface DatagramConn {
  readonly addr: Deno.Addr;
  send(bytes: Uint8Array<ArrayBuffer>, to: Deno.NetAddr): Promise<number>;
  receive(buffer: Uint8Array<ArrayBuffer>): Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]>;
  close(): void;
}

/** A plaintext for one member. */
export interface OutgoingDatagram {
  readonly path: DatagramPath;
  readonly plaintext: Uint8Array;
}

/** A UDP socket: datagrams out, one or very many, and datagrams in. */
export class UdpSocket {
  readonly #conn: DatagramConn;
  readonly #clock: Clock;
  #isClosed = false;

  constructor(conn: DatagramConn, clock: Clock) {
    this.#conn = conn;
    this.#clock = clock;
  }

  /** The port it is bound to. */
  get port(): number {
    return (this.#conn.addr as Deno.NetAddr).port;
  }

  /**
   * Seals and sends one datagram. Whether it arrives is nobody's promise, so a failure is silent: one bad
   * destination must not end a fan-out.
   */
  async send({ path, plaintext }: OutgoingDatagram): Promise<void> {
    if (!path.address) return;
    try {
      await this.#conn.send(path.seal(plaintext), path.address);
    } catch {
      // lost on its way, like any other
    }
  }

  /**
   * Sends one datagram after the other, each member's in the order given; resolves when the last has left.
   *
   * In between, timers and other sockets get their turn: awaiting sends alone would starve them. Starting
   * many sends at once would be no quicker, and let them leave in any order.
   */
  async sendAll(datagrams: Iterable<OutgoingDatagram>): Promise<void> {
    let turnStartedAt = this.#clock.now();
    for (const datagram of datagrams) {
      await this.send(datagram);
      if (this.#clock.now() - turnStartedAt < turnMs) continue;
      await this.#nextTurn();
      turnStartedAt = this.#clock.now();
    }
  }

  /**
   * Hands every datagram to `handle`, as a view that lasts as long as the call, until `close`.
   *
   * What the system reports of one datagram (unreachable, on some systems; too long, on others) ends
   * nothing.
   */
  async receive(handle: (datagram: Uint8Array, from: DatagramAddress) => void): Promise<void> {
    const buffer = new Uint8Array(receiveBufferBytes);
    while (!this.#isClosed) {
      const received = await this.#conn.receive(buffer).catch(() => undefined);
      if (received) handle(received[0], received[1] as Deno.NetAddr);
      else if (!this.#isClosed) await this.#nextTurn();
    }
  }

  close(): void {
    this.#isClosed = true;
    closeQuietly(this.#conn);
  }

  /** Lets timers and other sockets go first. */
  #nextTurn(): Promise<void> {
    return pause(this.#clock, 0);
  }
}
