import type { Timer } from "../../lib/clock.ts";
import { Contacts } from "../../lib/client/contacts.ts";
import { ClientCore, type Sealer } from "../../lib/client/core.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import { ChatError, type ClientEvent, type DisconnectedCode } from "../../lib/client/mod.ts";
import { encodeMemberHello, type Welcome } from "../../lib/codec/mod.ts";
import { generateIdentity } from "../../lib/crypto/mod.ts";
import { reconnectPauseMs, stableConnectionMs } from "../../lib/limits.ts";
import type { UdpProfile } from "./chaos_profile.ts";
import { memberHello } from "./hellos.ts";
import type { ManualClock } from "./manual_clock.ts";
import { ProcessClock } from "./process_clock.ts";
import type { SeededRandom } from "./seeded_random.ts";
import type { DatagramWay, SimulatedDatagrams } from "./simulated_datagrams.ts";
import { serverAddress, type SimulatedServer } from "./simulated_server.ts";
import { SimulatedSession } from "./simulated_session.ts";

/** What a member's network does. */
export interface MemberNetwork {
  readonly hostname: string;
  readonly udp: UdpProfile;
  /** How long bytes are on their way, and by how much more at most. */
  readonly tcp: { readonly delayMs: number; readonly jitterMs: number };
}

export interface SimulatedMemberOptions {
  readonly name: string;
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly network: MemberNetwork;
  readonly datagrams: SimulatedDatagrams;
  readonly server: SimulatedServer;
  readonly makeSealer: (member: SimulatedMember) => Sealer;
  readonly history: number;
  readonly onEvent: (event: ClientEvent) => void;
  /** Welcomed; whether it is the first time for this start of its program. */
  readonly onWelcome: (welcome: Welcome, isFirst: boolean) => void;
  readonly onFault: (error: unknown) => void;
}

/** One start of the program. */
interface Process {
  readonly clock: ProcessClock;
  readonly core: ClientCore;
  attempt: number;
  /** The next attempt to connect, while there is one. */
  connecting: Timer | undefined;
  connectedAt: number;
  hasEntered: boolean;
}

/**
 * A member's machine in a simulated network, with a real client core and a store that outlasts its starts. As
 * `connect`, it reconnects by itself; and it can be put to sleep, moved to another network, and killed.
 */
export class SimulatedMember {
  readonly name: string;
  readonly identity = generateIdentity();
  readonly store = new MemoryStore();
  readonly #options: SimulatedMemberOptions;
  readonly #sealer: Sealer;
  readonly #way: DatagramWay;
  readonly #tcpRandom: SeededRandom;
  readonly #pauseRandom: SeededRandom;
  #process: Process | undefined;
  #session: SimulatedSession | undefined;
  #isAsleep = false;
  #port = 40_000;
  #networks = 0;

  constructor(options: SimulatedMemberOptions) {
    this.#options = options;
    this.name = options.name;
    this.#way = { random: options.random.fork(), profile: options.network.udp };
    this.#tcpRandom = options.random.fork();
    this.#pauseRandom = options.random.fork();
    this.#sealer = options.makeSealer(this);
  }

  /** The core, while the program runs. */
  get core(): ClientCore | undefined {
    return this.#process?.core;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  get isAsleep(): boolean {
    return this.#isAsleep;
  }

