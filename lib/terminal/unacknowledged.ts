/** Counts what has been sent and not acknowledged, for whoever must not run too far ahead. */
export class Unacknowledged {
  #count = 0;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  /** Counts one more until `acknowledged` resolves. */
  async add(acknowledged: Promise<void>): Promise<void> {
    this.#count++;
    try {
      await acknowledged;
    } finally {
      this.#count--;
      this.#release();
    }
  }

  /** Resolves once there are no more than `count`. */
  atMost(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ count, resolve });
      this.#release();
    });
  }

  #release(): void {
    const ready = this.#waiting.filter(({ count }) => this.#count <= count);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter(({ count }) => this.#count > count);
    for (const { resolve } of ready) resolve();
  }
}
