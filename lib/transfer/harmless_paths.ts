import type { ManifestEntry } from "./manifest.ts";
import { nameKey, numberedName, safeName } from "./safe_name.ts";

/** Gives out names, none of them twice, upper and lower case being the same. */
export class SiblingNames {
  /** For each name the number that was tried last. */
  readonly #taken = new Map<string, number>();

  /** `name`, or if it is taken `name (2)`, `name (3)` … */
  claim(name: string, kind: ManifestEntry["kind"]): string {
    const key = nameKey(name);
    let number = this.#taken.get(key);
    let claimed = name;
    while (number !== undefined && this.#taken.has(nameKey(claimed))) {
      claimed = numberedName(name, kind, ++number);
    }
    if (number !== undefined) this.#taken.set(key, number);
    this.#taken.set(nameKey(claimed), 1);
    return claimed;
  }
}

/**
 * The paths of a manifest's entries with names that do no harm on any system, and of which no two are one: what is
 * outermost isn't hidden, what is within may be.
 *
 * @param entries each directory before what is in it
 */
export function harmlessPaths(entries: readonly ManifestEntry[]): readonly (readonly string[])[] {
  const open = [{ path: [] as readonly string[], names: new SiblingNames() }];
  return entries.map(({ kind, path }) => {
    const depth = path.length - 1;
    const parent = open[depth];
    const own = path[depth];
    if (parent === undefined || own === undefined) {
      throw new RangeError(`Cannot place an entry whose directory doesn't come before it`);
    }
    const name = parent.names.claim(safeName(own, { hidden: depth > 0 }), kind);
    const harmless = [...parent.path, name];
    open.length = depth + 1;
    if (kind === "directory") open.push({ path: harmless, names: new SiblingNames() });
    return harmless;
  });
}
