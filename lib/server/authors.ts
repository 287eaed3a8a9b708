import { maxAbsentAuthors, maxAbsentIds, rememberIdsMs } from "../limits.ts";
import { Author, type FloodLimits } from "./author.ts";

/** Who an author is: an identity, under a name. */
export interface AuthorKey {
  readonly identityKey: Uint8Array;
  /** The registry key of its name. */
  readonly key: string;
}

/** An author that has left, and how many ids were remembered of it then. */
interface Absent {
  readonly author: Author;
  readonly ids: number;
}

/**
 * What is remembered of authors: of those who are here, and for a while of those who have left. Names and
 * identities cost nothing, so the absent are limited in number and in ids; who left first goes first.
 */
export class Authors {
  readonly #limits: FloodLimits;
  readonly #present = new Map<string, Author>();
  /** In the order in which they left. */
  readonly #absent = new Map<string, Absent>();
  #absentIds = 0;

  constructor(limits: FloodLimits) {
    this.#limits = limits;
  }

  /** Somebody is here, who may have been so before. */
  enter(who: AuthorKey, now: number): Author {
    const id = idOf(who);
    const author = this.#present.get(id) ?? this.#forget(id) ?? new Author(this.#limits, now);
    author.enter();
    this.#present.set(id, author);
    return author;
  }

  /** Somebody has left; of one who has only listened there is nothing to remember. */
  leave(who: AuthorKey, now: number): void {
    const id = idOf(who);
    const author = this.#present.get(id);
    if (!author) return;
    this.#present.delete(id);
    author.leave(now);
    if (author.isBlank(now)) return;
    const ids = author.rememberedIds;
    this.#absent.set(id, { author, ids });
    this.#absentIds += ids;
    while (this.#absent.size > maxAbsentAuthors || this.#absentIds > maxAbsentIds) {
      const [first] = this.#absent.keys();
      this.#forget(first!);
    }
  }

  /** Forgets those that have been away for longer than any client tries to come back. */
  forgetOld(now: number): void {
    for (const [id, { author }] of this.#absent) {
      if (now - author.leftAt! <= rememberIdsMs) return; // the rest left later still
      this.#forget(id);
    }
  }

  #forget(id: string): Author | undefined {
    const absent = this.#absent.get(id);
    if (!absent) return undefined;
    this.#absent.delete(id);
    this.#absentIds -= absent.ids;
    return absent.author;
  }
}

function idOf({ identityKey, key }: AuthorKey): string {
  return `${identityKey.toHex()} ${key}`;
}
