import type { Clock } from "../clock.ts";
import {
  type DatagramAddress,
  type DatagramConn,
  type OutgoingDatagram,
  UdpSocket,
} from "../transport/mod.ts";

/** Handles one datagram; answers whether it was the server's. */
export type DatagramHandler = (datagram: Uint8Array, from: DatagramAddress) => boolean;

/**
 * The UDP socket of a connection, which can give way to one with another port.
 *
 * The newest sends. The server goes on sending to the one before until it has heard from the newest, which
 * may be never where only its own direction works: so the one that was last heard is kept until then.
 */
export class UdpPorts {
  readonly #listen: () => DatagramConn;
  readonly #clock: Clock;
  readonly #handle: DatagramHandler;
  readonly #receiving = new Map<UdpSocket, Promise<void>>();
  /** None where the system has had no port left so far: TCP suffices. */
  #newest: UdpSocket | undefined;
  #lastHeard: UdpSocket | undefined;

  /** @param listen binds a socket to any port that is free */
  constructor(listen: () => DatagramConn, clock: Clock, handle: DatagramHandler) {
    this.#listen = listen;
    this.#clock = clock;
    this.#handle = handle;
    this.renew();
  }

  /** The port that datagrams leave from, or 0. */
  get port(): number {
    return this.#newest?.port ?? 0;
  }

  /** Sends one datagram, when it can. */
  send(datagram: OutgoingDatagram): void {
    void this.#newest?.send(datagram);
  }

  /** Sends from another port from now on; where the system has none left, from the same as before, if any. */
  renew(): void {
    try {
      this.#newest = this.#open();
    } catch {
      return;
    }
    this.#closeAllBut(this.#newest, this.#lastHeard);
  }

  /** Closes what is open; resolves once nothing comes any more. */
  async close(): Promise<void> {
    const receiving = [...this.#receiving.values()];
    this.#closeAllBut();
    await Promise.all(receiving);
  }

  #open(): UdpSocket {
    const socket = new UdpSocket(this.#listen(), this.#clock);
    const receiving = socket.receive((datagram, from) => this.#receive(socket, datagram, from));
    this.#receiving.set(socket, receiving);
    return socket;
  }

  #receive(socket: UdpSocket, datagram: Uint8Array, from: DatagramAddress): void {
    if (!this.#handle(datagram, from)) return;
    this.#lastHeard = socket;
    if (socket === this.#newest) this.#closeAllBut(socket);
  }

  #closeAllBut(...kept: (UdpSocket | undefined)[]): void {
    for (const socket of this.#receiving.keys()) {
      if (kept.includes(socket)) continue;
      this.#receiving.delete(socket);
      socket.close();
    }
  }
}
