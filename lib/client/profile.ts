import { randomBytes } from "node:crypto";
import { generateIdentity, type Identity } from "../crypto/mod.ts";
import { IdentityFile, type Secrets } from "./identity_file.ts";
import { ownerOf } from "./owner.ts";
import { ProfileFiles } from "./profile_files.ts";
import { SealedStore } from "./sealed_store.ts";
import { SqliteStore } from "./sqlite_store.ts";
import type { ClientStore } from "./store.ts";

/** Which profile, and where it is kept. */
export interface ProfileOptions {
  /** A directory for all profiles; made where there is none. */
  readonly dataDir: string;
  /** `HOST[:PORT]`. */
  readonly server: string;
  /** The name that it is for. */
  readonly name: string;
  /** Asked for when it is needed; without it there is none, and a sealed identity doesn't open. */
  readonly passphrase?: PassphraseSource | undefined;
}

/**
 * Answers a passphrase: to `open` an identity that is sealed with one, or to `seal` a new one with, where
 * `undefined` means not to.
 */
export type PassphraseSource = (purpose: "open" | "seal") => Promise<string | undefined>;

/** Who somebody is at a server, and what their client remembers. */
export interface Profile {
  /** The two key pairs. */
  readonly identity: Identity;
  /** Sealed with a key that the identity keeps. */
  readonly store: ClientStore;
  /** Whether it was made just now. */
  readonly isNew: boolean;
  /** Closes the store. */
  close(): void;
}

/**
 * Opens somebody's profile at a server. On first use it is made, and is on the disk before this returns:
 * once the server knows an identity, nobody without it can have the name.
 *
 * @throws {TypeError} where `server` isn't an address
 * @throws {ChatError} where `name` isn't a name
 * @throws {StoreError} where the files can't serve; they are left as they are
 */
export async function openProfile(options: ProfileOptions): Promise<Profile> {
  const { dataDir, server, name, passphrase } = options;
  const files = new ProfileFiles(dataDir);
  const found = files.find(server, name);
  const made = found ? undefined : await addProfile(files, options);
  const secrets = made ?? await openFile(found ?? files.find(server, name)!, passphrase);
  const { store: path } = files.paths(server, name);
  const store = new SealedStore(new SqliteStore(path), secrets.storageKey, path);
  try {
    const [key] = store.keys("");
    if (key !== undefined) store.get(key); // now, rather than amid a chat: is it this identity's?
  } catch (error) {
    store.close();
    throw error;
  }
  return {
    identity: secrets.identity,
    store,
    isNew: made !== undefined,
    close: () => store.close(),
  };
}

/** Makes an identity and keeps it; `undefined` where another process has just done so. */
export async function addProfile(
  files: ProfileFiles,
  { server, name, passphrase }: Pick<ProfileOptions, "server" | "name" | "passphrase">,
): Promise<Secrets | undefined> {
  const secrets = newSecrets();
  const file = await IdentityFile.of(ownerOf(server, name), secrets, await passphrase?.("seal"));
  return files.add(file) ? secrets : undefined;
}

/** New keys, known to nobody yet. */
export function newSecrets(): Secrets {
  return { identity: generateIdentity(), storageKey: new Uint8Array(randomBytes(32)) };
}

async function openFile(file: IdentityFile, passphrase: PassphraseSource | undefined) {
  return await file.open(file.isSealed ? await passphrase?.("open") : undefined);
}
