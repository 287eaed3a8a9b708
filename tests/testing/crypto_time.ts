/**
 * Time for what WebCrypto does on other threads, in as much real time as it wants, while a manual clock moves only
 * when there is nothing else to wait for. Importing this counts what WebCrypto is asked to do.
 *
 * @module
 */
import { pause, systemClock } from "../../lib/clock.ts";
import type { ManualClock } from "./manual_clock.ts";
import { settled } from "./turns.ts";

let asked = 0;
let answered = 0;

for (const method of ["encrypt", "decrypt", "importKey"] as const) {
  // deno-lint-ignore no-explicit-any
  const original: any = crypto.subtle[method].bind(crypto.subtle);
  Object.defineProperty(crypto.subtle, method, {
    value: async (...parameters: unknown[]) => {
      asked++;
      try {
        return await original(...parameters);
      } finally {
        answered++;
      }
    },
  });
}

/** Resolves when nothing happens any more without time, or a stream that isn't in memory. */
export async function quiet(): Promise<void> {
  for (let before = -1; before !== asked || asked !== answered;) {
    before = asked;
    await settled();
    if (asked !== answered) await pause(systemClock, 0);
  }
}

/** Lets time pass by `clock` until `happening` is over, a step at a time, whenever all else is quiet. */
export async function passTime<Result>(
  clock: ManualClock,
  happening: Promise<Result>,
  stepMs = 1_000,
): Promise<Result> {
  let isOver = false;
  const stop = () => {
    isOver = true;
  };
  happening.then(stop, stop);
  for (;;) {
    await quiet();
    if (isOver) return await happening;
    clock.advance(stepMs);
  }
}
