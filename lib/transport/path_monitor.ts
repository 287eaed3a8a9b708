import {
  activeProbeMs,
  heardProbesUntilUp,
  idleProbeMs,
  lostProbesUntilDown,
  probeTimeoutMs,
} from "../limits.ts";

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
  #nextNumber = 0;
  /** The newest probe, while neither heard nor given up. */
  #awaited: number | undefined;
  #newestHeard = -1;
  #sentAt = -Infinity;
  #usedAt = -Infinity;
  #lostInRow = 0;
  #heardInRow = 0;
  #roundTripMs: number | undefined;

  get state(): PathState {
    return this.#state;
  }

  /** Probes lost since the last one that was heard. */
  get lostInRow(): number {
    return this.#lostInRow;
  }

  /** From the newest probe that was heard in time until its answer, or `undefined` before the first. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** Says that the path carries a message now, so that the next probe comes soon. */
  use(now: number): void {
    this.#usedAt = now;
  }

  /** When the next probe is due: in the past where it is due now. */
  get nextProbeAt(): number {
    return this.#sentAt + this.#paceMs;
  }

  /** Number of the probe to be sent now; what was awaited and is overdue counts as lost. */
  sendProbe(now: number): number {
    if (this.#awaited !== undefined) this.#lose();
    this.#awaited = this.#nextNumber;
    this.#sentAt = now;
    return this.#nextNumber++;
  }

  /** The other side has heard this probe; a late word counts, an old one repeated doesn't. */
  hear(number: number, now: number): void {
    if (number <= this.#newestHeard || number >= this.#nextNumber) return;
    this.#newestHeard = number;
    if (number === this.#awaited) {
      this.#awaited = undefined;
      this.#roundTripMs = now - this.#sentAt;
    }
    this.#lostInRow = 0;
    this.#heardInRow++;
    if (this.#state === "untried" || this.#heardInRow >= heardProbesUntilUp) this.#state = "up";
  }

  get #paceMs(): number {
    if (this.#state === "down" && this.#heardInRow === 0) return activeProbeMs;
    const isSettled = this.#state === "up" && this.#lostInRow === 0;
    if (!isSettled || this.#awaited !== undefined) return probeTimeoutMs;
    return this.#usedAt > this.#sentAt ? activeProbeMs : idleProbeMs;
  }

  #lose(): void {
    this.#heardInRow = 0;
    this.#lostInRow++;
    if (this.#lostInRow >= lostProbesUntilDown) this.#state = "down";
  }
}
