import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { maxWidth } from "../../lib/terminal/input_layout.ts";
import {
  formatBar,
  formatProgress,
  formatStatus,
  type Progress,
} from "../../lib/terminal/progress_line.ts";
import { unicodeText } from "../testing/unicode_text.ts";

const photo: Progress = {
  ...{ number: 1, title: "foto.jpg", bytes: 620_000_000, size: 1e9, speed: 12_000_000 },
};

const statuses: readonly (readonly [width: number, expected: string])[] = [
  [60, "[1] foto.jpg ▓▓▓▓░░░░ 62% 12 MB/s 0:32"],
  [45, "[1] foto.jpg 62% 12 MB/s 0:32"],
  [28, "[1] 62% 12 MB/s 0:32"],
  [15, "[1] 62% 0:32"],
  [8, "[1] 62%"],
  [1, "[1] 62%"],
];

for (const [width, expected] of statuses) {
  Deno.test(`formatStatus() in ${width} columns is ${expected}`, () => {
    assertEquals(formatStatus(photo, width, "pt"), expected);
  });
}

Deno.test("formatStatus() shortens a long title, between graphemes", () => {
  const long = { ...photo, title: "👩‍👩‍👧 férias na praia, dia 1.jpg" };
  assertEquals(formatStatus(long, 60, "pt"), "[1] 👩‍👩‍👧 férias … ▓▓▓▓░░░░ 62% 12 MB/s 0:32");
});

Deno.test("formatStatus() leaves out what isn't known", () => {
  const young = { ...photo, bytes: 0, speed: undefined };
  assertEquals(formatStatus(young, 60, "en"), "[1] foto.jpg ░░░░░░░░ 0%");
  assertEquals(
    formatStatus({ ...photo, speed: 0 }, 60, "en"),
    "[1] foto.jpg ▓▓▓▓░░░░ 62% 0 bytes/s",
  );
});

Deno.test("formatStatus() fits wherever there is room for its number and percentage", () => {
  fc.assert(
    fc.property(unicodeText(40), fc.integer({ min: 12, max: 100 }), (title, width) => {
      assert(maxWidth(formatStatus({ ...photo, title }, width, "pt")) <= width);
    }),
    { seed: 21 },
  );
});

Deno.test("formatBar() is full only at the end", () => {
  assertEquals([0, 124, 125, 999, 1_000].map((bytes) => formatBar(bytes, 1_000)), [
    "░░░░░░░░",
    "░░░░░░░░",
    "░░░░░░░░",
    "▓▓▓▓▓▓▓░",
    "▓▓▓▓▓▓▓▓",
  ]);
});

Deno.test("formatProgress() says all in words", () => {
  const words = { of: "of", left: (time: string) => `${time} left` };
  assertEquals(formatProgress(photo, "en", words), "62% of 1 GB, 12 MB/s, 0:32 left");
  const young = { ...photo, speed: undefined };
  assertEquals(formatProgress(young, "en", words), "62% of 1 GB");
});
