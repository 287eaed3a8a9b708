import type { Timer } from "../../lib/clock.ts";
import { type ByeCode, decodeMemberHello, ProtocolError } from "../../lib/codec/mod.ts";
import { DatagramSession, type Handshaken, TransportSession } from "../../lib/crypto/mod.ts";
import { maxRoundMs, roundMsPerMember, tickMs } from "../../lib/limits.ts";
import { ServerCore } from "../../lib/server/core.ts";
import type { LeftReason, ServerEvent } from "../../lib/server/event.ts";
import type { Connection, Member } from "../../lib/server/member.ts";
import { type Network, Networks } from "../../lib/server/network.ts";
import type { ServerStore } from "../../lib/server/store.ts";
import type { DatagramPath, OutgoingDatagram } from "../../lib/transport/mod.ts";
import type { ManualClock } from "./manual_clock.ts";
import { type ConnectionEnd, SimulatedConnection } from "./simulated_connection.ts";
import type { DatagramWay, SimulatedDatagrams } from "./simulated_datagrams.ts";

type DirectionKeys = ConstructorParameters<typeof TransportSession>[0];

export const serverAddress = { hostname: "198.51.100.1", port: 7_700 } as const;

/** Who knocks, and from where. */
export interface Knock {
  readonly hello: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly hostname: string;
  readonly latencyMs: () => number;
  readonly way: DatagramWay;
}

/** What the handshake leaves a client with: nothing has arrived on it yet. */
export interface Answered {
  readonly connection: SimulatedConnection;
  datagrams(sessionId: bigint): DatagramSession;
}

export interface SimulatedServerOptions {
  readonly clock: ManualClock;
  readonly datagrams: SimulatedDatagrams;
  /** Opens what outlasts the server; it is closed with it. */
  readonly openStore: () => ServerStore;
  readonly report: (event: ServerEvent) => void;
}

/** What runs between one start and the next stop. */
interface Run {
  readonly core: ServerCore;
  readonly store: ServerStore;
  readonly networks: Networks;
  /** Where each member's datagrams go through, also while its connection is broken. */
  readonly ways: WeakMap<DatagramPath, DatagramWay>;
  readonly connections: Set<SimulatedConnection>;
  ticking: Timer | undefined;
  fanOut: Timer | undefined;
}

/** The edge of a server in a simulated network, with a real core and store, which can be stopped and started. */
export class SimulatedServer {
  readonly #options: SimulatedServerOptions;
  #run: Run | undefined;

  constructor(options: SimulatedServerOptions) {
    this.#options = options;
  }

  get core(): ServerCore | undefined {
    return this.#run?.core;
  }

  get store(): ServerStore | undefined {
    return this.#run?.store;
  }