  get address(): { readonly hostname: string; readonly port: number } {
    return { hostname: this.#options.network.hostname, port: this.#port };
  }

  // ------------------------------------------------------------------------------------ the program

  start(): void {
    if (this.#process) return;
    const clock = new ProcessClock(this.#options.clock);
    const { identity, store } = this;
    const { history, onEvent, onFault } = this.#options;
    const emit = (event: ClientEvent) => {
      if (this.#process === process) onEvent(event);
    };
    const contacts = new Contacts(store, (name) => emit({ kind: "keyChanged", name }));
    const sealer = this.#sealer;
    const core = new ClientCore({
      clock,
      identity,
      store,
      contacts,
      sealer,
      emit,
      show: (event) => Promise.resolve((emit(event), true)),
      negotiate: () => Promise.resolve(),
      onFault,
      history,
    });
    const process: Process = {
      clock,
      core,
      attempt: 0,
      connecting: undefined,
      connectedAt: 0,
      hasEntered: false,
    };
    this.#process = process;
    this.#connect(process);
  }

  /** Leaves as one should; answers how many timers it has left behind. */
  quit(): number {
    const process = this.#process;
    if (!process) return 0;
    this.wake();
    process.core.fail(new ChatError("closed"));
    process.connecting?.cancel();
    this.#process = undefined;
    this.#session?.leave();
    this.#closePort();
    const { pending } = process.clock;
    process.clock.kill();
    return pending;
  }

  /** Ends the program in the middle of whatever it is at; the system closes its connection. */
  kill(): void {
    const process = this.#process;
    if (!process) return;
    this.#process = undefined;
    process.clock.kill();
    process.core.exit();
    this.#session?.connection.close();
    this.#closePort();
    this.#isAsleep = false;
  }

  say(text: string): Promise<{ seq: number }> {
    const said = this.#process!.core.say(text);
    this.#session?.arm();
    return said;
  }

  tell(to: string, text: string): Promise<unknown> {
    const told = this.#process!.core.tell(to, text);
    this.#session?.arm();
    return told;
  }

  // ------------------------------------------------------------------------------------ the machine

  /** The lid is closed: nothing happens here, and nobody is told. */
  sleep(): void {
    if (!this.#process) return;
    this.#isAsleep = true;
    this.#process.clock.sleep();
    this.#session?.connection.hold();
  }

  /** @param isForgotten whether a router between has forgotten the connection, and tells nobody */
  wake(isForgotten = false): void {
    if (!this.#isAsleep) return;
    this.#isAsleep = false;
    if (isForgotten) this.#session?.connection.cut();
    this.#session?.connection.unhold();
    this.#process?.clock.wake();
  }

  /** Datagrams come from another address from now on; the connection stays. */
  remap(): void {
    this.#movePort();
  }

  /** Another network: the connection leads nowhere, and nobody says so. */
  roam(): void {
    this.#session?.connection.cut();
    this.#movePort();
  }

  // ------------------------------------------------------------------------------- staying connected

  #connect(process: Process): void {
    const { server, network } = this.#options;
    const payload = encodeMemberHello({
      ...memberHello(this.name),
      signingKey: this.identity.signingKeyPair.publicKey,
    });
    process.connecting = process.clock.after(2 * this.#latencyMs(), () => {
      const answered = server.answer({
        hello: payload,
        identityKey: this.identity.staticKeyPair.publicKey,
        hostname: network.hostname,
        latencyMs: this.#latencyMs,
        way: this.#way,
      });
      if (!answered) return this.#reconnect(process);
      process.connectedAt = process.clock.now();
      const session = new SimulatedSession({
        clock: process.clock,
        core: process.core,
        answered,
        localEnd: () => ({ hostname: network.hostname, udpPort: this.#port }),
        sendDatagram: (datagram) => this.#sendDatagram(datagram),
        openPort: () => this.#movePort(),
        onWelcome: (welcome) => {
          this.#options.onWelcome(welcome, !process.hasEntered);
          process.hasEntered = true;
        },
        onEnd: (code) => this.#lose(process, session, code),
      });
      this.#session = session;
      if (this.#isAsleep) session.connection.hold();
      this.#movePort();
    });
  }

  #lose(process: Process, session: SimulatedSession, code: DisconnectedCode): void {
    if (this.#session === session) this.#session = undefined;
    if (this.#process !== process) return;
    process.core.exit();
    this.#closePort();
    if (process.clock.now() - process.connectedAt >= stableConnectionMs) process.attempt = 0;
    this.#options.onEvent({ kind: "disconnected", code, retryInMs: 0 });
    this.#reconnect(process);
  }

  #reconnect(process: Process): void {
    const { first, longest } = reconnectPauseMs;
    const most = Math.min(longest, first * 2 ** process.attempt++);
    const pauseMs = Math.round(most * (0.5 + this.#pauseRandom.fraction() / 2));
    process.connecting = process.clock.after(pauseMs, () => this.#connect(process));
  }

  // -------------------------------------------------------------------------------------- the network

  /** By itself: the server's end holds on to it for longer than our session lasts. */
  readonly #latencyMs = (): number => {
    const { delayMs, jitterMs } = this.#options.network.tcp;
    return delayMs + this.#tcpRandom.fraction() * jitterMs;
  };

  #sendDatagram(datagram: Uint8Array): void {
    this.#options.datagrams.send(datagram, this.address, serverAddress, this.#way);
  }

  /** The same address is never used again: what is still on its way there arrives nowhere. */
  #movePort(): void {
    this.#closePort();
    this.#port = 40_000 + ++this.#networks;
    this.#options.datagrams.open(this.address, (datagram) => {
      if (!this.#isAsleep) this.#session?.receiveDatagram(datagram);
    });
  }

  #closePort(): void {
    this.#options.datagrams.close(this.address);
  }
}
