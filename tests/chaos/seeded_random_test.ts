import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { SeededRandom } from "../testing/seeded_random.ts";

Deno.test("SeededRandom is xoshiro128**", () => {
  const random = new SeededRandom([1, 2, 3, 4]);
  // deno-fmt-ignore
  const expected = [ // as the authors' program has it from this state
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ];
  assertEquals(expected.map(() => random.uint32()), expected);
});

Deno.test("SeededRandom.derived() gives each label of each seed a stream of its own", () => {
  const first = (seed: number, label: string) => SeededRandom.derived(seed, label).uint32();
  assertEquals(first(1, "a"), first(1, "a"));
  const numbers = [first(1, "a"), first(2, "a"), first(1, "b"), first(1, "ab"), first(1, "")];
  assertEquals(new Set(numbers).size, numbers.length);
  assertNotEquals(new SeededRandom(1).uint32(), new SeededRandom(2).uint32());
});

Deno.test("SeededRandom.below() reaches every number below its end, and no other, about as often", () => {
  const random = new SeededRandom(1);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) counts[random.below(10)]!++;
  assertEquals(counts.length, 10);
  for (const count of counts) assert(count > 850 && count < 1_150, `${counts}`);
});
