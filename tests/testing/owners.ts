import type { Claimant, KeyPackages } from "../../lib/server/store.ts";

/** Somebody who wants a name written in ASCII; `seed` makes its keys. */
export function claimant(name: string, seed: number, signingSeed = seed + 100): Claimant {
  const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
  return {
    key: name.toUpperCase(),
    name,
    identityKey: keyOf(seed),
    signingKey: keyOf(signingSeed),
  };
}

/** Key packages that can be told apart, `last` being the last resort, where there is one. */
export function keyPackages(supply: bigint, last: string, ...packages: string[]): KeyPackages {
  const [lastResort, ...keyPackages] = [last, ...packages].map((text) =>
    new TextEncoder().encode(text)
  );
  return { supply, lastResort: lastResort!, keyPackages };
}
