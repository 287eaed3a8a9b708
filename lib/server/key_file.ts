import { generateKeyPair, type KeyPair, keyPairOf, rawPrivateKey } from "../crypto/mod.ts";
import { makeOwnDirectory, replaceFile } from "../durable_file.ts";
import { DataDirError } from "./data_dir_error.ts";

const fileName = "server.key";

/**
 * The server's lasting key pair, kept in `dataDir` so that members find the same server again; made on
 * first use. The file holds the raw private key in base64 and is nobody else's to read.
 *
 * @throws {DataDirError} where the directory can't be written, or the file isn't a key
 */
export async function loadOrCreateKeyPair(dataDir: string): Promise<KeyPair> {
  const path = `${dataDir}/${fileName}`;
  try {
    makeOwnDirectory(dataDir);
    return parseKey(await Deno.readTextFile(path), path);
  } catch (error) {
    if (error instanceof DataDirError) throw error;
    if (!(error instanceof Deno.errors.NotFound)) throw new DataDirError(path, "unusable", error);
  }
  return create(path);
}

function create(path: string): KeyPair {
  const keyPair = generateKeyPair();
  try {
    // whole or not at all: a key cut short by a power failure would lock everybody out
    replaceFile(path, `${rawPrivateKey(keyPair).toBase64()}\n`);
  } catch (error) {
    throw new DataDirError(path, "unusable", error);
  }
  return keyPair;
}

function parseKey(text: string, path: string): KeyPair {
  try {
    return keyPairOf(Uint8Array.fromBase64(text.trim()));
  } catch {
    throw new DataDirError(path, "damagedKey"); // without the cause, which could quote the key
  }
}
