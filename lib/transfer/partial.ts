import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { replaceFile } from "../durable_file.ts";
import { lookAt } from "./look_at.ts";
import { TransferError } from "./transfer_error.ts";

const transferId = /^[0-9a-f]{16,64}$/;
const partialName = /^\.[0-9a-f]{32}\.part$/;

/**
 * Where the partial of a transfer stands in a directory: hidden, and under a name that nobody guesses, and from
 * which those who see it don't learn the id.
 */
export function partialPath(directory: string, id: string): string {
  if (!transferId.test(id)) {
    throw new TypeError(
      `Cannot name a partial as the id isn't 16 to 64 hex digits: received ${id}`,
    );
  }
  const digest = createHash("sha256").update(`partial ${id}`).digest("hex");
  return join(directory, `.${digest.slice(0, 32)}.part`);
}

/** Whether a file or directory of this name may be a partial. */
export function isPartialName(name: string): boolean {
  return partialName.test(name);
}

/**
 * What has arrived of a transfer, in a directory of its own that only its owner may enter:
 *
 * ```text
 * .<name>.part/lock     held by the process that receives
 *              content/   files and folders, as they arrive
 *              verified   its digest, once the content is what was offered
 * ```
 */
export class Partial {
  readonly path: string;
  readonly content: string;
  readonly #lock: Deno.FsFile;
  /** What the content was found to be, in hexadecimal. */
  #digest: string | undefined;

  private constructor(path: string, lock: Deno.FsFile, digest: string | undefined) {
    this.path = path;
    this.content = join(path, "content");
    this.#lock = lock;
    this.#digest = digest;
  }

  /**
   * Makes a partial, or takes over the one that an earlier attempt has left.
   *
   * @throws {TransferError} `busy`; `unwritable` where something else stands under its name
   */
  static async open(path: string): Promise<Partial> {
    const isNew = await makeDirectory(path);
    if (!isNew) checkOwner(path);
    const lock = await openLock(join(path, "lock"));
    try {
      await makeDirectory(join(path, "content"));
      return new Partial(path, lock, await readVerified(join(path, "verified")));
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /** Whether the content is known to have this digest: what is left is to give it its final names. */
  isVerified(digest: Uint8Array): boolean {
    return this.#digest === digest.toHex();
  }

  /** Returns when the disk has it that the content has this digest. */
  markVerified(digest: Uint8Array): void {
    replaceFile(join(this.path, "verified"), digest.toHex());
    this.#digest = digest.toHex();
  }

  /** Forgets all content. */
  async empty(): Promise<void> {
    await Deno.remove(this.content, { recursive: true });
    await makeDirectory(this.content);
  }

  close(): void {
    this.#lock.close();
  }

  /** Closes it too. */
  async remove(): Promise<void> {
    this.close(); // Windows removes nothing that is open
    await Deno.remove(this.path, { recursive: true });
  }
}

/**
 * Makes a directory that only its owner may enter; answers whether there was none.
 *
 * @throws {TransferError} `unwritable` where something else has that name, a link to a directory too
 */
export async function makeDirectory(path: string): Promise<boolean> {
  try {
    await Deno.mkdir(path, { mode: 0o700 });
    return true;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    if ((await Deno.lstat(path)).isDirectory) return false;
    throw new TransferError("unwritable", `${path} is something else`, { cause });
  }
}

/** Whoever has made it could change what is in it: it has to be who makes files now. */
function checkOwner(path: string): void {
  const own = Deno.makeTempFileSync({ dir: dirname(path), prefix: ".", suffix: ".part" });
  const { uid } = Deno.lstatSync(own);
  Deno.removeSync(own);
  if (Deno.lstatSync(path).uid !== uid) {
    throw new TransferError("unwritable", `${path} is somebody else's`);
  }
}

async function openLock(path: string): Promise<Deno.FsFile> {
  const lock = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  try {
    if (!await obtainLock(lock as object)) {
      throw new TransferError("busy", `another process holds ${path}`);
    }
    await lock.utime(new Date(), new Date()); // when it was last tried
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

async function readVerified(path: string): Promise<string | undefined> {
  return await lookAt(path) && await Deno.readTextFile(path);
}

/** A file as younger releases of Deno have it. */
interface Lockable {
  tryLock?(exclusive: boolean): Promise<boolean>;
}

async function obtainLock(file: Lockable): Promise<boolean> {
  try {
    return await file.tryLock?.(true) ?? true;
  } catch {
    return true; // some network file systems know no locks
  }
}
