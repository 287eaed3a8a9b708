import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import {
  areScryptParameters,
  type Identity,
  keyPairOf,
  newScryptParameters,
  openWithPassphrase,
  rawPrivateKey,
  type ScryptParameters,
  sealWithPassphrase,
  signingKeyPairOf,
} from "../crypto/mod.ts";
import { StoreError } from "./store.ts";

const format = "chat-identity";
const formatVersion = 1;
const keyBytes = 32;
/** The private keys of the static and the signing key pair, and the storage key. */
const secretBytes = 3 * keyBytes;

/** Who has an identity, and where: one for each server and name. */
export interface Owner {
  /** As `normalServerAddress` writes it. */
  readonly server: string;
  /** As its owner writes it. */
  readonly name: string;
}

/** What nobody else may know. */
export interface Secrets {
  /** The two key pairs. */
  readonly identity: Identity;
  /** Seals what the client remembers: 32 bytes. */
  readonly storageKey: Uint8Array;
}

/** The file's fields, in their order there. Public keys can be read without a passphrase. */
interface Fields {
  readonly format: typeof format;
  readonly version: typeof formatVersion;
  readonly server: string;
  readonly name: string;
  readonly staticKey: string;
  readonly signingKey: string;
  /** Where a passphrase is needed. */
  readonly scrypt?: { readonly n: number; readonly r: number; readonly p: number; salt: string };
  /** The secrets, in the clear or sealed. */
  readonly secrets: string;
}

/** An identity as it is kept: the text of a file that opens with or without a passphrase. */
export class IdentityFile implements Owner {
  /** As {@linkcode Owner.server}. */
  readonly server: string;
  /** As {@linkcode Owner.name}. */
  readonly name: string;
  /** The public key that the server knows its owner by: 32 bytes. */
  readonly staticKey: Uint8Array;
  /** The public key that other members know its owner by: 32 bytes. */
  readonly signingKey: Uint8Array;
  readonly #fields: Fields;
  readonly #path: string;

  private constructor(fields: Fields, path: string) {
    this.server = fields.server;
    this.name = fields.name;
    this.staticKey = bytesOf(fields.staticKey, keyBytes);
    this.signingKey = bytesOf(fields.signingKey, keyBytes);
    this.#fields = fields;
    this.#path = path;
  }

  /**
   * Reads a file's text. Of public keys and names, those of a sealed file are only known to be right once
   * it opens.
   *
   * @param path of the file, for errors
   * @throws {StoreError} `damaged` or `newerVersion`
   */
  static parse(text: string, path: string): IdentityFile {
    const fields = parseJson(text);
    if (fields?.format === format && Number(fields.version) > formatVersion) {
      throw new StoreError(path, "newerVersion");
    }
    try {
      if (!areFields(fields) || encode(fields) !== text) throw new TypeError();
      return new IdentityFile(fields, path);
    } catch {
      throw new StoreError(path, "damaged"); // without a cause, which could quote a key
    }
  }

  /**
   * The file that keeps an identity.
   *
   * @param passphrase none: whoever can read the file has the identity
   * @param scrypt how slow a guess at the passphrase is
   */
  static async of(
    { server, name }: Owner,
    { identity, storageKey }: Secrets,
    passphrase: string | undefined,
    scrypt: ScryptParameters = newScryptParameters(),
  ): Promise<IdentityFile> {
    const { staticKeyPair, signingKeyPair } = identity;
    const open = {
      format,
      version: formatVersion,
      server,
      name,
      staticKey: staticKeyPair.publicKey.toBase64(),
      signingKey: signingKeyPair.publicKey.toBase64(),
    } as const;
    const secrets = new Uint8Array(secretBytes);
    secrets.set(rawPrivateKey(staticKeyPair));
    secrets.set(rawPrivateKey(signingKeyPair), keyBytes);
    secrets.set(storageKey, 2 * keyBytes);
    if (passphrase === undefined) {
      return new IdentityFile({ ...open, secrets: secrets.toBase64() }, "");
    }
    const { n, r, p, salt } = scrypt;
    const header = { ...open, scrypt: { n, r, p, salt: salt.toBase64() } };
    const sealed = await sealWithPassphrase(passphrase, scrypt, bound(header), secrets);
    return new IdentityFile({ ...header, secrets: sealed.toBase64() }, "");
  }

  /** Whether it takes a passphrase to open. */
  get isSealed(): boolean {
    return this.#fields.scrypt !== undefined;
  }

  /** What goes into the file. */
  get text(): string {
    return encode(this.#fields);
  }

  /**
   * The secrets.
   *
   * @param passphrase where the file is sealed
   * @throws {StoreError} `wrongPassphrase`, also where a sealed file was altered; `damaged` where keys
   * don't belong together
   */
  async open(passphrase: string | undefined): Promise<Secrets> {
    const secrets = await this.#openSecrets(passphrase);
    if (secrets.length !== secretBytes) throw new StoreError(this.#path, "damaged");
    const [staticKey, signingKey, storageKey] = [0, 1, 2].map((i) =>
      secrets.slice(i * keyBytes, (i + 1) * keyBytes)
    );
    const staticKeyPair = keyPairOf(staticKey!);
    const signingKeyPair = signingKeyPairOf(signingKey!);
    const belong = timingSafeEqual(staticKeyPair.publicKey, this.staticKey) &&
      timingSafeEqual(signingKeyPair.publicKey, this.signingKey);
    if (!belong) throw new StoreError(this.#path, "damaged");
    return { identity: { staticKeyPair, signingKeyPair }, storageKey: storageKey! };
  }

  async #openSecrets(passphrase: string | undefined): Promise<Uint8Array> {
    const { secrets, ...header } = this.#fields;
    if (!header.scrypt) return Uint8Array.fromBase64(secrets);
    if (passphrase === undefined) throw new StoreError(this.#path, "wrongPassphrase");
    try {
      const sealed = Uint8Array.fromBase64(secrets);
      return await openWithPassphrase(passphrase, scryptOf(header), bound(header), sealed);
    } catch {
      throw new StoreError(this.#path, "wrongPassphrase");
    }
  }
}

/** One way to write a file: what is read must be what would be written. */
function encode(fields: Fields): string {
  return `${JSON.stringify(fields, undefined, 2)}\n`;
}

/** What a sealed file's secrets are bound to: everything else in it. */
function bound(header: Omit<Fields, "secrets">): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(header));
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether all is there and nothing else, in the right order; throws too where it isn't. */
function areFields(value: unknown): value is Fields {
  const fields = value as Fields;
  const texts = [fields.server, fields.name, fields.staticKey, fields.signingKey, fields.secrets];
  const { scrypt } = fields;
  const keys = ["format", "version", "server", "name", "staticKey", "signingKey"];
  if (scrypt) keys.push("scrypt");
  keys.push("secrets");
  return fields.format === format && fields.version === formatVersion &&
    texts.every((text) => typeof text === "string") &&
    Object.keys(fields).join() === keys.join() &&
    (!scrypt ||
      areScryptParameters(scryptOf(fields)) && Object.keys(scrypt).join() === "n,r,p,salt");
}

function scryptOf({ scrypt }: Pick<Fields, "scrypt">): ScryptParameters {
  return { ...scrypt!, salt: bytesOf(scrypt!.salt, 16) };
}

function bytesOf(base64: string, length: number): Uint8Array {
  const bytes = Uint8Array.fromBase64(base64);
  if (bytes.length !== length || bytes.toBase64() !== base64) throw new TypeError("Cannot read");
  return bytes;
}
