import { type Clock, pause, type Timer } from "../../lib/clock.ts";
import { DueQueue } from "./due_queue.ts";

/** It hands on for so long before sockets and other timers get their turn. */
const turnMs = 2;

/** Keeps things back, each for its own time, and hands them on one after the other as they are due. */
export class DelayLine<Item> {
  /** By how much what was handed on was late, in ms: what the line itself has added. */
  readonly lateness = { sumMs: 0, maxMs: 0, count: 0 };
  readonly #clock: Clock;
  readonly #handOn: (item: Item) => Promise<void>;
  readonly #queue = new DueQueue<Item>();
  #timer: Timer | undefined;
  #wakesAt = Infinity;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(clock: Clock, handOn: (item: Item) => Promise<void>) {
    this.#clock = clock;
    this.#handOn = handOn;
  }

  add(item: Item, delayMs: number): void {
    if (this.#isClosed) return;
    this.#queue.add(item, this.#clock.now() + delayMs);
    if (!this.#running) this.#arm();
  }

  /** Forgets what it keeps; resolves when it hands on nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#queue.clear();
    await this.#running;
  }

  #arm(): void {
    const next = this.#queue.first;
    if (!next || this.#isClosed) return;
    const now = this.#clock.now();
    if (next.at <= now) {
      this.#running = this.#run();
      return;
    }
    if (this.#timer !== undefined && this.#wakesAt <= next.at) return;
    this.#timer?.cancel();
    this.#wakesAt = next.at;
    this.#timer = this.#clock.after(next.at - now, () => this.#wake());
  }

  #wake(): void {
    this.#timer = undefined;
    if (!this.#running) this.#arm();
  }

  async #run(): Promise<void> {
    let turnStartedAt = this.#clock.now();
    for (let now = turnStartedAt;; now = this.#clock.now()) {
      const { first } = this.#queue;
      if (!first || first.at > now) break;
      this.#queue.removeFirst();
      this.#note(now - first.at);
      await this.#handOn(first.item);
      if (now - turnStartedAt < turnMs) continue;
      await pause(this.#clock, 0);
      turnStartedAt = this.#clock.now();
    }
    this.#running = undefined;
    this.#arm();
  }

  #note(latenessMs: number): void {
    const { lateness } = this;
    lateness.sumMs += latenessMs;
    lateness.maxMs = Math.max(lateness.maxMs, latenessMs);
    lateness.count++;
  }
}
