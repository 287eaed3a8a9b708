import { type Clock, pause, type Timer } from "../../lib/clock.ts";

/** It hands on for so long before sockets and other timers get their turn. */
const turnMs = 2;

interface Delayed<Item> {
  readonly item: Item;
  readonly dueAt: number;
  /** How many were put in before it: of two that are due at once, the first goes first. */
  readonly order: number;
}

/** Keeps things back, each for its own time, and hands them on one after the other as they are due. */
export class DelayLine<Item> {
  /** By how much what was handed on was late, in ms: what the line itself has added. */
  readonly lateness = { sumMs: 0, maxMs: 0, count: 0 };
  readonly #clock: Clock;
  readonly #handOn: (item: Item) => Promise<void>;
  /** A binary heap: none is due before the one at half its index. */
  readonly #heap: Delayed<Item>[] = [];
  #order = 0;
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
    this.#push({ item, dueAt: this.#clock.now() + delayMs, order: this.#order++ });
    if (!this.#running) this.#arm();
  }

  /** Forgets what it keeps; resolves when it hands on nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#heap.length = 0;
    await this.#running;
  }

  #arm(): void {
    const next = this.#heap[0];
    if (!next || this.#isClosed) return;
    const now = this.#clock.now();
    if (next.dueAt <= now) {
      this.#running = this.#run();
      return;
    }
    if (this.#timer !== undefined && this.#wakesAt <= next.dueAt) return;
    this.#timer?.cancel();
    this.#wakesAt = next.dueAt;
    this.#timer = this.#clock.after(next.dueAt - now, () => this.#wake());
  }

  #wake(): void {
    this.#timer = undefined;
    if (!this.#running) this.#arm();
  }

  async #run(): Promise<void> {
    let turnStartedAt = this.#clock.now();
    for (let now = turnStartedAt; this.#heap.length > 0; now = this.#clock.now()) {
      if (this.#heap[0]!.dueAt > now) break;
      const { item, dueAt } = this.#pop();
      this.#note(now - dueAt);
      await this.#handOn(item);
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

  #push(delayed: Delayed<Item>): void {
    let at = this.#heap.length;
    for (let parent = at - 1 >> 1; at > 0; at = parent, parent = at - 1 >> 1) {
      if (!isBefore(delayed, this.#heap[parent]!)) break;
      this.#heap[at] = this.#heap[parent]!;
    }
    this.#heap[at] = delayed;
  }

  #pop(): Delayed<Item> {
    const [first] = this.#heap;
    const last = this.#heap.pop()!;
    const { length } = this.#heap;
    if (length === 0) return first!;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && isBefore(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      if (isBefore(last, this.#heap[child]!)) break;
      this.#heap[at] = this.#heap[child]!;
      at = child;
    }
    this.#heap[at] = last;
    return first!;
  }
}

function isBefore<Item>(one: Delayed<Item>, other: Delayed<Item>): boolean {
  return one.dueAt < other.dueAt || one.dueAt === other.dueAt && one.order < other.order;
}
