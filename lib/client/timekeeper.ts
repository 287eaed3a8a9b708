import type { Clock, Timer } from "../clock.ts";
import type { MemberMessage } from "../codec/mod.ts";
import { pingAfterMs } from "../limits.ts";
import { AnswerWatch, type Traffic } from "./answer_watch.ts";

/** A connection, as far as time matters. */
export interface TimedConnection extends Traffic {
  readonly isOpen: boolean;
  /** Since when one of the two sides has said nothing. */
  readonly quietSince: number;
  /** Ends it where a silence, or a write, has lasted too long. */
  check(): void;
  /** Ends it at once because the other side doesn't answer. */
  giveUp(): void;
}

export interface TimekeeperOptions {
  readonly clock: Clock;
  readonly connection: TimedConnection;
  /** When the core next wants to be called; `undefined` where it doesn't. */
  readonly coreAt: () => number | undefined;
  readonly tickCore: () => void;
  readonly ping: () => void;
}

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

/** Keeps the time between a connection and the core: calls the core, pings, and notices that nobody answers. */
export class Timekeeper {
  readonly #options: TimekeeperOptions;
  readonly #answerWatch: AnswerWatch;
  #timer: { readonly at: number; readonly timer: Timer } | undefined;
  #pingedAt = -Infinity;
  #isStopped = false;

  constructor(options: TimekeeperOptions) {
    this.#options = options;
    this.#answerWatch = new AnswerWatch(options.connection);
  }

  /** A message has been sent. */
  noteSent(message: MemberMessage): void {
    if (questions.has(message.kind)) this.noteQuestion();
  }

  /** Something was sent that wants an answer over TCP. */
  noteQuestion(): void {
    if (this.#answerWatch.ask(this.#options.clock.now())) this.arm();
  }

  /** Sees to it that the core is called when it next wants to be; after every call to the core. */
  arm(): void {
    const { clock, connection } = this.#options;
    const coreAt = this.#options.coreAt();
    if (coreAt === undefined || this.#isStopped || !connection.isOpen) return;
    const at = Math.min(coreAt, this.#pingAt, this.#answerWatch.dueAt);
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.timer.cancel();
    const timer = clock.after(Math.max(0, at - clock.now()), () => this.#tick());
    this.#timer = { at, timer };
  }

  /** The connection is over. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.timer.cancel();
  }

  get #pingAt(): number {
    return Math.max(this.#options.connection.quietSince, this.#pingedAt) + pingAfterMs;
  }

  #tick(): void {
    const { clock, connection, tickCore, ping } = this.#options;
    this.#timer = undefined;
    connection.check();
    const now = clock.now();
    const verdict = this.#answerWatch.check(now);
    if (verdict === "silent") return connection.giveUp();
    if (verdict === "ping" || this.#pingAt <= now) {
      this.#pingedAt = now;
      ping();
    }
    tickCore();
    this.arm();
  }
}
