import { listen, type Listening } from "../../lib/server/listen.ts";
import type { Direction } from "../testing/chaos_profile.ts";
import { type ChaosEvent, ChaosProxy } from "../testing/chaos_proxy.ts";
import { Log } from "../testing/log.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { within } from "../testing/within.ts";

export const loopback = "127.0.0.1";

/** What comes to a socket. */
export class Inbox {
  readonly log = new Log<{ readonly text: string; readonly from: Deno.NetAddr }>();
  readonly ended: Promise<void>;

  constructor(readonly socket: Deno.DatagramConn) {
    this.ended = this.#receive();
  }

  get texts(): string[] {
    return this.log.entries.map(({ text }) => text);
  }

  async #receive(): Promise<void> {
    for await (const [bytes, from] of this.socket) {
      this.log.add({ text: new TextDecoder().decode(bytes), from: from as Deno.NetAddr });
    }
  }
}

/** A server's sockets, a client's, and the proxy in between. */
export class ProxyScene implements AsyncDisposable {
  readonly #listening: Listening = listen(loopback, 0);
  readonly server = new Inbox(this.#listening.datagrams);
  readonly client = new Inbox(openSocket());
  readonly clock = new ManualClock();
  readonly proxy: ChaosProxy;
  /** What the proxy has done. */
  readonly deeds = new Log<ChaosEvent>();
  readonly #conns: Deno.TcpConn[] = [];

  constructor(seed = 1) {
    const { port } = this.#listening.listener.addr as Deno.NetAddr;
    const report = (event: ChaosEvent) => this.deeds.add(event);
    this.proxy = new ChaosProxy({ upstreamPort: port, seed, report, clock: this.clock });
  }

  /** Sends one datagram in a direction; down only once one has come up. */
  async send(direction: Direction, text: string, client = this.client): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    const through = { transport: "udp", hostname: loopback, port: this.proxy.port } as const;
    if (direction === "up") await client.socket.send(bytes, through);
    else await this.server.socket.send(bytes, this.server.log.entries.at(-1)!.from);
  }

  /** Makes the proxy and the server know the client. */
  async greet(): Promise<void> {
    const before = this.server.texts.length;
    await this.send("up", "hello");
    await this.server.log.until((entries) => entries.length > before, "a greeting");
  }

  /** A connection through the proxy: the client's end, and the server's. */
  async connect(): Promise<Record<Direction, Deno.TcpConn>> {
    const accepting = this.#listening.listener.accept();
    const up = await this.dial();
    const down = await within(accepting, "a connection");
    this.#conns.push(down);
    return { up, down };
  }

  /** The client's end only. */
  async dial(): Promise<Deno.TcpConn> {
    const conn = await Deno.connect({ hostname: loopback, port: this.proxy.port });
    this.#conns.push(conn);
    return conn;
  }

  accept(): Promise<Deno.TcpConn> {
    return this.#listening.listener.accept().then((conn) => {
      this.#conns.push(conn);
      return conn;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    for (const conn of this.#conns) conn.close();
    this.#listening.listener.close();
    for (const { socket, ended } of [this.server, this.client]) {
      socket.close();
      await ended;
    }
  }
}

export function openSocket(): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname: loopback, port: 0 });
}

export async function write(conn: Deno.TcpConn, text: string): Promise<void> {
  await conn.write(new TextEncoder().encode(text));
}

/** What comes next, or that nothing will. */
export async function read(conn: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(1_024);
  const count = await within(conn.read(buffer).catch(() => null), "bytes or the end");
  return count === null ? "the end" : new TextDecoder().decode(buffer.subarray(0, count));
}
