import { ProtocolError } from "../../lib/codec/mod.ts";
import { generateKeyPair, type KeyPair } from "../../lib/crypto/mod.ts";
import type { SeededRandom } from "../testing/seeded_random.ts";

/** One attacker among several: its choices, and who it is where it comes in as a member. */
export interface Attacker {
  readonly random: SeededRandom;
  readonly port: number;
  /** Its own, so that no attacker takes another's place. */
  readonly name: string;
  readonly keyPair: KeyPair;
}

/** Attacks once; answers how many cases that was. Whatever the server does, this doesn't throw. */
export type Attack = (attacker: Attacker) => Promise<number>;

/** @param number below 36 × 36, and nobody else's */
export function newAttacker(number: number, port: number, random: SeededRandom): Attacker {
  const name = `ev${number.toString(36).padStart(2, "0")}`;
  return { random: random.fork(), port, name, keyPair: generateKeyPair() };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What an attacker runs into that was thrown out; a bug of the fuzzer's own is not among it. */
export function isRejection(error: unknown): boolean {
  return error instanceof ProtocolError ||
    Object.values(Deno.errors).some((kind) => error instanceof kind);
}
