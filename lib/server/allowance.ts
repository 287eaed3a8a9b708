import type { Author } from "./author.ts";
import type { Network } from "./network.ts";

/**
 * What a member may send: so much by itself, and so much together with all who come from the same
 * network, for identities cost nothing.
 */
export class Allowance {
  readonly #author: Author;
  readonly #network: Network | undefined;

  /** @param network `undefined` where there is nobody to share with */
  constructor(author: Author, network: Network | undefined) {
    this.#author = author;
    this.#network = network;
  }

  /** Whether a global message could be taken without waiting. */
  hasSay(now: number): boolean {
    return this.#author.sayBucket.has(now) && (this.#network?.sayBucket.has(now) ?? true);
  }

  /** Takes a global message; answers for how many milliseconds the member has to wait then. */
  takeSay(now: number, tokens = 1): number {
    const pauseMs = this.#author.sayBucket.take(now, tokens);
    if (!this.#network) return pauseMs;
    return Math.max(pauseMs, this.#network.sayBucket.take(now, tokens));
  }

  /** As {@linkcode hasSay}, for everything else. */
  hasOther(now: number): boolean {
    return this.#author.otherBucket.has(now) && (this.#network?.otherBucket.has(now) ?? true);
  }

  /** As {@linkcode takeSay}, for everything else. */
  takeOther(now: number, tokens = 1): number {
    const pauseMs = this.#author.otherBucket.take(now, tokens);
    if (!this.#network) return pauseMs;
    return Math.max(pauseMs, this.#network.otherBucket.take(now, tokens));
  }
}
