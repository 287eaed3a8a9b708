import { closeQuietly } from "../../lib/transport/mod.ts";
import type { Direction } from "./chaos_profile.ts";

/** More than any datagram of ours. */
export const datagramBufferBytes = 2_048;

/** Clients remembered, each with a socket of its own; beyond it the one longest silent is forgotten. */
const maxClients = 200;

/** One client's datagrams: a socket of its own towards the server. */
export interface RelayedClient {
  /** How many have come before it. */
  readonly number: number;
  readonly address: Deno.NetAddr;
  upstream: Deno.DatagramConn;
  /** How many datagrams of all clients had come before its newest. */
  usedAt: number;
}

/** Takes a datagram, a view that lasts until it has returned and what it returns has resolved. */
export type DatagramHandler = (
  direction: Direction,
  bytes: Uint8Array<ArrayBuffer>,
  client: RelayedClient,
) => void | Promise<void>;

/**
 * Between clients' datagrams and a server: tells the clients apart, and gives each an address that the
 * server answers to. What becomes of a datagram is up to `handle`, which may `send` it.
 */
export class DatagramRelay {
  readonly #socket: Deno.DatagramConn;
  readonly #upstreamPort: () => number;
  readonly #handle: DatagramHandler;
  readonly #clients = new Map<string, RelayedClient>();
  readonly #tasks = new Set<Promise<void>>();
  #clientCount = 0;
  #datagramCount = 0;

  /** @param socket the clients' side, which it closes in the end */
  constructor(socket: Deno.DatagramConn, upstreamPort: () => number, handle: DatagramHandler) {
    this.#socket = socket;
    this.#upstreamPort = upstreamPort;
    this.#handle = handle;
    this.#track(this.#receive(socket, (bytes, from) => handle("up", bytes, this.#clientAt(from))));
  }

  get clients(): readonly RelayedClient[] {
    return [...this.#clients.values()];
  }

  /** Passes a datagram on; one that can't be sent is lost. */
  async send(
    direction: Direction,
    bytes: Uint8Array<ArrayBuffer>,
    client: RelayedClient,
  ): Promise<void> {
    try {
      if (direction === "down") await this.#socket.send(bytes, client.address);
      else await client.upstream.send(bytes, loopback(this.#upstreamPort()));
    } catch {
      // closed, or nobody is there
    }
  }

  /** Lets a client's datagrams come from another port, and maybe another address, from now on. */
  move(client: RelayedClient, hostname = "127.0.0.1"): void {
    closeQuietly(client.upstream);
    client.upstream = this.#openUpstream(hostname);
    this.#receiveFor(client);
  }

  /** Closes all sockets; resolves when nothing is under way any more. */
  async close(): Promise<void> {
    closeQuietly(this.#socket);
    for (const { upstream } of this.#clients.values()) closeQuietly(upstream);
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  #clientAt(address: Deno.NetAddr): RelayedClient {
    const key = `${address.hostname} ${address.port}`;
    const client = this.#clients.get(key) ?? this.#add(key, address);
    client.usedAt = this.#datagramCount++;
    return client;
  }

  #add(key: string, address: Deno.NetAddr): RelayedClient {
    if (this.#clients.size === maxClients) this.#forgetOne();
    const upstream = this.#openUpstream("127.0.0.1");
    const client = { number: this.#clientCount++, address, upstream, usedAt: 0 };
    this.#clients.set(key, client);
    this.#receiveFor(client);
    return client;
  }

  #forgetOne(): void {
    const [first, ...others] = this.#clients;
    const [key, { upstream }] = others.reduce(
      (oldest, entry) => entry[1].usedAt < oldest[1].usedAt ? entry : oldest,
      first!,
    );
    closeQuietly(upstream);
    this.#clients.delete(key);
  }

  #openUpstream(hostname: string): Deno.DatagramConn {
    return Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  }

  #receiveFor(client: RelayedClient): void {
    const handle = (bytes: Uint8Array<ArrayBuffer>) => this.#handle("down", bytes, client);
    this.#track(this.#receive(client.upstream, handle));
  }

  async #receive(
    conn: Deno.DatagramConn,
    handle: (bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr) => void | Promise<void>,
  ): Promise<void> {
    const buffer = new Uint8Array(datagramBufferBytes);
    for (;;) {
      let received: [Uint8Array<ArrayBuffer>, Deno.Addr];
      try {
        received = await conn.receive(buffer);
      } catch {
        return; // closed
      }
      await handle(received[0], received[1] as Deno.NetAddr);
    }
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }
}

function loopback(port: number): Deno.NetAddr {
  return { transport: "udp", hostname: "127.0.0.1", port };
}
