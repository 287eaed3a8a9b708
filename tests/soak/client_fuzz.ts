import type { SeededRandom } from "../testing/seeded_random.ts";
export function fuzzClientFor(_durationMs: number, _random: SeededRandom): Promise<string[]> {
  return Promise.resolve([]);
}
