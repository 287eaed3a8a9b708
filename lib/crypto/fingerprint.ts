import { createHash } from "node:crypto";
import { encodeBase32 } from "@std/encoding/base32";

const groups = 5;
const groupCharacters = 4;

/**
 * The name of a public key that people compare: `K7QD-2M5X-…`, five groups of four characters.
 *
 * The first 100 bits of SHA-256 in RFC 4648's base32, which has no 0, 1, 8 or 9 to confuse with letters:
 * far more than anybody can search for a second key with the same name.
 */
export function fingerprint(publicKey: Uint8Array): string {
  const text = encodeBase32(new Uint8Array(createHash("sha256").update(publicKey).digest()));
  return Array.from(
    { length: groups },
    (_, i) => text.slice(i * groupCharacters, (i + 1) * groupCharacters),
  ).join("-");
}
