import { hkdfSync } from "node:crypto";
import { concat } from "@std/bytes/concat";
import { keyBytes } from "../crypto/mod.ts";
import { fileKeyBytes, transferIdBytes } from "../limits.ts";
import { TransferError } from "./transfer_error.ts";

/** The version of the stream that this speaks. */
export const transferVersion = 1;

const nonceBytes = 32;

/** What each side opens the stream with, in the clear: the version and a random nonce. */
export const transferHelloBytes = 1 + nonceBytes;

const label = new TextEncoder().encode("prosa/1 transfer");

/** What both sides know of a transfer from its offer, and nobody else. */
export interface TransferSecret {
  /** 16 bytes. */
  readonly transferId: Uint8Array;
  /** 32 bytes, drawn for this transfer alone. */
  readonly fileKey: Uint8Array;
}

/** @throws {RangeError} where either hasn't its length */
export function checkTransferSecret({ transferId, fileKey }: TransferSecret): void {
  checkLength("transferId", transferId, transferIdBytes);
  checkLength("fileKey", fileKey, fileKeyBytes);
}

/** Which of the two a side is. */
export type TransferRole = "sender" | "receiver";

/** A fresh hello: no two attempts have the same, and so never the same keys. */
export function newTransferHello(): Uint8Array<ArrayBuffer> {
  const hello = crypto.getRandomValues(new Uint8Array(transferHelloBytes));
  hello[0] = transferVersion;
  return hello;
}

/** @throws {TransferError} `versionUnsupported` */
export function checkTransferHello(hello: Uint8Array): void {
  if (hello[0] === transferVersion) return;
  throw new TransferError("versionUnsupported", "the other side speaks another version");
}

/**
 * The keys of the two directions in one attempt, by HKDF-SHA256 (RFC 5869). Both hellos count whole, so a version
 * that was altered on the way leads to other keys.
 */
export function deriveTransferKeys(
  { transferId, fileKey }: TransferSecret,
  hellos: Readonly<Record<TransferRole, Uint8Array>>,
): Record<TransferRole, Uint8Array> {
  const salt = concat([hellos.sender, hellos.receiver]);
  const info = concat([label, transferId]);
  const keys = new Uint8Array(hkdfSync("sha256", fileKey, salt, info, 2 * keyBytes));
  return { sender: keys.subarray(0, keyBytes), receiver: keys.subarray(keyBytes) };
}

function checkLength(name: string, bytes: Uint8Array, expected: number): void {
  if (bytes.length === expected) return;
  throw new RangeError(
    `Cannot take a ${name} other than ${expected} bytes: received ${bytes.length}`,
  );
}