  start(): void {
    const { clock, openStore, datagrams, report } = this.#options;
    const store = openStore();
    const core = new ServerCore({
      clock,
      store,
      registration: "open",
      maxMembers: 10_000,
      outputs: {
        wakeFanOut: () => run.fanOut ??= clock.after(0, () => this.#takeRound(run)),
        sendDatagram: (datagram) => this.#send(run, datagram),
        report,
      },
    });
    const run: Run = {
      core,
      store,
      networks: new Networks(),
      ways: new WeakMap(),
      connections: new Set(),
      ticking: undefined,
      fanOut: undefined,
    };
    this.#run = run;
    datagrams.open(serverAddress, (datagram, from) => core.receiveDatagram(datagram, from));
    this.#tick(run);
  }

  /** Stops with goodbyes, or as a process that is killed. */
  stop(manner: "orderly" | "killed"): void {
    const run = this.#run;
    if (!run) return;
    this.#run = undefined;
    run.ticking?.cancel();
    run.fanOut?.cancel();
    if (manner === "orderly") {
      for (const datagram of run.core.takeRound()?.datagrams() ?? []) this.#send(run, datagram);
      run.core.stop();
    }
    for (const connection of [...run.connections]) connection.close();
    this.#options.datagrams.close(serverAddress);
    run.store.close();
  }

  /** The handshake of somebody at the door; `undefined` where nobody answers. */
  answer(knock: Knock): Answered | undefined {
    const run = this.#run;
    const { clock } = this.#options;
    if (!run) return undefined;
    const network = run.networks.of(knock.hostname, clock.now());
    if (network && !network.enter(clock.now())) return undefined;
    const [near, far] = SimulatedConnection.pair(clock, knock.latencyMs);
    const keys = drawKeys();
    const handshaken: Handshaken = {
      remoteStaticKey: knock.identityKey.slice(),
      handshakeHash: new Uint8Array(32),
      transport: new TransportSession(keys.near),
      datagrams: datagramsOf(keys.near),
    };
    clock.after(knock.latencyMs(), () => this.#admit(run, knock, near, handshaken, network));
    return { connection: far, datagrams: datagramsOf(keys.far) };
  }

  #admit(
    run: Run,
    { hello, hostname, way }: Knock,
    end: SimulatedConnection,
    handshaken: Handshaken,
    network: Network | undefined,
  ): void {
    const { clock } = this.#options;
    let member: Member | undefined = undefined;
    const leave = (reason: ConnectionEnd) => {
      run.connections.delete(end);
      network?.leave(clock.now());
      clock.after(0, () => { // not amid what the core is at
        if (member && this.#run === run) run.core.depart(member, connection.reasonFor(reason));
      });
    };
    const connection = new SimulatedMemberConnection(end, hostname, network);
    run.connections.add(end);
    end.attach({
      receive: (message) => {
        if (connection.farewell) return 0; // it has been told to go
        if (message.kind === "bye") connection.takeLeave();
        else return this.#whileProper(connection, () => run.core.receive(member!, message));
        return 0;
      },
      end: leave,
    });
    if (this.#run !== run || !end.isOpen) return end.close();
    member = run.core.admit(decodeMemberHello(hello.slice()), handshaken, connection);
    if (member) run.ways.set(member.path, way);
    else end.close();
  }

  #whileProper(connection: SimulatedMemberConnection, act: () => number): number {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const { address } = connection;
      this.#options.report({ kind: "violated", address, name: undefined, code: error.code });
      connection.end("protocolViolation");
      return 0;
    }
  }

  #takeRound(run: Run): void {
    const { clock } = this.#options;
    const round = run.core.takeRound();
    run.fanOut = undefined;
    if (!round) return;
    const roundMs = Math.min(maxRoundMs, run.core.registry.size * roundMsPerMember);
    run.fanOut = clock.after(roundMs, () => this.#takeRound(run));
    for (const datagram of round.datagrams()) this.#send(run, datagram);
  }

  #tick(run: Run): void {
    const { clock } = this.#options;
    run.networks.forgetIdle(clock.now());
    run.core.tick();
    run.ticking = clock.after(tickMs, () => this.#tick(run));
  }

  #send({ ways }: Run, { path, plaintext }: OutgoingDatagram): void {
    const way = ways.get(path);
    if (!path.address || !way) return;
    this.#options.datagrams.send(path.seal(plaintext), serverAddress, path.address, way);
  }
}

function drawKeys(): Record<"near" | "far", DirectionKeys> {
  const [up, down] = [0, 1].map(() => crypto.getRandomValues(new Uint8Array(32)));
  return { near: { send: down!, receive: up! }, far: { send: up!, receive: down! } };
}

/** By itself: whoever holds on to it must not hold on to the run of the server that it comes from. */
function datagramsOf(keys: DirectionKeys): (sessionId: bigint) => DatagramSession {
  return (sessionId) => new DatagramSession(sessionId, keys);
}

/** As `MemberConnection`, over an end in memory. */
class SimulatedMemberConnection implements Connection {
  readonly #end: SimulatedConnection;
  #farewell: ByeCode | undefined;

  constructor(
    end: SimulatedConnection,
    readonly address: string,
    readonly network: Network | undefined,
  ) {
    this.#end = end;
  }

  get farewell(): ByeCode | undefined {
    return this.#farewell;
  }

  get isOpen(): boolean {
    return !this.#farewell && this.#end.isOpen;
  }

  get isCongested(): boolean {
    return this.#end.isCongested;
  }

  get isDrained(): boolean {
    return this.#end.isDrained;
  }

  send(message: Parameters<Connection["send"]>[0]): void {
    if (!this.#farewell) this.#end.send(message);
  }

  sendLazily(message: Parameters<Connection["send"]>[0]): void {
    if (!this.#farewell) this.#end.send(message, "lazily");
  }

  sendEncoded(message: Uint8Array): void {
    if (!this.#farewell) this.#end.sendEncoded(message);
  }

  check(): void {
    this.#end.check();
  }

  end(code: ByeCode): void {
    this.send({ kind: "bye", code });
    this.#farewell ??= code;
    this.#end.close();
  }

  /** The member has said goodbye. */
  takeLeave(): void {
    this.#farewell = "leaving";
    this.#end.close();
  }

  /** Why the member left, given how its connection ended. */
  reasonFor(end: ConnectionEnd): LeftReason {
    switch (end) {
      case "closed":
        return this.#farewell ?? "leaving";
      case "lost":
        return this.#farewell ?? "connectionLost";
      case "slowReader":
      case "silence":
        return end;
      default:
        return end satisfies never;
    }
  }
}
