import type { MessageId } from "../codec/mod.ts";
import { rememberedIds } from "../limits.ts";

/** The newest message ids of one author, each with what became of it, so that repeats are recognised. */
export class RecentIds<Outcome> {
  /** Most members only listen, and need none. */
  #outcomes: Map<MessageId, Outcome> | undefined;

  get(id: MessageId): Outcome | undefined {
    return this.#outcomes?.get(id);
  }

  /** Remembers `id`, and forgets the oldest one beyond {@linkcode rememberedIds}. */
  set(id: MessageId, outcome: Outcome): void {
    this.#outcomes ??= new Map();
    this.#outcomes.set(id, outcome);
    if (this.#outcomes.size <= rememberedIds) return;
    const [oldest] = this.#outcomes.keys();
    this.#outcomes.delete(oldest!);
  }
}
