/** Something, and when it is due. */
export interface Due<Item> {
  readonly item: Item;
  readonly at: number;
}

interface Queued<Item> extends Due<Item> {
  /** How many were put in before it: of two that are due at once, the first goes first. */
  readonly order: number;
}

/** What is due, the next first: a binary heap, in which none is due before the one at half its index. */
export class DueQueue<Item> {
  readonly #heap: Queued<Item>[] = [];
  #order = 0;

  /** What is due next. */
  get first(): Due<Item> | undefined {
    return this.#heap[0];
  }

  add(item: Item, at: number): void {
    const queued = { item, at, order: this.#order++ };
    let index = this.#heap.length;
    for (let parent = index - 1 >> 1; index > 0; index = parent, parent = index - 1 >> 1) {
      if (!isBefore(queued, this.#heap[parent]!)) break;
      this.#heap[index] = this.#heap[parent]!;
    }
    this.#heap[index] = queued;
  }

  /** Takes out the {@linkcode first}. */
  removeFirst(): void {
    const last = this.#heap.pop();
    const { length } = this.#heap;
    if (last === undefined || length === 0) return;
    let index = 0;
    for (let child = 1; child < length; child = 2 * index + 1) {
      if (child + 1 < length && isBefore(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      if (isBefore(last, this.#heap[child]!)) break;
      this.#heap[index] = this.#heap[child]!;
      index = child;
    }
    this.#heap[index] = last;
  }

  clear(): void {
    this.#heap.length = 0;
  }
}

function isBefore(one: Queued<unknown>, other: Queued<unknown>): boolean {
  return one.at < other.at || one.at === other.at && one.order < other.order;
}
