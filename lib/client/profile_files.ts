import { createFile, makeOwnDirectory } from "../durable_file.ts";
import { directoryName } from "./directory_name.ts";
import { IdentityFile } from "./identity_file.ts";
import { nameKey, ownerOf } from "./owner.ts";
import { StoreError } from "./store.ts";

/** No identity file is as long. */
const maxFileBytes = 16_384;

/** Where a profile is kept. */
export interface ProfilePaths {
  /** Its own. */
  readonly directory: string;
  /** The file that keeps the identity. */
  readonly identity: string;
  /** The database of what the client remembers. */
  readonly store: string;
}

/**
 * The identities of one data directory, in a directory for each server and in it one for each name.
 * Where a file can't be read or isn't an identity, methods throw a {@linkcode StoreError}.
 */
export class ProfileFiles {
  readonly #root: string;

  /** Of a directory that is made when the first one is added. */
  constructor(dataDir: string) {
    this.#root = `${dataDir}/profiles`;
  }

  /**
   * Where the profile of `name` at `server` is: the same place for names that nobody can have both of.
   *
   * @throws {TypeError} where `server` isn't an address
   * @throws {ChatError} where `name` isn't a name
   */
  paths(server: string, name: string): ProfilePaths {
    const owner = ownerOf(server, name);
    const [where, who] = [owner.server, swapCase(nameKey(owner.name))].map(directoryName);
    const directory = `${this.#root}/${where}/${who}`;
    return {
      directory,
      identity: `${directory}/identity.json`,
      store: `${directory}/store.sqlite`,
    };
  }

  /** Paths of all identity files, in order. */
  list(): string[] {
    return directoriesIn(this.#root).flatMap(directoriesIn)
      .map((directory) => `${directory}/identity.json`).filter(isFile);
  }

  /** The identity of `name` at `server`, where there is one. */
  find(server: string, name: string): IdentityFile | undefined {
    const path = this.paths(server, name).identity;
    const file = this.read(path);
    if (!file) return undefined;
    const isTheirs = file.server === ownerOf(server, name).server &&
      nameKey(file.name) === nameKey(name);
    if (!isTheirs) throw new StoreError(path, "damaged");
    return file;
  }

  /**
   * Keeps a new identity.
   *
   * @returns `false` where there is one already; it is left alone
   */
  add(file: IdentityFile): boolean {
    const { directory, identity } = this.paths(file.server, file.name);
    try {
      makeOwnDirectory(directory);
    } catch (cause) {
      throw new StoreError(directory, "unusable", { cause });
    }
    return this.write(identity, file);
  }

  /** The identity in a file, wherever that is; `undefined` where there is no file. */
  read(path: string): IdentityFile | undefined {
    let text: string;
    try {
      text = readText(path);
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return undefined;
      throw new StoreError(path, "unusable", { cause });
    }
    return IdentityFile.parse(text, path);
  }

  /** Writes a new file, wherever that is; `false` where there is one already. */
  write(path: string, { text }: IdentityFile): boolean {
    try {
      createFile(path, text);
      return true;
    } catch (cause) {
      if (cause instanceof Deno.errors.AlreadyExists) return false;
      throw new StoreError(path, "unusable", { cause });
    }
  }
}

function readText(path: string): string {
  using file = Deno.openSync(path);
  const buffer = new Uint8Array(maxFileBytes);
  let length = 0;
  while (length < maxFileBytes) {
    const count = file.readSync(buffer.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder().decode(buffer.subarray(0, length));
}

/** A key is in capitals, of which a directory's name has none: like this they needn't be written as `%xx`. */
function swapCase(key: string): string {
  return key.replaceAll(
    /[a-z]/gi,
    (letter) => letter < "a" ? letter.toLowerCase() : letter.toUpperCase(),
  );
}

function directoriesIn(path: string): string[] {
  try {
    const entries = [...Deno.readDirSync(path)].filter(({ isDirectory }) => isDirectory);
    return entries.map(({ name }) => `${path}/${name}`).sort();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    throw new StoreError(path, "unusable", { cause });
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
