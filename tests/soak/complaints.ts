/** So many are kept of each kind: the first ones tell the most. */
const keptOfKind = 5;

/** What was seen that must not be, by kind. */
export class Complaints {
  readonly #kinds = new Map<string, { count: number; readonly first: string[] }>();

  add(kind: string, what: string): void {
    const known = this.#kinds.get(kind) ?? { count: 0, first: [] };
    this.#kinds.set(kind, known);
    known.count++;
    if (known.first.length < keptOfKind) known.first.push(what);
  }

  /** How many of this kind. */
  count(kind: string): number {
    return this.#kinds.get(kind)?.count ?? 0;
  }

  get total(): number {
    return this.kinds.reduce((sum, kind) => sum + this.count(kind), 0);
  }

  get kinds(): string[] {
    return [...this.#kinds.keys()];
  }

  /** The first ones of a kind. */
  describe(kind: string): string {
    return this.#kinds.get(kind)?.first.join("; ") ?? "";
  }
}
