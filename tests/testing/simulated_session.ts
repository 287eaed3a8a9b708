import type { Clock, Timer } from "../../lib/clock.ts";
import { AnswerWatch } from "../../lib/client/answer_watch.ts";
import type { LocalEnd } from "../../lib/client/checkup.ts";
import type { ClientCore, Session } from "../../lib/client/core.ts";
import type { DisconnectedCode } from "../../lib/client/mod.ts";
import type { MemberMessage, Message, Welcome } from "../../lib/codec/mod.ts";
import { maxTextBytes, pingAfterMs } from "../../lib/limits.ts";
import { DatagramPath, type OutgoingDatagram } from "../../lib/transport/mod.ts";
import type { ConnectionEnd, SimulatedConnection } from "./simulated_connection.ts";
import { type Answered, serverAddress } from "./simulated_server.ts";

/** Messages that a server answers over TCP, at once. */
const questions: ReadonlySet<MemberMessage["kind"]> = new Set<MemberMessage["kind"]>([
  "say",
  "send",
  "repair",
  "identify",
  "publish",
  "inquire",
  "reach",
  "diagnose",
  "ping",
]);

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

/** One connection of a client in a simulated network: as `ServerConnection`, it keeps the time for the core. */
export class SimulatedSession implements Session {
  readonly maxTextBytes = maxTextBytes;
  readonly #options: SimulatedSessionOptions;
  readonly #connection: SimulatedConnection;
  readonly #answerWatch: AnswerWatch;
  #path: DatagramPath | undefined;
  #timer: { readonly at: number; readonly timer: Timer } | undefined;
  #pingedAt = -Infinity;
  #farewell: DisconnectedCode | undefined;

  constructor(options: SimulatedSessionOptions) {
    this.#options = options;
    this.#connection = options.answered.connection;
    this.#answerWatch = new AnswerWatch(this.#connection);
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
    if (questions.has(message.kind)) this.#ask();
  }

  sendLazily(message: MemberMessage): void {
    this.#connection.send(message, "lazily");
  }

  sendDatagram({ path, plaintext }: OutgoingDatagram): void {
    this.#options.sendDatagram(path.seal(plaintext));
    if (path.isUp) this.#ask();
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
    const { core, clock } = this.#options;
    const coreAt = core.nextTickAt;
    if (coreAt === undefined || !this.#connection.isOpen) return;
    const at = Math.min(coreAt, this.#pingAt, this.#answerWatch.dueAt);
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.timer.cancel();
    const timer = clock.after(Math.max(0, at - clock.now()), () => this.#tick());
    this.#timer = { at, timer };
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
    this.#timer?.timer.cancel();
    const code = reason === "closed" || reason === "lost" ? "connectionLost" : reason;
    this.#options.onEnd(this.#farewell ?? code);
  }

  /** Something was sent that wants an answer over TCP. */
  #ask(): void {
    if (this.#answerWatch.ask(this.#options.clock.now())) this.arm();
  }

  get #pingAt(): number {
    return Math.max(this.#connection.quietSince, this.#pingedAt) + pingAfterMs;
  }

  #tick(): void {
    this.#timer = undefined;
    this.#connection.check();
    const now = this.#options.clock.now();
    const verdict = this.#answerWatch.check(now);
    if (verdict === "silent") return this.#connection.close("silence");
    if (verdict === "ping" || this.#pingAt <= now) {
      this.#pingedAt = now;
      this.send({ kind: "ping" });
    }
    this.#options.core.tick();
    this.arm();
  }
}
