/**
 * The honest pair in a process of its own: the port is the argument. Prints a line when both are in, then
 * a report for each line on standard input, after `finish` the last one.
 *
 * @module
 */
import { HonestPair } from "./honest_pair.ts";

/** What is on its way at the end has this long to arrive. */
const finishPatienceMs = 20_000;

if (import.meta.main) {
  const faults: string[] = [];
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    faults.push(`unhandled: ${event.reason?.stack ?? event.reason}`);
  });
  const pair = await HonestPair.enter(Number(Deno.args[0]));
  console.log("in");
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const isLast = text.trim() === "finish";
    if (isLast) await pair.finish(finishPatienceMs);
    const report = pair.report();
    console.log(
      JSON.stringify({ ...report, complaints: [...report.complaints, ...faults.splice(0)] }),
    );
    if (isLast) Deno.exit(0);
  }
}
