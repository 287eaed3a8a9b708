import type { MessageId } from "../codec/mod.ts";
import { maxAuthorsRemembered, rememberedIds } from "../limits.ts";

/**
 * Global messages that were shown, by author and id: what the server numbers a second time is dropped.
 * At least {@linkcode rememberedIds} an author, at most twice as many, in two generations.
 */
export class SaidIds {
  readonly #byAuthor = new Map<string, { newer: Set<MessageId>; older: Set<MessageId> }>();

  /** Remembers it; `false` where it was here before. */
  add(author: string, id: MessageId): boolean {
    const ids = this.#idsOf(author);
    if (ids.newer.has(id) || ids.older.has(id)) return false;
    ids.newer.add(id);
    if (ids.newer.size >= rememberedIds) {
      ids.older = ids.newer;
      ids.newer = new Set();
    }
    return true;
  }

  #idsOf(author: string): { newer: Set<MessageId>; older: Set<MessageId> } {
    const known = this.#byAuthor.get(author);
    const ids = known ?? { newer: new Set(), older: new Set() };
    this.#byAuthor.delete(author);
    this.#byAuthor.set(author, ids); // who spoke last is forgotten last
    if (this.#byAuthor.size > maxAuthorsRemembered) {
      const [quietest] = this.#byAuthor.keys();
      this.#byAuthor.delete(quietest!);
    }
    return ids;
  }
}
