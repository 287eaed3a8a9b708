import type { Clock } from "../../lib/clock.ts";
import type { LocalEnd } from "../../lib/client/checkup.ts";
import type { ClientCore, Session } from "../../lib/client/core.ts";
import type { DisconnectedCode } from "../../lib/client/mod.ts";
import { Timekeeper } from "../../lib/client/timekeeper.ts";
import type { MemberMessage, Message, Welcome } from "../../lib/codec/mod.ts";
import { maxTextBytes } from "../../lib/limits.ts";
import { DatagramPath, type OutgoingDatagram } from "../../lib/transport/mod.ts";
import type { ConnectionEnd, SimulatedConnection } from "./simulated_connection.ts";
import { type Answered, serverAddress } from "./simulated_server.ts";

export interface SimulatedSessionOptions {
  readonly clock: Clock;
  readonly core: ClientCore;
  readonly answered: Answered;
  /** Our own machine's address. */
  readonly localEnd: () => LocalEnd;
  readonly sendDatagram: (datagram: Uint8Array) => void;
  readonly openPort: () => void;
  readonly onWelcome: (welcome: Welcome) => void;
  /** Called once. */
  readonly onEnd: (code: DisconnectedCode) => void;
}

/** One connection of a client in a simulated network, as `ServerConnection` is in a real one. */
export class SimulatedSession implements Session {
  readonly maxTextBytes = maxTextBytes;
  readonly #options: SimulatedSessionOptions;
  readonly #connection: SimulatedConnection;
  readonly #timekeeper: Timekeeper;
  #path: DatagramPath | undefined;
  #farewell: DisconnectedCode | undefined;

  constructor(options: SimulatedSessionOptions) {
    this.#options = options;
    this.#connection = options.answered.connection;
    const { clock, core } = options;
    this.#timekeeper = new Timekeeper({
      clock,
      connection: this.#connection,
      coreAt: () => core.nextTickAt,
      tickCore: () => core.tick(),
      ping: () => this.send({ kind: "ping" }),
    });
    this.#connection.attach({
      receive: (message) => {
        this.#receive(message);
        return 0;
      },
      end: (reason) => this.#end(reason),
    });
  }

  get connection(): SimulatedConnection {
    return this.#connection;
  }

  get path(): DatagramPath {
    return this.#path!;
  }

  get localEnd(): LocalEnd {
    return this.#options.localEnd();
  }

  send(message: MemberMessage): void {
    this.#connection.send(message);
    this.#timekeeper.noteSent(message);
  }

  sendLazily(message: MemberMessage): void {
    this.#connection.send(message, "lazily");
  }

  sendDatagram({ path, plaintext }: OutgoingDatagram): void {
    this.#options.sendDatagram(path.seal(plaintext));
    if (path.isUp) this.#timekeeper.noteQuestion();
  }

  openPort(): void {
    this.#options.openPort();
  }

  receiveDatagram(datagram: Uint8Array): void {
    if (!this.#path) return;
    this.#options.core.receiveDatagram(datagram, serverAddress);
    this.arm();
  }

  leave(): void {
    this.#farewell ??= "leaving";
    this.#connection.send({ kind: "bye", code: "leaving" });
    this.#connection.close();
  }

  /** Sees to it that the core is called when it next wants to be; after every call to the core. */
  arm(): void {
    this.#timekeeper.arm();
  }

  #receive(message: Message): void {
    const { core, onWelcome, answered } = this.#options;
    switch (message.kind) {
      case "welcome":
        this.#path = new DatagramPath(answered.datagrams(message.sessionId), serverAddress);
        onWelcome(message);
        void core.enter(this, message);
        return this.arm();
      case "refused":
      case "bye":
        this.#farewell = message.code;
        return this.#connection.close();
      default:
        core.receive(message);
        this.arm();
    }
  }

  #end(reason: ConnectionEnd): void {
    this.#timekeeper.stop();
    const code = reason === "closed" || reason === "lost" ? "connectionLost" : reason;
    this.#options.onEnd(this.#farewell ?? code);
  }
}
