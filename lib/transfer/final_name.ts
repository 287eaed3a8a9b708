import { join } from "node:path";
import { lookAt } from "./look_at.ts";
import { numberedName } from "./safe_name.ts";

/**
 * Gives a file or folder its final name in a directory on the same file system, `name (2)` and so on if that is
 * taken, and answers the path. It never takes the place of anything, whoever else writes to that directory:
 *
 * - A file gets the name as a second link, which fails where there is something, and loses the first one.
 * - A folder is renamed, which fails where there is anything but an empty folder; that one is looked for before.
 * - Where the file system knows no links, as on a memory stick, an empty file reserves the name and is replaced.
 *   If the process dies in between, it stays.
 */
export async function giveFinalName(
  from: string,
  kind: "file" | "directory",
  directory: string,
  name: string,
): Promise<string> {
  const move = kind === "file" ? moveFile : moveDirectory;
  for (let number = 1;; number++) {
    const path = join(directory, number === 1 ? name : numberedName(name, kind, number));
    if (await lookAt(path) === undefined && await move(from, path)) return path;
  }
}

/** Whether `from` now is at `to`; not where there is something. */
async function moveFile(from: string, to: string): Promise<boolean> {
  try {
    await Deno.link(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    return await reserveAndReplace(from, to, error);
  }
  await Deno.remove(from);
  return true;
}

async function reserveAndReplace(from: string, to: string, linkError: unknown): Promise<boolean> {
  try {
    (await Deno.open(to, { write: true, createNew: true, mode: 0o600 })).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw linkError;
  }
  try {
    await Deno.rename(from, to);
  } catch (error) {
    await Deno.remove(to);
    throw error;
  }
  return true;
}

async function moveDirectory(from: string, to: string): Promise<boolean> {
  try {
    await Deno.rename(from, to);
    return true;
  } catch (error) {
    if (await lookAt(to) !== undefined) return false;
    throw error;
  }
}
