import { maxQueuedEvents } from "../limits.ts";

interface Queued<Event> {
  readonly event: Event;
  /** Told whether somebody has seen it, once its reader has come back for more or there will be none. */
  readonly onRead: ((isSeen: boolean) => void) | undefined;
}

/** A queue between what happens and who reads about it: one reader, at its own pace. */
export class EventStream<Event> implements AsyncIterableIterator<Event, undefined> {
  #queue: Queued<Event>[] = [];
  /** What the reader has in its hands, where somebody waits to hear that it is through with it. */
  #inHand: ((isSeen: boolean) => void) | undefined;
  /** Calls of {@linkcode next} that wait for an event, the oldest first. */
  readonly #waiting: (() => void)[] = [];
  #isEnded = false;
  /** Events dropped since the reader was last told. */
  #dropped = 0;
  readonly #onReturn: (stream: EventStream<Event>) => void;
  readonly #eventOfLoss: (dropped: number) => Event;

  /**
   * @param onReturn told when the reader stops reading
   * @param eventOfLoss what the reader gets in place of so many events that it left lying too long
   */
  constructor(
    onReturn: (stream: EventStream<Event>) => void,
    eventOfLoss: (dropped: number) => Event,
  ) {
    this.#onReturn = onReturn;
    this.#eventOfLoss = eventOfLoss;
  }

  /** Adds an event; drops the oldest where nobody reads, but for those that were handed. */
  push(event: Event): void {
    this.#add({ event, onRead: undefined });
  }

  /**
   * Adds an event that its reader has to have seen: resolves with `true` when the reader comes back for the next
   * one, and with `false` where it leaves before.
   */
  hand(event: Event): Promise<boolean> {
    return new Promise((resolve) => this.#add({ event, onRead: resolve }));
  }

  /** No more events will come. What is queued can still be read, but for what nobody would hear was read. */
  end(): void {
    this.#isEnded = true;
    for (const { onRead } of this.#queue) onRead?.(false);
    this.#queue = this.#queue.filter(({ onRead }) => !onRead);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    this.#letGo();
    while (this.#queue.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#dropped > 0) {
      const value = this.#eventOfLoss(this.#dropped);
      this.#dropped = 0;
      return { done: false, value };
    }
    const next = this.#queue.shift();
    if (!next) return { done: true, value: undefined };
    this.#inHand = next.onRead;
    return { done: false, value: next.event };
  }

  return(): Promise<IteratorResult<Event, undefined>> {
    this.#letGo();
    this.end();
    this.#queue = [];
    this.#onReturn(this);
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #add(queued: Queued<Event>): void {
    this.#queue.push(queued);
    if (this.#queue.length > maxQueuedEvents) this.#dropOldest();
    this.#waiting.shift()?.();
  }

  #dropOldest(): void {
    const oldest = this.#queue.findIndex(({ onRead }) => !onRead);
    if (oldest < 0) return; // a server hands over only so many at a time
    this.#queue.splice(oldest, 1);
    this.#dropped++;
  }

  #letGo(): void {
    this.#inHand?.(true);
    this.#inHand = undefined;
  }
}
