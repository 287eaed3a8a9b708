import { filesSyncedAtOnce } from "../limits.ts";

/** A file, and the time in ms since 1970 that it is to bear as that of its last change. */
export interface DatedFile {
  readonly path: string;
  readonly modifiedAt: number;
}

/**
 * Dates files, and returns when the disk has their content.
 *
 * Several at a time: a file system that keeps a journal then writes it once for all of them, and 1,000 small files
 * take a third of the time that they would one after the other.
 */
export async function syncFiles(files: readonly DatedFile[]): Promise<void> {
  const waiting = files.values();
  const syncRest = async () => {
    for (const { path, modifiedAt } of waiting) {
      using file = await Deno.open(path, { write: true }); // Windows syncs nothing that is open to read
      await setDate(modifiedAt, (date) => file.utime(date, date));
      await file.sync();
    }
  };
  await Promise.all(Array.from({ length: filesSyncedAtOnce }, syncRest));
}

/** Dates directories, each after those that stand in it, and returns when the disk has the names in them. */
export async function syncDirectories(directories: readonly DatedFile[]): Promise<void> {
  for (const { path, modifiedAt } of directories) {
    await setDate(modifiedAt, (date) => Deno.utime(path, date, date));
    await syncDirectory(path);
  }
}

/** Returns when the disk has the names in a directory, which reach it by themselves. */
export async function syncDirectory(path: string): Promise<void> {
  if (Deno.build.os === "windows") return; // which doesn't open directories
  using directory = await Deno.open(path, { read: true });
  await directory.sync();
}

/** A file system may not know a date, and the content matters more. */
async function setDate(ms: number, set: (date: Date) => Promise<void>): Promise<void> {
  try {
    await set(new Date(ms));
  } catch {
    // then it keeps that of its arrival
  }
}
