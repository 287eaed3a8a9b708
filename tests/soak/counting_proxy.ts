import { closeQuietly } from "../../lib/transport/mod.ts";
import type { Direction } from "../testing/chaos_profile.ts";
import type { Changes } from "./changes.ts";

/** Enough that it doesn't slow a transfer down, and little to be lost in it. */
const pieceBytes = 65_536;

/** Stands between a member and the server, counts the bytes that pass over TCP, and cuts all connections when told. */
export class CountingProxy implements AsyncDisposable {
  /** Bytes that have been handed on. */
  readonly passed: Record<Direction, number> = { up: 0, down: 0 };
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #upstreamPort: number;
  readonly #changes: Changes;
  readonly #conns = new Set<Deno.TcpConn>();
  readonly #tasks = new Set<Promise<void>>();

  /** @param changes told of every piece */
  constructor(upstreamPort: number, changes: Changes) {
    this.#upstreamPort = upstreamPort;
    this.#changes = changes;
    this.#track(this.#accept());
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  cut(): void {
    for (const conn of this.#conns) closeQuietly(conn);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    closeQuietly(this.#listener);
    this.cut();
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) this.#track(this.#serve(client));
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    const upstream = { hostname: "127.0.0.1", port: this.#upstreamPort };
    const server = await Deno.connect(upstream).catch(() => undefined);
    if (!server) return closeQuietly(client); // it is dead just now
    const conns = [client, server];
    for (const conn of conns) {
      this.#conns.add(conn);
      conn.setNoDelay(true);
    }
    await Promise.all([this.#copy(client, server, "up"), this.#copy(server, client, "down")]);
    for (const conn of conns) {
      this.#conns.delete(conn);
      closeQuietly(conn);
    }
  }

  async #copy(from: Deno.TcpConn, to: Deno.TcpConn, direction: Direction): Promise<void> {
    const buffer = new Uint8Array(pieceBytes);
    try {
      for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
        for (let sent = 0; sent < count;) {
          const written = await to.write(buffer.subarray(sent, count));
          sent += written;
          this.passed[direction] += written;
        }
        this.#changes.notify();
      }
      await to.closeWrite();
    } catch {
      closeQuietly(from);
      closeQuietly(to);
    }
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }
}
