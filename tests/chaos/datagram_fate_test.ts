import { assert, assertEquals } from "@std/assert";
import { calmProfile, type UdpProfile } from "../testing/chaos_profile.ts";
import { type DatagramFate, drawFate } from "../testing/datagram_fate.ts";
import { SeededRandom } from "../testing/seeded_random.ts";

const draws = 10_000;
const bytes = 100;

function fates(change: Partial<UdpProfile>, seed = 1): DatagramFate[] {
  const random = new SeededRandom(seed);
  const profile = { ...calmProfile().up.udp, ...change };
  return Array.from({ length: draws }, () => drawFate(random, profile, bytes));
}

function share(fates: readonly DatagramFate[], isIt: (fate: DatagramFate) => boolean): number {
  return fates.filter(isIt).length / fates.length;
}

const all = { loss: 0.2, duplication: 0.1, reordering: 0.1, reorderingMs: 20, corruption: 0.05 };

Deno.test("drawFate() draws the same for the same seed, and something else for another", () => {
  assertEquals(fates(all), fates(all));
  assert(share(fates(all, 2), (fate) => fate.delaysMs.length === 0) > 0);
  const lost = (seed: number) => fates(all, seed).map(({ delaysMs }) => delaysMs.length === 0);
  assert(lost(1).some((isLost, i) => isLost !== lost(2)[i]));
});

for (
  const { name, change, isIt, expected } of [
    { name: "loss", change: { loss: 0.2 }, isIt: (f: DatagramFate) => f.delaysMs.length === 0 },
    { name: "duplication", change: { duplication: 0.2 }, isIt: (f) => f.delaysMs.length === 2 },
    {
      name: "reordering",
      change: { reordering: 0.2, reorderingMs: 20, delayMs: 5 },
      isIt: (f) => f.delaysMs[0]! > 5,
    },
    { name: "corruption", change: { corruption: 0.2 }, isIt: (f) => f.flippedBit !== undefined },
    { name: "cut", change: { isCut: true }, isIt: (f) => f.delaysMs.length === 0, expected: 1 },
    { name: "calm", change: {}, isIt: (f) => f.delaysMs[0] !== 0, expected: 0 },
  ] as {
    name: string;
    change: Partial<UdpProfile>;
    isIt: (fate: DatagramFate) => boolean;
    expected?: number;
  }[]
) {
  Deno.test(`drawFate() heeds the profile: ${name}`, () => {
    const found = share(fates(change), isIt);
    if (expected !== undefined) assertEquals(found, expected);
    else assert(Math.abs(found - 0.2) < 0.02, `${found}`);
  });
}

Deno.test("drawFate() keeps delays and bits within their bounds", () => {
  const change = { ...all, corruption: 1, delayMs: 5, jitterMs: 3 };
  for (const { delaysMs, flippedBit } of fates(change)) {
    assert(delaysMs.every((delayMs) => delayMs >= 5 && delayMs < 5 + 3 + 20));
    assert(flippedBit! >= 0 && flippedBit! < 8 * bytes);
  }
});

Deno.test("drawFate() leaves the rest as it was where the profile changes in one respect", () => {
  const lost = (change: Partial<UdpProfile>) =>
    fates(change).map((fate) => fate.delaysMs.length === 0);
  assertEquals(lost({ loss: 0.2 }), lost(all));
});
