import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { fingerprint } from "../crypto/mod.ts";
import { createFile, makeOwnDirectory, replaceFile } from "../durable_file.ts";
import { directoryName } from "./directory_name.ts";
import { normalServerAddress } from "./server_address.ts";
import { StoreError } from "./store.ts";

const format = "chat-server-pin";
const formatVersion = 1;
const keyBytes = 32;

/**
 * The servers' keys as they were first seen, a file each: whoever answers at an address later must have
 * the same one.
 */
export class ServerPins {
  readonly #directory: string;

  /** In a directory that is made when the first key is pinned. */
  constructor(dataDir: string) {
    this.#directory = `${dataDir}/servers`;
  }

  /**
   * Whether the server at an address is to be trusted with its key: the first one to be seen there, which
   * is pinned, and that one again.
   *
   * @param expected the fingerprint that somebody has compared: it alone counts, and its key is pinned
   * @throws {StoreError} where the pin can't be read or written
   */
  trust(server: string, serverKey: Uint8Array, expected?: string | undefined): boolean {
    if (expected !== undefined && fingerprint(serverKey) !== expected) return false;
    const address = normalServerAddress(server);
    const path = this.#pathOf(address);
    const pinned = this.#read(path, address, expected !== undefined);
    if (pinned && timingSafeEqual(pinned, serverKey)) return true;
    if (pinned && expected === undefined) return false;
    const isWritten = this.#write(path, encode(address, serverKey), expected !== undefined);
    return isWritten || this.trust(server, serverKey); // where another process has just pinned one
  }

  #pathOf(address: string): string {
    return `${this.#directory}/${directoryName(address)}.json`;
  }

  /** @param isToBeReplaced whether a damaged one is as good as none */
  #read(path: string, address: string, isToBeReplaced: boolean): Uint8Array | undefined {
    let text: string;
    try {
      text = Deno.readTextFileSync(path);
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return undefined;
      throw new StoreError(path, "unusable", { cause });
    }
    try {
      return decode(text, address, path);
    } catch (error) {
      const isDamaged = error instanceof StoreError && error.reason === "damaged";
      if (isDamaged && isToBeReplaced) return undefined;
      throw error;
    }
  }

  #write(path: string, text: string, mayReplace: boolean): boolean {
    try {
      makeOwnDirectory(this.#directory);
      if (mayReplace) replaceFile(path, text);
      else createFile(path, text);
      return true;
    } catch (cause) {
      if (cause instanceof Deno.errors.AlreadyExists) return false;
      throw new StoreError(path, "unusable", { cause });
    }
  }
}

function encode(address: string, serverKey: Uint8Array): string {
  const pin = { format, version: formatVersion, server: address, key: serverKey.toBase64() };
  return `${JSON.stringify(pin, undefined, 2)}\n`;
}

function decode(text: string, address: string, path: string): Uint8Array {
  let pin: { format?: unknown; version?: unknown; key?: unknown };
  try {
    pin = { ...JSON.parse(text) };
  } catch {
    throw new StoreError(path, "damaged");
  }
  if (pin.format === format && Number(pin.version) > formatVersion) {
    throw new StoreError(path, "newerVersion");
  }
  try {
    const key = Uint8Array.fromBase64(String(pin.key));
    if (key.length === keyBytes && encode(address, key) === text) return key;
  } catch {
    // no base64
  }
  throw new StoreError(path, "damaged");
}
