import type { MessageId } from "../codec/mod.ts";
import { rememberedIds } from "../limits.ts";

/**
 * The newest message ids of one author, each with what became of it, so that repeats are recognised: at
 * least {@linkcode rememberedIds} of them, at most twice as many.
 *
 * Two generations, of which the older is dropped whole: forgetting ids one by one costs more than all else
 * that is done with them.
 */
export class RecentIds<Outcome> {
  /** Most members only listen, and need none. */
  #newer: Map<MessageId, Outcome> | undefined;
  #older: Map<MessageId, Outcome> | undefined;

  get isEmpty(): boolean {
    return this.#newer === undefined && this.#older === undefined;
  }

  /** How many ids are remembered; one of which more became known later may count twice. */
  get size(): number {
    return (this.#newer?.size ?? 0) + (this.#older?.size ?? 0);
  }

  get(id: MessageId): Outcome | undefined {
    return this.#newer?.get(id) ?? this.#older?.get(id);
  }

  /** Remembers `id`, or what has become of it since. */
  set(id: MessageId, outcome: Outcome): void {
    this.#newer ??= new Map();
    this.#newer.set(id, outcome);
    if (this.#newer.size < rememberedIds) return;
    this.#older = this.#newer;
    this.#newer = undefined;
  }

  /** Forgets `id`, as if it had never been. */
  delete(id: MessageId): void {
    this.#newer?.delete(id);
    this.#older?.delete(id);
  }
}
