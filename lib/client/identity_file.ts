import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import {
  type Identity,
  keyPairOf,
  newScryptParameters,
  openWithPassphrase,
  rawPrivateKey,
  type ScryptParameters,
  sealWithPassphrase,
  signingKeyPairOf,
} from "../crypto/mod.ts";
import {
  boundData,
  decodeIdentity,
  encodeIdentity,
  type IdentityFields,
  identityHeader,
  scryptOf,
} from "./identity_format.ts";
import type { Owner } from "./owner.ts";
import { StoreError } from "./store.ts";

const keyBytes = 32;
/** The private keys of the static and the signing key pair, and the storage key. */
const secretBytes = 3 * keyBytes;

/** What nobody else may know. */
export interface Secrets {
  /** The two key pairs. */
  readonly identity: Identity;
  /** Seals what the client remembers: 32 bytes. */
  readonly storageKey: Uint8Array;
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
  readonly #fields: IdentityFields;
  readonly #path: string;

  private constructor(fields: IdentityFields, path: string) {
    this.server = fields.server;
    this.name = fields.name;
    this.staticKey = Uint8Array.fromBase64(fields.staticKey);
    this.signingKey = Uint8Array.fromBase64(fields.signingKey);
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
    const fields = decodeIdentity(text);
    if (typeof fields === "string") throw new StoreError(path, fields); // whose cause could quote a key
    return new IdentityFile(fields, path);
  }

  /**
   * The file that keeps an identity.
   *
   * @param passphrase none: whoever can read the file has the identity
   * @param scrypt how slow a guess at the passphrase is
   */
  static async of(
    owner: Owner,
    { identity, storageKey }: Secrets,
    passphrase: string | undefined,
    scrypt: ScryptParameters = newScryptParameters(),
  ): Promise<IdentityFile> {
    const { staticKeyPair, signingKeyPair } = identity;
    const secrets = new Uint8Array(secretBytes);
    secrets.set(rawPrivateKey(staticKeyPair));
    secrets.set(rawPrivateKey(signingKeyPair), keyBytes);
    secrets.set(storageKey, 2 * keyBytes);
    const isSealed = passphrase !== undefined;
    const keys = { staticKey: staticKeyPair.publicKey, signingKey: signingKeyPair.publicKey };
    const header = identityHeader(owner, keys, isSealed ? scrypt : undefined);
    const kept = isSealed
      ? await sealWithPassphrase(passphrase, scrypt, boundData(header), secrets)
      : secrets;
    return new IdentityFile({ ...header, secrets: kept.toBase64() }, "");
  }

  /** Whether it takes a passphrase to open. */
  get isSealed(): boolean {
    return this.#fields.scrypt !== undefined;
  }

  /** What goes into the file. */
  get text(): string {
    return encodeIdentity(this.#fields);
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
    const kept = Uint8Array.fromBase64(secrets);
    if (!header.scrypt) return kept;
    if (passphrase === undefined) throw new StoreError(this.#path, "wrongPassphrase");
    try {
      return await openWithPassphrase(passphrase, scryptOf(header.scrypt), boundData(header), kept);
    } catch {
      throw new StoreError(this.#path, "wrongPassphrase");
    }
  }
}
