import type { Body, Text } from "../../lib/codec/mod.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import type { ClientEvent, TransferStatus } from "../../lib/client/mod.ts";
import { TransferWays } from "../../lib/client/transfer_ways.ts";
import { Transfers, type TransfersOptions } from "../../lib/client/transfers.ts";
import type { DuplexStream } from "../../lib/transport/mod.ts";
import { fastForward } from "./fast_forward.ts";
import { Log } from "./log.ts";
import { ManualClock } from "./manual_clock.ts";
import { MemoryStream } from "./memory_stream.ts";
import { type Rewrite, RewrittenStream } from "./rewritten_stream.ts";
import { mayNotWrite, withDirectory } from "./temporary_directory.ts";

type Negotiation = Exclude<Body, Text>;

/** Passes for each turn of the disk, which takes a few for what takes long. */
const stepMs = 100;

/** Takes what a member is told of files. */
export type Hear = (body: Negotiation) => Promise<void>;

/** What a relay does in its n-th pairing to what the sender writes. */
export type Spoil = (pairing: number) => Rewrite | undefined;

/** A server that only joins the two ends of transfers, and hands over what they tell each other. */
export class TransferEnds implements AsyncDisposable {
  readonly clock = new ManualClock();
  /** What was told, by whom. */
  readonly told = new Log<{ readonly from: string; readonly body: Negotiation }>();
  /** Streams handed out, by pairs. */
  pairings = 0;
  spoil: Spoil = () => undefined;
  /** The same, to what the receiver writes. */
  spoilBack: Spoil = () => undefined;
  readonly #ears = new Map<string, Hear>();
  readonly #waiting = new Map<string, (stream: DuplexStream) => void>();
  readonly #ends: TransferEnd[] = [];

  /** A member as it should be. */
  enter(name: string, options: Partial<TransfersOptions> = {}): TransferEnd {
    const end = new TransferEnd(name, this, options);
    this.hear(name, (body) => end.transfers.receive(this.otherOf(name), body, "signed"));
    this.#ends.push(end);
    return end;
  }

  /** A member of the test's making. */
  hear(name: string, ear: Hear): void {
    this.#ears.set(name, ear);
  }

  otherOf(name: string): string {
    return [...this.#ears.keys()].find((other) => other !== name)!;
  }

  async tell(from: string, to: string, body: Negotiation): Promise<void> {
    this.told.add({ from, body });
    await Promise.resolve();
    void this.#ears.get(to)!(body);
  }

  /** As `OpenRelay`. */
  open(role: "sender" | "receiver", id: Uint8Array, signal?: AbortSignal): Promise<DuplexStream> {
    const key = `${id.toHex()} ${role === "sender" ? "receiver" : "sender"}`;
    const other = this.#waiting.get(key);
    if (other) {
      this.#waiting.delete(key);
      const [near, far] = this.#pair();
      other(role === "sender" ? far : near);
      return Promise.resolve(role === "sender" ? near : far);
    }
    const { promise, resolve, reject } = Promise.withResolvers<DuplexStream>();
    this.#waiting.set(`${id.toHex()} ${role}`, resolve);
    signal?.addEventListener("abort", () => reject(signal.reason));
    return promise;
  }

  /** Lets as much time pass as it takes. */
  during<Result>(happening: Promise<Result>): Promise<Result> {
    return fastForward(this.clock, happening, stepMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { transfers } of this.#ends) await this.during(transfers.close());
  }

  #pair(): [DuplexStream, DuplexStream] {
    const [near, far] = MemoryStream.pair();
    const pairing = this.pairings++;
    const rewrites = [this.spoil(pairing), this.spoilBack(pairing)];
    const ends = [near, far].map((end, i) => {
      const rewrite = rewrites[i];
      return rewrite ? new RewrittenStream(end, rewrite) : end;
    });
    return ends.map((end) => Object.assign(end, { closeWrite: () => Promise.resolve() })) as [
      DuplexStream & MemoryStream,
      DuplexStream & MemoryStream,
    ];
  }
}

/** Runs a test with such a server and a directory; not where there may be none. */
export function endsTest(
  name: string,
  test: (ends: TransferEnds, directory: string) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: mayNotWrite,
    fn: () =>
      withDirectory(async (directory) => {
        await using ends = new TransferEnds();
        await test(ends, directory);
      }),
  });
}

/** One member's transfers, and what it is told of them. */
export class TransferEnd {
  readonly log = new Log<ClientEvent>();
  readonly transfers: Transfers;

  constructor(name: string, ends: TransferEnds, options: Partial<TransfersOptions>) {
    const { clock } = ends;
    this.transfers = new Transfers({
      clock,
      store: new MemoryStore(),
      ways: new TransferWays({
        clock,
        openRelay: ends.open.bind(ends),
        directHost: () => undefined,
      }),
      isPresent: () => true,
      negotiate: (to, body) => ends.tell(name, to, body),
      emit: (event) => this.log.add(event),
      show: (event) => Promise.resolve(this.log.add(event)),
      acceptsFrom: () => false,
      downloads: ".",
      onFault: (error) => {
        throw error;
      },
      ...options,
    });
  }

  /** The only transfer, as it is. */
  get status(): TransferStatus {
    return this.transfers.statuses.at(-1)!;
  }

  /** Resolves once the only transfer is in a state, of which an event tells. */
  async reaches(...states: readonly TransferStatus["state"][]): Promise<TransferStatus> {
    await this.log.until(() => states.includes(this.status?.state), `a state of ${states}`);
    return this.status;
  }
}
