import { createHash } from "node:crypto";
import { encodeBase32 } from "@std/encoding/base32";
import { invitationBytes } from "../limits.ts";

/** A new invitation code, for people to pass on: `K7QD-2M5X-…`, six groups of four characters. */
export function newInvitation(): string {
  const code = encodeBase32(crypto.getRandomValues(new Uint8Array(invitationBytes)));
  return code.match(/.{4}/g)!.join("-");
}

/**
 * What a server keeps of an invitation: SHA-256, since a code that long can't be searched for. Small
 * letters, and hyphens left out or put in, are forgiven.
 */
export function hashInvitation(code: string): Uint8Array {
  const characters = code.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
  return new Uint8Array(createHash("sha256").update(characters).digest());
}
