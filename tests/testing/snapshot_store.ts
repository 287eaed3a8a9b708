import type { Change, ClientStore, Stored } from "../../lib/client/store.ts";

/** A store in memory that can be opened again as it was after any of its commits. */
export class SnapshotStore implements ClientStore {
  readonly #records: Map<string, Stored>;
  #version: number;
  /** How many commits have been made, here and where it was opened from. */
  commits = 0;
  /** Called before each commit, and after it; what it throws is thrown by the commit. */
  beforeCommit: () => void = () => {};
  afterCommit: () => void = () => {};

  constructor(from?: SnapshotStore) {
    this.#records = new Map(from ? from.#records : []);
    this.#version = from ? from.#version : 0;
    this.commits = from?.commits ?? 0;
  }

  get(key: string): Stored | undefined {
    const stored = this.#records.get(key);
    return stored && { ...stored, value: stored.value.slice() };
  }

  keys(prefix: string): string[] {
    return [...this.#records.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  commit(changes: readonly Change[]): boolean {
    this.beforeCommit();
    const holds = changes.every(({ key, version }) =>
      (this.#records.get(key)?.version ?? 0) === version
    );
    if (!holds) return false;
    for (const { key, value } of changes) {
      if (value) this.#records.set(key, { value: value.slice(), version: ++this.#version });
      else this.#records.delete(key);
    }
    this.commits++;
    this.afterCommit();
    return true;
  }

  close(): void {}
}
