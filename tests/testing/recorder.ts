import { listen, type Listening } from "../../lib/server/listen.ts";
import { closeQuietly } from "../../lib/transport/mod.ts";
import type { Direction } from "./chaos_profile.ts";
import { DatagramRelay, type RelayedClient } from "./datagram_relay.ts";
import { Log } from "./log.ts";

export type { Direction };

export interface Recorded {
  readonly direction: Direction;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One client's TCP connection through the recorder. */
interface Relay {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
  /** Only one side knows that it is over. */
  isHalfOpen: boolean;
}

/**
 * Stands between clients and a server, for TCP and UDP on one port: it records everything, and does to it
 * what the network, or somebody in it, could do.
 */
export class Recorder implements AsyncDisposable {
  /** When clients have connected. */
  readonly arrivals = new Log<number>();
  /** What came over TCP, piece by piece. */
  readonly pieces = new Log<Recorded>();
  readonly datagrams = new Log<Recorded>();
  /** Where the next connections go. */
  upstreamPort: number;
  /** Changes a piece on its way; `at` is where in its direction's stream it begins. */
  alterPiece: (piece: Recorded, at: number) => Uint8Array<ArrayBuffer> = ({ bytes }) => bytes;
  /** Whether new connections are closed at once. */
  refuses = false;
  /** Whether datagrams get through. */
  passesDatagrams = true;
  /** Whether anything that comes over TCP gets through. */
  passesPieces: Record<Direction, boolean> = { up: true, down: true };
  /** Whether new connections are taken up: otherwise they wait. */
  #gate: PromiseWithResolvers<void> | undefined;
  readonly #listening: Listening;
  readonly #relays = new Set<Relay>();
  readonly #datagramRelay: DatagramRelay;
  /** Clients' ports that nothing passes from or to any more. */
  readonly #forgottenPorts = new Set<RelayedClient>();
  readonly #tasks = new Set<Promise<void>>();
  #isClosed = false;

  constructor(upstreamPort: number) {
    this.upstreamPort = upstreamPort;
    this.#listening = listen("127.0.0.1", 0);
    const { datagrams } = this.#listening;
    this.#datagramRelay = new DatagramRelay(
      datagrams,
      () => this.upstreamPort,
      async (direction, bytes, client) => {
        if (this.#forgottenPorts.has(client)) return;
        this.datagrams.add({ direction, bytes: bytes.slice() });
        if (this.passesDatagrams) await this.#datagramRelay.send(direction, bytes, client);
      },
    );
    this.#track(this.#accept());
  }

  get port(): number {
    return (this.#listening.listener.addr as Deno.NetAddr).port;
  }

  /** All bytes of one direction, in one piece for each transport. */
  recorded(direction: Direction): { tcp: Uint8Array; udp: Uint8Array } {
    const [tcp, udp] = [this.pieces, this.datagrams].map(({ entries }) => {
      const bytes = entries.filter((entry) => entry.direction === direction);
      return Uint8Array.from(bytes.flatMap((entry) => [...entry.bytes]));
    });
    return { tcp: tcp!, udp: udp! };
  }

  /** How many bytes have come over TCP in one direction. */
  recordedBytes(direction: Direction): number {
    const pieces = this.pieces.entries.filter((piece) => piece.direction === direction);
    return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Breaks every TCP connection, for both sides or for the client's alone. */
  cut(whom: "both" | "client" = "both"): void {
    for (const relay of this.#relays) {
      relay.isHalfOpen = whom === "client";
      closeQuietly(relay.client);
      if (whom === "both") closeQuietly(relay.server);
    }
  }

  /** Lets new connections wait until `open`. */
  shut(): void {
    this.#gate ??= Promise.withResolvers();
  }

  open(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Lets each client's datagrams come from another port from now on, as a router does. */
  changeSourcePorts(): void {
    for (const client of this.#datagramRelay.clients) this.#datagramRelay.move(client);
  }

  /** Lets no datagram pass from or to the ports that clients have now, as a router that lost its mappings. */
  forgetPorts(): void {
    for (const client of this.#datagramRelay.clients) this.#forgottenPorts.add(client);
  }

  /** Sends the server a datagram as the first client's, or from a port of its own. */
  async sendUp(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const [client] = this.#datagramRelay.clients;
    await this.#datagramRelay.send("up", bytes, client!);
  }

  /** Sends every client a datagram as the server's. */
  async sendDown(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (const client of this.#datagramRelay.clients) {
      await this.#datagramRelay.send("down", bytes, client);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.open();
    closeQuietly(this.#listening.listener);
    this.cut();
    await this.#datagramRelay.close();
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listening.listener) this.#track(this.#relay(client));
  }

  async #relay(client: Deno.TcpConn): Promise<void> {
    this.arrivals.add(performance.now());
    await this.#gate?.promise;
    if (this.refuses || this.#isClosed) return closeQuietly(client);
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.upstreamPort });
    const relay = { client, server, isHalfOpen: false };
    this.#relays.add(relay);
    for (const conn of [client, server]) conn.setNoDelay(true);
    await Promise.all([this.#copy(relay, "up"), this.#copy(relay, "down")]);
    if (relay.isHalfOpen) return; // to the server, nothing has happened
    this.#relays.delete(relay);
    for (const conn of [client, server]) closeQuietly(conn);
  }

  async #copy(relay: Relay, direction: Direction): Promise<void> {
    const [from, to] = direction === "up"
      ? [relay.client, relay.server]
      : [relay.server, relay.client];
    const buffer = new Uint8Array(65_536);
    let at = 0;
    try {
      for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
        const piece = { direction, bytes: buffer.slice(0, count) };
        this.pieces.add(piece);
        const altered = this.alterPiece(piece, at);
        at += count;
        if (!this.passesPieces[direction]) continue;
        for (let sent = 0; sent < count;) sent += await to.write(altered.subarray(sent));
      }
    } catch {
      // one of the two is closed
    }
    if (!relay.isHalfOpen) closeQuietly(to);
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }
}
