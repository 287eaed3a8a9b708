import { generateKeyPair, type KeyPair, keyPairOf, rawPrivateKey } from "../crypto/mod.ts";

const fileName = "server.key";
const ownerOnly = { file: 0o600, directory: 0o700 } as const;

/** The data directory can't serve; `reason` says how. */
export class DataDirError extends Error {
  /** Tells it from other errors. */
  override readonly name = "DataDirError";

  /** For the file or directory at `path`. */
  constructor(readonly path: string, readonly reason: "unusable" | "damagedKey", cause?: unknown) {
    super(`Cannot use ${path}: ${reason}`, { cause });
  }
}

/**
 * The server's lasting key pair, kept in `dataDir` so that members find the same server again; made on
 * first use. The file holds the raw private key in base64 and is nobody else's to read.
 *
 * @throws {DataDirError} where the directory can't be written, or the file isn't a key
 */
export async function loadOrCreateKeyPair(dataDir: string): Promise<KeyPair> {
  const path = `${dataDir}/${fileName}`;
  try {
    await Deno.mkdir(dataDir, { recursive: true, mode: ownerOnly.directory });
    return parseKey(await Deno.readTextFile(path), path);
  } catch (error) {
    if (error instanceof DataDirError) throw error;
    if (!(error instanceof Deno.errors.NotFound)) throw new DataDirError(path, "unusable", error);
  }
  return await create(path);
}

async function create(path: string): Promise<KeyPair> {
  const keyPair = generateKeyPair();
  const temporary = `${path}.${crypto.randomUUID()}`;
  try {
    // written under another name first: a key cut short by a power failure would lock everybody out
    await writeDurably(temporary, `${rawPrivateKey(keyPair).toBase64()}\n`);
    await Deno.rename(temporary, path);
  } catch (error) {
    throw new DataDirError(path, "unusable", error);
  }
  return keyPair;
}

/** Writes a file that isn't there yet, and returns when the disk has it. */
async function writeDurably(path: string, text: string): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: ownerOnly.file });
  await file.write(new TextEncoder().encode(text));
  await file.sync();
}

function parseKey(text: string, path: string): KeyPair {
  try {
    return keyPairOf(Uint8Array.fromBase64(text.trim()));
  } catch {
    throw new DataDirError(path, "damagedKey"); // without the cause, which could quote the key
  }
}
