import { maxQueuedEvents } from "../limits.ts";

/** A queue between what happens and who reads about it: one reader, at its own pace. */
export class EventStream<Event> implements AsyncIterableIterator<Event, undefined> {
  #queue: Event[] = [];
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

  /** Adds an event; drops the oldest where nobody reads. */
  push(event: Event): void {
    this.#queue.push(event);
    if (this.#queue.length > maxQueuedEvents) {
      this.#queue.shift();
      this.#dropped++;
    }
    this.#waiting.shift()?.();
  }

  /** No more events will come; what is queued can still be read. */
  end(): void {
    this.#isEnded = true;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    while (this.#queue.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#dropped > 0) {
      const value = this.#eventOfLoss(this.#dropped);
      this.#dropped = 0;
      return { done: false, value };
    }
    if (this.#queue.length === 0) return { done: true, value: undefined };
    return { done: false, value: this.#queue.shift()! };
  }

  return(): Promise<IteratorResult<Event, undefined>> {
    this.#queue = [];
    this.end();
    this.#onReturn(this);
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
