import type { Change, ClientStore, Stored } from "./store.ts";

/** A store that lasts as long as the program. */
export class MemoryStore implements ClientStore {
  readonly #records = new Map<string, Stored>();
  #lastVersion = 0;

  /** As {@linkcode ClientStore.get}. */
  get(key: string): Stored | undefined {
    const record = this.#records.get(key);
    return record && { value: record.value.slice(), version: record.version };
  }

  /** As {@linkcode ClientStore.keys}. */
  keys(prefix: string): string[] {
    return [...this.#records.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** As {@linkcode ClientStore.commit}. */
  commit(changes: readonly Change[]): boolean {
    const hold = changes.every(({ key, version }) =>
      (this.#records.get(key)?.version ?? 0) === version
    );
    if (!hold) return false;
    for (const { key, value } of changes) {
      if (value) this.#records.set(key, { value: value.slice(), version: ++this.#lastVersion });
      else this.#records.delete(key);
    }
    return true;
  }

  /** There is nothing to close. */
  close(): void {}
}
