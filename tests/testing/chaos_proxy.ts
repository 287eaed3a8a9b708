import { type Clock, systemClock } from "../../lib/clock.ts";
import { listen, type Listening } from "../../lib/server/listen.ts";
import { closeQuietly } from "../../lib/transport/mod.ts";
import { calmProfile, type ChaosProfile, type Direction } from "./chaos_profile.ts";
import { ChaosStream } from "./chaos_stream.ts";
import { type DatagramFate, drawFate } from "./datagram_fate.ts";
import { datagramBufferBytes, DatagramRelay, type RelayedClient } from "./datagram_relay.ts";
import { DelayLine } from "./delay_line.ts";
import { SeededRandom } from "./seeded_random.ts";

/** A datagram on its way, in a buffer that is used again. */
interface Underway {
  readonly direction: Direction;
  readonly client: RelayedClient;
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly length: number;
}

/** What it has decided. */
export type ChaosEvent =
  /** About a datagram of the client before which so many others have sent some. */
  | {
    readonly kind: "datagram";
    readonly direction: Direction;
    readonly client: number;
    readonly fate: DatagramFate;
  }
  /** That what came over TCP is lost. */
  | { readonly kind: "lost"; readonly direction: Direction; readonly bytes: number };

export interface ChaosProxyOptions {
  /** Where the server listens, on 127.0.0.1. */
  readonly upstreamPort: number;
  /** What all that is random follows from. */
  readonly seed: number;
  /** Told of everything that it does. */
  readonly report?: (event: ChaosEvent) => void;
  /** The time; otherwise the system's. */
  readonly clock?: Clock;
}

/**
 * A bad network between clients and a server, for TCP and UDP on one port: it loses, doubles, reorders,
 * delays and garbles as its profile says, and can be told to cut, reset or move.
 *
 * What happens to a client's datagrams in one direction follows from the seed, from how many clients had
 * sent datagrams before it, and from how many of its own had gone that way; with TCP it is the same with
 * connections and reads. So it owes nothing to when the others send.
 */
export class ChaosProxy implements AsyncDisposable {
  readonly #seed: number;
  readonly #upstreamPort: number;
  readonly #report: (event: ChaosEvent) => void;
  readonly #clock: Clock;
  readonly #profile = calmProfile();
  readonly #listening: Listening = listen("127.0.0.1", 0);
  readonly #relay: DatagramRelay;
  readonly #line: DelayLine<Underway>;
  readonly #randoms = new Map<string, SeededRandom>();
  readonly #spareBuffers: Uint8Array<ArrayBuffer>[] = [];
  readonly #streams = new Set<ChaosStream>();
  readonly #tasks = new Set<Promise<void>>();
  #connections = 0;
  #changed = Promise.withResolvers<void>();
  #isClosed = false;

  constructor({ upstreamPort, seed, report = () => {}, clock = systemClock }: ChaosProxyOptions) {
    this.#upstreamPort = upstreamPort;
    this.#seed = seed;
    this.#report = report;
    this.#clock = clock;
    this.#line = new DelayLine<Underway>(clock, (underway) => this.#send(underway));
    this.#relay = new DatagramRelay(
      this.#listening.datagrams,
      () => upstreamPort,
      (direction, bytes, client) => this.#take(direction, bytes, client),
    );
    this.#track(this.#accept());
  }

  /** Where clients find it. */
  get port(): number {
    return (this.#listening.listener.addr as Deno.NetAddr).port;
  }

  /** By how much it has delayed datagrams beyond what its profile says. */
  get latenessMs(): { readonly mean: number; readonly max: number } {
    const { sumMs, maxMs, count } = this.#line.lateness;
    return { mean: sumMs / count, max: maxMs };
  }

  /** Changes what it does from now on. */
  change(alter: (profile: ChaosProfile) => void): void {
    alter(this.#profile);
    for (const stream of this.#streams) stream.change();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Breaks every TCP connection, for both sides. */
  reset(): void {
    for (const stream of this.#streams) stream.reset();
  }

  /** Lets each client's datagrams come from another port from now on. */
  changePorts(): void {
    for (const client of this.#relay.clients) this.#relay.move(client);
  }

  /** Lets each client's datagrams come from another address of loopback, which only Linux has, from now on. */
  changeAddresses(): void {
    for (const client of this.#relay.clients) {
      const last = 2 + this.#random(`address ${client.number}`).below(253);
      this.#relay.move(client, `127.0.0.${last}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    closeQuietly(this.#listening.listener);
    this.change(() => {});
    this.reset();
    await this.#line.close();
    await this.#relay.close();
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  /** What is drawn for this purpose. */
  #random(label: string): SeededRandom {
    let random = this.#randoms.get(label);
    if (!random) this.#randoms.set(label, random = SeededRandom.derived(this.#seed, label));
    return random;
  }

  // -------------------------------------------------------------------------------------------- UDP

  #take(direction: Direction, bytes: Uint8Array, client: RelayedClient): void {
    const random = this.#random(`udp ${direction} ${client.number}`);
    const fate = drawFate(random, this.#profile[direction].udp, bytes.length);
    this.#report({ kind: "datagram", direction, client: client.number, fate });
    const { delaysMs, flippedBit } = fate;
    for (const delayMs of delaysMs) {
      const buffer = this.#spareBuffers.pop() ?? new Uint8Array(datagramBufferBytes);
      buffer.set(bytes);
      if (flippedBit !== undefined) buffer[flippedBit >> 3]! ^= 1 << (flippedBit & 7);
      this.#line.add({ direction, client, buffer, length: bytes.length }, delayMs);
    }
  }

  async #send({ direction, client, buffer, length }: Underway): Promise<void> {
    await this.#relay.send(direction, buffer.subarray(0, length), client);
    this.#spareBuffers.push(buffer);
  }

  // -------------------------------------------------------------------------------------------- TCP

  async #accept(): Promise<void> {
    for await (const client of this.#listening.listener) this.#track(this.#serve(client));
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    const number = this.#connections++;
    const { up, down } = this.#profile;
    while ((up.tcp.isCut || down.tcp.isCut) && !this.#isClosed) await this.#changed.promise;
    if (this.#isClosed) return closeQuietly(client);
    const options = { hostname: "127.0.0.1", port: this.#upstreamPort };
    const server = await Deno.connect(options).catch(() => undefined);
    if (!server) return closeQuietly(client); // nobody listens
    const stream = new ChaosStream(client, server, {
      clock: this.#clock,
      profile: this.#profile,
      randoms: { up: this.#random(`tcp up ${number}`), down: this.#random(`tcp down ${number}`) },
      onLoss: (direction, bytes) => this.#report({ kind: "lost", direction, bytes }),
    });
    this.#streams.add(stream);
    if (this.#isClosed) stream.reset();
    await stream.ended;
    this.#streams.delete(stream);
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }
}
