import type { LanguageTag } from "./language.ts";

/** Powers of 1,000, as disks and networks are measured. */
const sizeUnits = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** Beyond it nobody waits for the seconds. */
const maxShownSeconds = 99 * 3_600 + 59 * 60 + 59;

/** A number of bytes as people read it: `2.4 MB`, in Portuguese `2,4 MB`. */
export function formatSize(bytes: number, tag: LanguageTag): string {
  let value = bytes;
  let unit = 0;
  while (unit < sizeUnits.length - 1 && roundedTo(value, fractionDigits(value, unit)) >= 1_000) {
    value /= 1_000;
    unit++;
  }
  const shown = formatNumber(value, tag, fractionDigits(value, unit));
  return `${shown} ${unit === 0 && bytes === 1 ? "byte" : sizeUnits[unit]}`;
}

/** A whole number with its thousands set apart. */
export function formatCount(count: number, tag: LanguageTag): string {
  return formatNumber(count, tag, 0);
}

/** Bytes a second: `12 MB/s`. */
export function formatSpeed(bytesPerSecond: number, tag: LanguageTag): string {
  return `${formatSize(bytesPerSecond, tag)}/s`;
}

/** A time span as a clock shows it: `0:41`, `1:02:03`. */
export function formatDuration(ms: number): string {
  const total = Math.min(Math.max(Math.round(ms / 1_000), 0), maxShownSeconds);
  const [hours, minutes] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60];
  const seconds = String(total % 60).padStart(2, "0");
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`
    : `${minutes}:${seconds}`;
}

/** Rounded down: what isn't over isn't 100. */
export function percentOf(bytes: number, size: number): number {
  return size === 0 ? 100 : Math.floor(100 * Math.min(bytes / size, 1));
}

/** Two digits tell enough. */
function fractionDigits(value: number, unit: number): number {
  return unit > 0 && roundedTo(value, 1) < 10 ? 1 : 0;
}

function roundedTo(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}

function formatNumber(value: number, tag: LanguageTag, digits: number): string {
  return roundedTo(value, digits).toLocaleString(tag, { maximumFractionDigits: digits });
}
