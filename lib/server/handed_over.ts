import { maxHandedOver } from "../limits.ts";
import type { Letter } from "./mail_store.ts";

/** Letters handed over on one connection and not yet acknowledged: no more than it can take at a time. */
export class HandedOver {
  /** Most members have nothing under way. */
  #letters: Map<number, Letter> | undefined;
  #bytes = 0;
  #newest = 0;

  get size(): number {
    return this.#letters?.size ?? 0;
  }

  /** Number of the newest one ever handed over here; what is kept beyond it waits. */
  get newest(): number {
    return this.#newest;
  }

  get isFull(): boolean {
    return this.size >= maxHandedOver.messages || this.#bytes >= maxHandedOver.bytes;
  }

  has(delivery: number): boolean {
    return this.#letters?.has(delivery) ?? false;
  }

  add(letter: Letter): void {
    this.#letters ??= new Map();
    this.#letters.set(letter.delivery, letter);
    this.#bytes += letter.envelope.length;
    this.#newest = letter.delivery;
  }

  /** Takes out what was acknowledged; `undefined` where it was before. */
  settle(delivery: number): Letter | undefined {
    const letter = this.#letters?.get(delivery);
    if (!letter) return undefined;
    this.#letters!.delete(delivery);
    this.#bytes -= letter.envelope.length;
    return letter;
  }

  /** All of them, the oldest first. */
  letters(): Letter[] {
    return [...this.#letters?.values() ?? []];
  }
}
