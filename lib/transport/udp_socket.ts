import { closeQuietly } from "./byte_stream.ts";
import type { DatagramAddress, DatagramPath } from "./datagram_path.ts";

/** More than any datagram of ours, so that a longer one is cut short and fails to authenticate. */
const receiveBufferBytes = 2_048;

/** Sends started together before the machine's other work gets its turn. */
const sendsPerTurn = 500;

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
  #sendsThisTurn = 0;
  #isClosed = false;

  constructor(conn: DatagramConn) {
    this.#conn = conn;
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
    const to: Deno.NetAddr = { transport: "udp", ...path.address };
    try {
      await this.#conn.send(path.seal(plaintext), to);
    } catch {
      // lost on its way, like any other
    }
  }

  /**
   * Sends one datagram to each of many members, and resolves when the last has left.
   *
   * Sends started together may leave in any order, so nothing for the same member may be sent before. In
   * between, timers and other sockets get their turn: awaiting sends alone would starve them.
   */
  async sendToAll(datagrams: Iterable<OutgoingDatagram>): Promise<void> {
    let sends: Promise<void>[] = [];
    for (const datagram of datagrams) {
      sends.push(this.send(datagram));
      if (++this.#sendsThisTurn < sendsPerTurn) continue;
      this.#sendsThisTurn = 0;
      await Promise.all(sends);
      sends = [];
      await nextTurn();
    }
    await Promise.all(sends);
  }

  /** Hands every datagram to `handle`, as a view that lasts as long as the call, until `close`. */
  async receive(handle: (datagram: Uint8Array, from: DatagramAddress) => void): Promise<void> {
    const buffer = new Uint8Array(receiveBufferBytes);
    while (!this.#isClosed) {
      try {
        const [datagram, from] = await this.#conn.receive(buffer);
        handle(datagram, from as Deno.NetAddr);
      } catch (error) {
        if (this.#isClosed) return;
        if (!(error instanceof Deno.errors.ConnectionReset)) throw error; // ICMP, on some systems
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    closeQuietly(this.#conn);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
