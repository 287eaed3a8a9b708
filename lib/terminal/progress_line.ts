import { maxWidth } from "./input_layout.ts";
import type { LanguageTag } from "./language.ts";
import { formatDuration, formatSize, formatSpeed, percentOf } from "./quantities.ts";

/** How far something is that moves. */
export interface Progress {
  /** What users call it by. */
  readonly number: number;
  /** What moves; clean. */
  readonly title: string;
  readonly bytes: number;
  readonly size: number;
  /** Bytes a second, where known. */
  readonly speed: number | undefined;
}

/** Cells of a bar: each is an eighth. */
const barCells = 8;
const bar = { full: "▓", empty: "░" } as const;

/** A title of which less is left than this says nothing. */
const minTitleWidth = 8;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** In ms; `undefined` where it can't be told. */
export function timeLeft({ bytes, size, speed }: Progress): number | undefined {
  return speed ? 1_000 * (size - bytes) / speed : undefined;
}

/** `▓▓▓▓▓░░░` for 62%. */
export function formatBar(bytes: number, size: number): string {
  const full = Math.floor(barCells * percentOf(bytes, size) / 100);
  return bar.full.repeat(full) + bar.empty.repeat(barCells - full);
}

/**
 * As much as fits into `width` columns of: `[1] foto.jpg ▓▓▓▓▓░░░ 62% 12 MB/s 0:41`. The number and the percentage
 * stand in any case.
 */
export function formatStatus(progress: Progress, width: number, tag: LanguageTag): string {
  const { number, title, bytes, size, speed } = progress;
  const start = `[${number}]`;
  const percent = `${percentOf(bytes, size)}%`;
  const left = timeLeft(progress);
  const time = left === undefined ? [] : [formatDuration(left)];
  const pace = speed === undefined ? [] : [formatSpeed(speed, tag)];
  const shown = formatBar(bytes, size);
  const short = shorten(title, Math.max(minTitleWidth, Math.floor(width / 4)));
  const layouts = [
    [start, short, shown, percent, ...pace, ...time],
    [start, short, percent, ...pace, ...time],
    [start, percent, ...pace, ...time],
    [start, percent, ...time],
  ].map((words) => words.join(" "));
  return layouts.find((layout) => maxWidth(layout) <= width) ?? `${start} ${percent}`;
}

/** `62% of 2.4 MB, 12 MB/s, 0:41 left`, in words given. */
export function formatProgress(
  progress: Progress,
  tag: LanguageTag,
  words: { readonly of: string; readonly left: (time: string) => string },
): string {
  const { bytes, size, speed } = progress;
  const left = timeLeft(progress);
  return [
    `${percentOf(bytes, size)}% ${words.of} ${formatSize(size, tag)}`,
    ...(speed === undefined ? [] : [formatSpeed(speed, tag)]),
    ...(left === undefined ? [] : [words.left(formatDuration(left))]),
  ].join(", ");
}

function shorten(title: string, width: number): string {
  if (maxWidth(title) <= width) return title;
  let shown = "";
  for (const { segment } of graphemes.segment(title)) {
    if (maxWidth(shown + segment) >= width) break;
    shown += segment;
  }
  return `${shown}…`;
}
