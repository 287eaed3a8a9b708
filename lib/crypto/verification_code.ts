import { scrypt } from "node:crypto";

/** Ours, so that the code leads to nothing that is used elsewhere. */
const label = "prosa/1 verification";

/** Makes whoever searches for a second key with the same digits pay 2^15 hashes and 32 MiB for each try. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 } as const;

const halfDigits = 20;
const groupDigits = 5;

/** A member, as the code names it. */
export interface NamedKey {
  /** Equal for all spellings of the name. */
  readonly nameKey: string;
  /** The member's Ed25519 public key. */
  readonly signingKey: Uint8Array;
}

/**
 * What two members compare aloud to know that each has the other's key: eight groups of five digits,
 * the same on both sides.
 *
 * As with Signal's safety numbers, each half names one member's key, so that a forger has to meet 20
 * given digits (2^66 keys, each stretched by scrypt, RFC 7914), not to find any two that agree.
 */
export async function verificationCode(one: NamedKey, other: NamedKey): Promise<string> {
  const halves = await Promise.all([one, other].map(digitsOf));
  const digits = halves.sort().join("");
  return digits.match(new RegExp(`.{${groupDigits}}`, "g"))!.join(" ");
}

function digitsOf({ nameKey, signingKey }: NamedKey): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(signingKey, `${label} ${nameKey}`, 16, cost, (error, bytes) => {
      if (error) return reject(error);
      const number = BigInt(`0x${bytes.toString("hex")}`) % 10n ** BigInt(halfDigits);
      resolve(number.toString().padStart(halfDigits, "0"));
    });
  });
}
