import { MemoryStore } from "../../lib/server/memory_store.ts";

/** A store in memory to which a test can do what an operator does from another process. */
export class OperatedStore extends MemoryStore {
  #isChanged = false;

  /** Does something that the server has to notice by itself. */
  operate(work: (store: MemoryStore) => void): void {
    work(this);
    this.#isChanged = true;
  }

  override changed(): boolean {
    const isChanged = this.#isChanged;
    this.#isChanged = false;
    return isChanged;
  }
}
