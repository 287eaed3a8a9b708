import { areScryptParameters, type ScryptParameters } from "../crypto/mod.ts";
import { type Owner, ownerOf } from "./owner.ts";

const format = "chat-identity";
const formatVersion = 1;
const keyBytes = 32;

/** An identity file's fields, in their order there. Public keys can be read without a passphrase. */
export interface IdentityFields extends Owner {
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

/** What stands in a file before its secrets. */
export type IdentityHeader = Omit<IdentityFields, "secrets">;

/** The header of an owner's file; with scrypt's parameters for one with a passphrase. */
export function identityHeader(
  { server, name }: Owner,
  keys: { readonly staticKey: Uint8Array; readonly signingKey: Uint8Array },
  scrypt: ScryptParameters | undefined,
): IdentityHeader {
  const header = {
    format,
    version: formatVersion,
    server,
    name,
    staticKey: keys.staticKey.toBase64(),
    signingKey: keys.signingKey.toBase64(),
  } as const;
  if (!scrypt) return header;
  const { n, r, p, salt } = scrypt;
  return { ...header, scrypt: { n, r, p, salt: salt.toBase64() } };
}

/** One way to write a file: what is read must be what would be written. */
export function encodeIdentity(fields: IdentityFields): string {
  return `${JSON.stringify(fields, undefined, 2)}\n`;
}

/** Reads what {@linkcode encodeIdentity} wrote, and nothing else. */
export function decodeIdentity(text: string): IdentityFields | "damaged" | "newerVersion" {
  const fields = parseJson(text);
  if (fields?.format === format && Number(fields.version) > formatVersion) return "newerVersion";
  try {
    return areFields(fields) && encodeIdentity(fields) === text ? fields : "damaged";
  } catch {
    return "damaged";
  }
}

/** What a sealed file's secrets are bound to: everything else in it. */
export function boundData(header: IdentityHeader): Uint8Array<ArrayBuffer> {
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
function areFields(value: unknown): value is IdentityFields {
  const fields = value as IdentityFields;
  const { server, name, staticKey, signingKey, scrypt, secrets } = fields;
  const owner = ownerOf(server, name);
  const keys = ["format", "version", "server", "name", "staticKey", "signingKey"];
  if (scrypt) keys.push("scrypt");
  keys.push("secrets");
  return fields.format === format && fields.version === formatVersion &&
    owner.server === server && owner.name === name &&
    [staticKey, signingKey].every((key) => isBase64(key, keyBytes)) && isBase64(secrets) &&
    Object.keys(fields).join() === keys.join() &&
    (!scrypt ||
      areScryptParameters(scryptOf(scrypt)) && Object.keys(scrypt).join() === "n,r,p,salt");
}

/** A header's parameters, as they are used. */
export function scryptOf(scrypt: NonNullable<IdentityFields["scrypt"]>): ScryptParameters {
  return { ...scrypt, salt: Uint8Array.fromBase64(scrypt.salt) };
}

function isBase64(text: string, length?: number): boolean {
  const bytes = Uint8Array.fromBase64(text);
  return bytes.toBase64() === text && (length === undefined || bytes.length === length);
}
