/**
 * Measures what the design promises, row by row, with the server in a process of its own.
 *
 *     deno task bench               all rows
 *     deno task bench private idle  those whose title has one of these words
 *
 * @module
 */
import { memory, registration } from "./connection_rows.ts";
import { latencyUnderFanOut, saturated, steady } from "./global_rows.ts";
import { type Goal, type GoalName, goals } from "./goals.ts";
import { endToEnd, latency, manyInFlight, oneInFlight } from "./private_rows.ts";
import {
  file,
  fileDirect,
  latencyUnderFile,
  latencyUnderTransfer,
  relay,
} from "./transfer_rows.ts";
import { measureSlowness } from "./yardstick.ts";

/** What yields the figures of these goals. */
const rows: readonly {
  readonly goals: readonly GoalName[];
  readonly run: () => Promise<Partial<Record<GoalName, number>>>;
}[] = [
  { goals: ["global100"], run: () => steady(100) },
  { goals: ["global1000"], run: () => steady(1000) },
  { goals: ["saturated100"], run: () => saturated(100) },
  { goals: ["saturated1000"], run: () => saturated(1000) },
  { goals: ["private1"], run: oneInFlight },
  { goals: ["private256"], run: manyInFlight },
  { goals: ["latencyP50", "latencyP99"], run: latency },
  { goals: ["endToEndP50"], run: endToEnd },
  { goals: ["memory"], run: memory },
  { goals: ["registration"], run: registration },
  { goals: ["latencyUnderFanOut"], run: latencyUnderFanOut },
  { goals: ["relay"], run: relay },
  { goals: ["latencyUnderTransfer"], run: latencyUnderTransfer },
  { goals: ["file", "fileMemory"], run: file },
  { goals: ["fileDirect"], run: fileDirect },
  { goals: ["latencyUnderFile"], run: latencyUnderFile },
];

const words = Deno.args;
for (const row of rows) {
  const titles = row.goals.map((name) => goals[name].title);
  if (words.length > 0 && !titles.some((title) => words.some((word) => title.includes(word)))) {
    continue;
  }
  const slownessBefore = await measureSlowness();
  const results = await row.run();
  const slowness = (slownessBefore + await measureSlowness()) / 2;
  for (const name of row.goals) console.log(describe(goals[name], results[name]!, slowness));
}

/** The figure as measured, and what it would be on the machine where the goals were set. */
function describe(goal: Goal, measured: number, slowness: number): string {
  const { title, unit, must, aim, moreIsBetter, peers } = goal;
  const comparable = unit === "KiB" || unit === "MB"
    ? measured
    : moreIsBetter
    ? measured * slowness
    : measured / slowness;
  const reaches = (limit: number) => moreIsBetter ? comparable >= limit : comparable <= limit;
  const verdict = reaches(aim) ? "aim" : reaches(must) ? "must" : "MISSED";
  return [
    `${title}: ${format(measured)} ${unit}`,
    `  comparable ${format(comparable)} (machine ×${
      slowness.toFixed(2)
    }) · must ${must} · aim ${aim} · ${verdict}`,
    ...(peers === "" ? [] : [`  others: ${peers}`]),
  ].join("\n");
}

function format(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}
