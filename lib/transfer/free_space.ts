import { statfs } from "node:fs/promises";

/**
 * Bytes that may still be written to the file system of a directory, or `undefined` where that can't be told: not
 * every system does, and a program may lack the permission (`--allow-sys=statfs`).
 */
export async function freeBytes(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
