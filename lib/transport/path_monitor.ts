import { bitCount } from "../bit_count.ts";
import {
  activeProbeMs,
  doubtProbeMs,
  downProbeMs,
  heardProbesUntilUp,
  idleProbeMs,
  lostProbesUntilDown,
  probeTimeoutMs,
  probeWindow,
} from "../limits.ts";

/** What is known of one direction of a path. */
export type PathState = "untried" | "up" | "down";

/** A probe that nobody has said to have heard. */
interface Unheard {
  readonly number: number;
  /** The how manieth it was, from 1. */
  readonly ordinal: number;
  readonly sentAt: number;
}

/** The newest probe and the whole window behind it, a bit each. */
const remembered = (1 << probeWindow + 1) - 1;

/**
 * Judges one direction of a path by its last {@linkcode probeWindow} probes: they go over UDP, and the other
 * side says over TCP which it heard, so the verdict on this direction owes nothing to the other one.
 *
 * ```
 *            first probe heard            lostProbesUntilDown of probeWindow lost
 * untried ───────────────────────▶ up ─────────────────────────────────────────────▶ down
 *    │                             ▲                                                 │  ▲
 *    │                             └─────────────────────────────────────────────────┘  │
 *    │                               heardProbesUntilUp of probeWindow heard            │
 *    └──────────────────────────────────────────────────────────────────────────────────┘
 *                            lostProbesUntilDown of probeWindow lost
 * ```
 *
 * In between the verdict stays what it was. A path in use that loses so many probes at random is taken for
 * down, or up again, so many times an hour (tests/transport/path_monitor_loss_test.ts holds it to that):
 *
 * | lost    | 20 %  | 30 % | 40 % | 50 % | 60 % | 70 % | 80 % |
 * | ------- | ----- | ---- | ---- | ---- | ---- | ---- | ---- |
 * | changes | 0.001 | 0.05 | 1    | 9    | 38   | 20   | 1    |
 */
export class PathMonitor {
  #state: PathState = "untried";
  /** Probes sent since the path led where it leads now. */
  #sent = 0;
  /** One bit for each of the last probes, the newest lowest: whether it was heard. */
  #heard = 0;
  /** In the order sent; empty on a path that loses nothing. */
  #unheard: Unheard[] = [];
  #newestHeard = 0;
  #roundTripMs: number | undefined;
  #sentAt = -Infinity;
  #usedAt = -Infinity;

  get state(): PathState {
    return this.#state;
  }

  /** Probes judged so far, {@linkcode probeWindow} at most: all but the newest, until that is heard. */
  get tried(): number {
    return Math.min(probeWindow, this.#sent - (this.#isAwaiting ? 1 : 0));
  }

  /** How many of those {@linkcode tried} were lost. */
  get lost(): number {
    return this.tried - bitCount(this.#judged);
  }

  /** Probes lost since the last one that was heard, of those {@linkcode tried}. */
  get lostInRow(): number {
    const judged = this.#judged;
    return judged === 0 ? this.tried : 31 - Math.clz32(judged & -judged);
  }

  /** From the newest probe heard to the word of it, in milliseconds; `undefined` before the first. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** Says that the path carries a message now, so that the next probe comes soon. */
  use(now: number): void {
    this.#usedAt = now;
  }

  /** Makes the next probe due at once: what carries the path has changed, though not where it leads. */
  hasten(): void {
    this.#sentAt = -Infinity;
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
    const number = crypto.getRandomValues(new Uint32Array(1))[0]!;
    this.#heard = this.#heard << 1 & remembered;
    this.#unheard.push({ number, ordinal: ++this.#sent, sentAt: now });
    while (this.#sent - this.#unheard[0]!.ordinal > probeWindow) this.#unheard.shift();
    this.#sentAt = now;
    this.#judge();
    return number;
  }

  /**
   * The other side has heard this probe. A late word mends what was counted as lost; one about a probe that
   * has left the window, or was never sent, changes nothing.
   *
   * @param now where given, the probe shows how long a round trip takes
   */
  hear(number: number, now?: number): void {
    const index = this.#unheard.findIndex((probe) => probe.number === number);
    if (index < 0) return;
    const [{ ordinal, sentAt }] = this.#unheard.splice(index, 1) as [Unheard];
    this.#heard |= 1 << this.#sent - ordinal;
    if (ordinal > this.#newestHeard) {
      this.#newestHeard = ordinal;
      if (now !== undefined) this.#roundTripMs = now - sentAt;
    }
    this.#judge();
  }

  /** The path leads elsewhere now: nothing is known of it until a probe sent there is heard. */
  restart(): void {
    this.#state = "untried";
    this.#sent = this.#heard = this.#newestHeard = 0;
    this.#unheard = [];
    this.#roundTripMs = undefined;
    this.#sentAt = -Infinity;
  }

  /** Whether the newest probe is neither heard nor given up. */
  get #isAwaiting(): boolean {
    return this.#sent > 0 && (this.#heard & 1) === 0;
  }

  /** As `#heard`, of those {@linkcode tried} alone. */
  get #judged(): number {
    const bits = this.#isAwaiting ? this.#heard >>> 1 : this.#heard;
    return bits & (1 << probeWindow) - 1;
  }

  get #paceMs(): number {
    if (this.#state === "down") return this.#judged === 0 ? downProbeMs : doubtProbeMs;
    if (this.#isAwaiting) return this.lostInRow === 0 ? probeTimeoutMs : doubtProbeMs;
    return this.#usedAt > this.#sentAt ? activeProbeMs : idleProbeMs;
  }

  #judge(): void {
    const heard = bitCount(this.#judged);
    if (this.tried - heard >= lostProbesUntilDown) this.#state = "down";
    else if (this.#state === "untried" ? heard > 0 : heard >= heardProbesUntilUp) {
      this.#state = "up";
    }
  }
}
