/** Our global messages come back with the room's; this knows which of them are still to be shown. */
export class OwnCopies {
  #shownSeq = 0;
  readonly #waiting = new Map<number, () => void>();

  /** Resolves when the message of this number has been shown. */
  shown(seq: number): Promise<void> {
    if (seq <= this.#shownSeq) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(seq, resolve));
  }

  /** Everything up to this number has been shown, or said to be missing. */
  show(seq: number): void {
    this.#shownSeq = seq;
    for (const [waitingSeq, resolve] of this.#waiting) {
      if (waitingSeq > seq) continue;
      this.#waiting.delete(waitingSeq);
      resolve();
    }
  }

  /** Waits no longer: after a new connection, copies of what the last one numbered may never come. */
  giveUp(): void {
    for (const resolve of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }
}
