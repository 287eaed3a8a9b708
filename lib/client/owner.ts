import { parseName } from "../registry/mod.ts";
import { ChatError } from "./event.ts";
import { normalServerAddress } from "./server_address.ts";

/** Who has an identity, and where: one for each server and name. */
export interface Owner {
  /** As `normalServerAddress` writes it. */
  readonly server: string;
  /** As its owner writes it. */
  readonly name: string;
}

/**
 * The owner that somebody is under a name at a server.
 *
 * @throws {TypeError} where `server` isn't an address
 * @throws {ChatError} where `name` isn't a name
 */
export function ownerOf(server: string, name: string): Owner {
  return { server: normalServerAddress(server), name: readName(name).name };
}

/**
 * Equal for names that nobody can have both of.
 *
 * @throws {ChatError} where it isn't a name
 */
export function nameKey(name: string): string {
  return readName(name).key;
}

function readName(text: string) {
  const parsed = parseName(text);
  if (parsed.kind === "notAName") throw new ChatError(parsed.error);
  return parsed;
}
