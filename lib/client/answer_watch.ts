import { answerTimeoutMs, slowestLinkBytesPerMs } from "../limits.ts";

/** What has gone over a connection so far. */
export interface Traffic {
  readonly bytesHeard: number;
  readonly bytesSent: number;
}

/**
 * Notices soon that a connection is dead, though nobody says so: something was sent that wants an answer, and
 * not a byte has come since.
 *
 * ```
 *           ask               patience             patience
 * answered ─────▶ outstanding ────────▶ pinged ──────────────▶ silent
 *     ▲                │                   │
 *     └────────────────┴───────────────────┘
 *                 any byte heard
 * ```
 *
 * Patience is {@linkcode answerTimeoutMs}, and for what was sent since the question as long as the slowest
 * link takes. Where nothing wants an answer, it judges nothing: the other side may have nothing to say.
 */
export class AnswerWatch {
  readonly #traffic: Traffic;
  #bytesHeard = 0;
  #bytesSent = 0;
  #askedAt: number | undefined;
  #pingedAt: number | undefined;

  constructor(traffic: Traffic) {
    this.#traffic = traffic;
  }

  /** Something that wants an answer is sent; whether nothing else was outstanding. */
  ask(now: number): boolean {
    this.#settle();
    if (this.#askedAt !== undefined) return false;
    this.#askedAt = now;
    this.#bytesSent = this.#traffic.bytesSent;
    return true;
  }

  /** When {@linkcode check} has something to say. */
  get dueAt(): number {
    this.#settle();
    const since = this.#pingedAt ?? this.#askedAt;
    if (since === undefined) return Infinity;
    const bytes = this.#traffic.bytesSent - this.#bytesSent;
    return since + answerTimeoutMs + bytes / slowestLinkBytesPerMs;
  }

  /** What to do now: nothing, ask once more, or give the connection up. */
  check(now: number): "wait" | "ping" | "silent" {
    const lateMs = now - this.dueAt;
    if (lateMs < 0) return "wait";
    // a machine that has slept finds all of its timers late, and may not have read what has come
    if (this.#pingedAt !== undefined && lateMs < answerTimeoutMs) return "silent";
    this.#pingedAt = now;
    return "ping";
  }

  #settle(): void {
    if (this.#traffic.bytesHeard === this.#bytesHeard) return;
    this.#bytesHeard = this.#traffic.bytesHeard;
    this.#askedAt = this.#pingedAt = undefined;
  }
}
