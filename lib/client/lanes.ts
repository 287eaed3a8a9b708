/** Lets what has the same key pass one at a time and in order, while different keys don't wait. */
export class Lanes {
  readonly #last = new Map<string, Promise<void>>();

  /** Waits for whoever entered before; the answer has to be called to let the next one in. */
  async enter(key: string): Promise<() => void> {
    const before = this.#last.get(key);
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    this.#last.set(key, left);
    await before;
    return () => {
      if (this.#last.get(key) === left) this.#last.delete(key);
      leave();
    };
  }
}
