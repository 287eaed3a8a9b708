import { openAtRest, sealAtRest } from "../crypto/mod.ts";
import { type Change, type ClientStore, type Stored, StoreError } from "./store.ts";

const utf8 = new TextEncoder();

/**
 * A store that keeps its values sealed in another one; keys, which it must find them by, it doesn't hide.
 * A value opens under its own key alone: none can be put in the place of another.
 */
export class SealedStore implements ClientStore {
  readonly #inner: ClientStore;
  readonly #storageKey: Uint8Array;
  readonly #path: string;

  /**
   * @param storageKey 32 bytes
   * @param path of what is kept, for errors
   */
  constructor(inner: ClientStore, storageKey: Uint8Array, path: string) {
    this.#inner = inner;
    this.#storageKey = storageKey;
    this.#path = path;
  }

  /** @throws {StoreError} `damaged` where the value was altered, or sealed with another key */
  get(key: string): Stored | undefined {
    const record = this.#inner.get(key);
    if (!record) return undefined;
    try {
      const value = openAtRest(this.#storageKey, utf8.encode(key), record.value);
      return { value, version: record.version };
    } catch (cause) {
      throw new StoreError(this.#path, "damaged", { cause });
    }
  }

  keys(prefix: string): string[] {
    return this.#inner.keys(prefix);
  }

  commit(changes: readonly Change[]): boolean {
    return this.#inner.commit(changes.map((change) => ({ ...change, value: this.#seal(change) })));
  }

  close(): void {
    this.#inner.close();
  }

  #seal({ key, value }: Change): Uint8Array | undefined {
    return value && sealAtRest(this.#storageKey, utf8.encode(key), value);
  }
}
