import type { Language } from "./language.ts";

/** The last moment that a date can tell (ECMA-262 §21.4.1.1). */
const lastDate = 8.64e15;

const clockTime = { hour: "2-digit", minute: "2-digit" } as const;
const dayAndTime = { day: "2-digit", month: "2-digit", ...clockTime } as const;

/** When something was, in ms since 1970, as people of this language and place write it; today, the time alone. */
export function formatTime(wallTime: number, now: number, { tag }: Language): string {
  const date = new Date(Math.min(wallTime, lastDate));
  const isToday = date.toDateString() === new Date(now).toDateString();
  return date.toLocaleString(tag, isToday ? clockTime : dayAndTime);
}
