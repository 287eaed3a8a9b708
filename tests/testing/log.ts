import { within } from "./within.ts";

/** A list that grows, in which a test can wait for what it expects. */
export class Log<Entry> {
  readonly entries: Entry[] = [];
  #grown = Promise.withResolvers<void>();

  add(entry: Entry): void {
    this.entries.push(entry);
    this.#grown.resolve();
    this.#grown = Promise.withResolvers();
  }

  /** Resolves once `isEnough` says so of the entries. */
  async until(isEnough: (entries: readonly Entry[]) => boolean, what: string): Promise<void> {
    while (!isEnough(this.entries)) await within(this.#grown.promise, what);
  }

  /** The first entry, there already or still to come, for which `isIt` holds. */
  async find<Found extends Entry>(
    isIt: (entry: Entry) => entry is Found,
    what: string,
  ): Promise<Found> {
    await this.until((entries) => entries.some(isIt), what);
    return this.entries.find(isIt)!;
  }
}
