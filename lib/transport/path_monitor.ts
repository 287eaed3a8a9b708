import {
  activeProbeMs,
  heardProbesUntilUp,
  idleProbeMs,
  lostProbesUntilDown,
  probeTimeoutMs,
} from "../limits.ts";

/** Probes remembered that were not heard: a slow link's answers come a few probes late. */
const maxUnheard = 8;

/** What is known of one direction of a path. */
export type PathState = "untried" | "up" | "down";

/**
 * Judges one direction of a path by probes: they go over UDP, and the other side says over TCP which it
 * heard, so the verdict on this direction owes nothing to the other one.
 *
 * ```
 *            first probe heard               lostProbesUntilDown lost in a row
 * untried ───────────────────────▶ up ─────────────────────────────────────────▶ down
 *    │                             ▲                                             │  ▲
 *    │                             └─────────────────────────────────────────────┘  │
 *    │                                    heardProbesUntilUp heard in a row         │
 *    └──────────────────────────────────────────────────────────────────────────────┘
 *                           lostProbesUntilDown lost in a row
 * ```
 */
export class PathMonitor {
  #state: PathState = "untried";
  /** Probes not heard, the newest last: a late word counts too. */
  #unheard: number[] = [];
  /** Whether the newest probe is neither heard nor given up. */
  #isAwaiting = false;
  #sentAt = -Infinity;
  #usedAt = -Infinity;
  #lostInRow = 0;
  #heardInRow = 0;

  get state(): PathState {
    return this.#state;
  }

  /** Probes lost since the last one that was heard. */
  get lostInRow(): number {
    return this.#lostInRow;
  }

  /** Says that the path carries a message now, so that the next probe comes soon. */
  use(now: number): void {
    this.#usedAt = now;
  }

  /** When the next probe is due: in the past where it is due now. */
  get nextProbeAt(): number {
    return this.#sentAt + this.#paceMs;
  }

  /**
   * Number of the probe to be sent now; what was awaited and is overdue counts as lost. It is drawn at
   * random: who hasn't received the probe can't say that it has.
   */
  sendProbe(now: number): number {
    if (this.#isAwaiting) this.#lose();
    const number = crypto.getRandomValues(new Uint32Array(1))[0]!;
    this.#unheard.push(number);
    if (this.#unheard.length > maxUnheard) this.#unheard.shift();
    this.#isAwaiting = true;
    this.#sentAt = now;
    return number;
  }

  /** The other side has heard this probe; a late word counts, one about an older probe doesn't. */
  hear(number: number): void {
    const index = this.#unheard.indexOf(number);
    if (index < 0) return;
    if (index === this.#unheard.length - 1) this.#isAwaiting = false;
    this.#unheard.splice(0, index + 1);
    this.#lostInRow = 0;
    this.#heardInRow++;
    if (this.#state === "untried" || this.#heardInRow >= heardProbesUntilUp) this.#state = "up";
  }

  /** The path leads elsewhere now: nothing is known of it until a probe sent there is heard. */
  restart(): void {
    this.#state = "untried";
    this.#unheard = [];
    this.#isAwaiting = false;
    this.#sentAt = -Infinity;
    this.#lostInRow = 0;
    this.#heardInRow = 0;
  }

  get #paceMs(): number {
    if (this.#state === "down" && this.#heardInRow === 0) return activeProbeMs;
    const isSettled = this.#state === "up" && this.#lostInRow === 0;
    if (!isSettled || this.#isAwaiting) return probeTimeoutMs;
    return this.#usedAt > this.#sentAt ? activeProbeMs : idleProbeMs;
  }

  #lose(): void {
    this.#heardInRow = 0;
    this.#lostInRow++;
    if (this.#lostInRow >= lostProbesUntilDown) this.#state = "down";
  }
}
