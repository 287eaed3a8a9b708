/**
 * Files that are there whole or not at all, a power failure or not, and that only their owner may read.
 *
 * Synchronous on purpose: they are small, and few, and what they keep must be kept before anything that
 * relies on it leaves.
 *
 * @module
 */
import { dirname } from "node:path";

const ownerOnly = { file: 0o600, directory: 0o700 } as const;

/** Makes a directory that only its owner may enter, and those above it, where they aren't there yet. */
export function makeOwnDirectory(path: string): void {
  Deno.mkdirSync(path, { recursive: true, mode: ownerOnly.directory });
}

/** Makes an empty file that only its owner may read, where there is none. */
export function makeOwnFile(path: string): void {
  Deno.openSync(path, { write: true, create: true, mode: ownerOnly.file }).close();
}

/** Writes a file, in the place of the one that may be there, and returns when the disk has it. */
export function replaceFile(path: string, text: string): void {
  withTemporary(path, text, (temporary) => Deno.renameSync(temporary, path));
}

/**
 * Writes a file that isn't there yet, and returns when the disk has it.
 *
 * @throws {Deno.errors.AlreadyExists} where it is there, if only since a moment ago; it is left alone
 */
export function createFile(path: string, text: string): void {
  withTemporary(path, text, (temporary) => {
    try {
      Deno.linkSync(temporary, path); // unlike a renamed file, a link never takes another one's place
      Deno.removeSync(temporary);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists || exists(path)) {
        throw new Deno.errors.AlreadyExists(path);
      }
      Deno.renameSync(temporary, path); // as on a memory stick, whose file system knows no links
    }
  });
}

/** Written under another name first: a file cut short would be worse than none. */
function withTemporary(path: string, text: string, put: (temporary: string) => void): void {
  const temporary = `${path}.${crypto.randomUUID()}`;
  try {
    writeNew(temporary, new TextEncoder().encode(text));
    put(temporary);
  } catch (error) {
    if (exists(temporary)) Deno.removeSync(temporary);
    throw error;
  }
  syncDirectory(dirname(path));
}

function writeNew(path: string, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true, createNew: true, mode: ownerOnly.file });
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
  file.syncSync();
}

/** The name of a file is part of its directory, which reaches the disk by itself. */
function syncDirectory(path: string): void {
  if (Deno.build.os === "windows") return; // which doesn't open directories
  using directory = Deno.openSync(path, { read: true });
  directory.syncSync();
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
