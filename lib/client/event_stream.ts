import { maxQueuedEvents } from "../limits.ts";

/** A queue between what happens and who reads about it: one reader, at its own pace. */
export class EventStream<Event> implements AsyncIterableIterator<Event, undefined> {
  #queue: Event[] = [];
  /** Calls of {@linkcode next} that wait for an event, the oldest first. */
  readonly #waiting: (() => void)[] = [];
  #isEnded = false;
  readonly #onReturn: (stream: EventStream<Event>) => void;

  /** @param onReturn told when the reader stops reading */
  constructor(onReturn: (stream: EventStream<Event>) => void) {
    this.#onReturn = onReturn;
  }

  /** Adds an event; drops the oldest where nobody reads. */
  push(event: Event): void {
    this.#queue.push(event);
    if (this.#queue.length > maxQueuedEvents) this.#queue.shift();
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
