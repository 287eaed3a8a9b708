/** Lets a program wait until something that changes is as it should be. */
export class Changes {
  #next = Promise.withResolvers<void>();

  /** Something has changed. */
  notify(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Resolves with `true` once `holds` does, or with `false` after so long. */
  async until(holds: () => boolean, patienceMs: number): Promise<boolean> {
    const deadline = performance.now() + patienceMs;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, patienceMs);
    while (!holds() && performance.now() < deadline) {
      await Promise.race([this.#next.promise, late.promise]);
    }
    clearTimeout(timer);
    return holds();
  }

  /** Waits as long as it takes while `measure` grows; `false` once it stood still for so long. */
  async untilStalled(
    holds: () => boolean,
    measure: () => number,
    patienceMs: number,
  ): Promise<boolean> {
    for (let before = -1, now = measure(); now > before && !holds(); now = measure()) {
      before = now;
      await this.until(() => holds(), patienceMs);
    }
    return holds();
  }
}
