import { join } from "node:path";
import { isPartialName, Partial, partialPath } from "./partial.ts";

/**
 * Removes the partials in a directory that belong to none of the transfers known and that nobody has tried to go on
 * with for `olderThanMs`; answers how many. What can't be removed, or is in use, stays.
 */
export async function discardAbandoned(
  directory: string,
  knownIds: Iterable<string>,
  olderThanMs: number,
  now: number,
): Promise<number> {
  const known = new Set(Array.from(knownIds, (id) => partialPath(directory, id)));
  let discarded = 0;
  for (const { name } of await list(directory)) {
    const path = join(directory, name);
    if (!isPartialName(name) || known.has(path)) continue;
    if (await isAbandoned(path, now - olderThanMs) && await discard(path)) discarded += 1;
  }
  return discarded;
}

async function list(directory: string): Promise<readonly Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function isAbandoned(path: string, before: number): Promise<boolean> {
  try {
    const { isDirectory, mtime } = await Deno.lstat(path);
    const triedAt = await lastTried(path) ?? mtime;
    return isDirectory && triedAt !== null && triedAt.getTime() < before;
  } catch {
    return false;
  }
}

/** A process may have been killed before it held its lock. */
async function lastTried(path: string): Promise<Date | null> {
  try {
    return (await Deno.lstat(join(path, "lock"))).mtime;
  } catch {
    return null;
  }
}

async function discard(path: string): Promise<boolean> {
  try {
    const partial = await Partial.open(path);
    await partial.remove();
    return true;
  } catch {
    return false;
  }
}
