/**
 * A passphrase as a key: scrypt (RFC 7914) makes guessing it slow, AES-256-GCM seals with what comes out.
 *
 * @module
 */
import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { decryptAesGcm, encryptAesGcm } from "@std/crypto/aes-gcm";
import { authenticationFailed } from "./aead.ts";

/** How slow a guess is; kept beside what is sealed, so that later versions can choose otherwise. */
export interface ScryptParameters {
  /** Cost: a guess takes 128 · N · r bytes of memory. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** 16 bytes. */
  readonly salt: Uint8Array;
}

/** OWASP's choice: 128 MiB, and 0.3 s of a processor of 2020. */
const defaultCost = { n: 2 ** 17, r: 8, p: 1 } as const;
const saltBytes = 16;
const keyBytes = 32;

/** From a tenth of a second to 512 MiB: a file from elsewhere must not choose what it costs to read it. */
const allowed = { leastN: 2 ** 14, mostN: 2 ** 19, r: 8, mostP: 4 } as const;

const derive = promisify(
  scrypt as (
    password: Uint8Array,
    salt: Uint8Array,
    length: number,
    options: { N: number; r: number; p: number; maxmem: number },
    done: (error: Error | null, key: Uint8Array) => void,
  ) => void,
);

/** New ones, with a random salt. */
export function newScryptParameters(cost: Omit<ScryptParameters, "salt"> = defaultCost) {
  return { ...cost, salt: new Uint8Array(randomBytes(saltBytes)) } satisfies ScryptParameters;
}

/** Whether parameters from a file are ones that any version would write. */
export function areScryptParameters({ n, r, p, salt }: ScryptParameters): boolean {
  const isPowerOf2 = Number.isInteger(n) && Number.isInteger(Math.log2(n));
  const isN = isPowerOf2 && n >= allowed.leastN && n <= allowed.mostN;
  const isP = Number.isInteger(p) && p >= 1 && p <= allowed.mostP;
  return isN && isP && r === allowed.r && salt.length === saltBytes;
}

/** Seals with a passphrase: nonce, ciphertext and tag. */
export async function sealWithPassphrase(
  passphrase: string,
  parameters: ScryptParameters,
  associatedData: Uint8Array<ArrayBuffer>,
  plaintext: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await keyOf(passphrase, parameters);
  return await encryptAesGcm(key, plaintext, { additionalData: associatedData });
}

/**
 * What was sealed with a passphrase.
 *
 * @throws {ProtocolError} `authenticationFailed` where it is another one, or anything was altered
 */
export async function openWithPassphrase(
  passphrase: string,
  parameters: ScryptParameters,
  associatedData: Uint8Array<ArrayBuffer>,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await keyOf(passphrase, parameters);
  try {
    return await decryptAesGcm(key, sealed, { additionalData: associatedData });
  } catch (cause) {
    throw authenticationFailed(cause);
  }
}

/** In NFKC, so that a passphrase is the same on every keyboard. */
async function keyOf(passphrase: string, parameters: ScryptParameters): Promise<CryptoKey> {
  const { n, r, p, salt } = parameters;
  const password = new TextEncoder().encode(passphrase.normalize("NFKC"));
  const maxmem = 2 * 128 * n * r; // Node's own limit is too low, and what it needs a little over half of this
  const raw = new Uint8Array(await derive(password, salt, keyBytes, { N: n, r, p, maxmem }));
  return await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}
