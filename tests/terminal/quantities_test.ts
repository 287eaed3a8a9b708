import { assertEquals } from "@std/assert";
import {
  formatCount,
  formatDuration,
  formatSize,
  percentOf,
} from "../../lib/terminal/quantities.ts";

const sizes: readonly (readonly [bytes: number, pt: string, en: string])[] = [
  [0, "0 bytes", "0 bytes"],
  [1, "1 byte", "1 byte"],
  [999, "999 bytes", "999 bytes"],
  [1_000, "1 kB", "1 kB"],
  [1_250, "1,3 kB", "1.3 kB"],
  [9_949, "9,9 kB", "9.9 kB"],
  [9_950, "10 kB", "10 kB"],
  [999_499, "999 kB", "999 kB"],
  [999_500, "1 MB", "1 MB"],
  [2_400_000, "2,4 MB", "2.4 MB"],
  [1_200_000_000, "1,2 GB", "1.2 GB"],
  [2 ** 44, "18 TB", "18 TB"],
  [2e15, "2.000 TB", "2,000 TB"],
];

for (const [bytes, pt, en] of sizes) {
  Deno.test(`formatSize() of ${bytes} is ${en}`, () => {
    assertEquals([formatSize(bytes, "pt"), formatSize(bytes, "en")], [pt, en]);
  });
}

Deno.test("formatCount() sets thousands apart", () => {
  assertEquals([formatCount(1_000, "pt"), formatCount(1_000, "en")], ["1.000", "1,000"]);
});

const durations: readonly (readonly [ms: number, expected: string])[] = [
  [0, "0:00"],
  [499, "0:00"],
  [500, "0:01"],
  [41_000, "0:41"],
  [59_600, "1:00"],
  [3_599_499, "59:59"],
  [3_723_000, "1:02:03"],
  [1e15, "99:59:59"],
  [Infinity, "99:59:59"],
];

for (const [ms, expected] of durations) {
  Deno.test(`formatDuration() of ${ms} ms is ${expected}`, () => {
    assertEquals(formatDuration(ms), expected);
  });
}

Deno.test("percentOf() is 100 only at the end", () => {
  assertEquals([percentOf(999, 1_000), percentOf(1_000, 1_000), percentOf(0, 0)], [99, 100, 100]);
});
