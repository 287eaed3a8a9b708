import { pause, systemClock } from "../../lib/clock.ts";
import type { ManualClock } from "./manual_clock.ts";

/** A way through several sockets takes some tens of ms then. */
const usualStepMs = 10;

/**
 * Lets time pass, much faster than it does, until `happening` is over. In between sockets have their turn, so
 * a machine that is slow slows time down too, and nothing comes too late because of it.
 *
 * @param stepMs how much passes for each turn of the sockets
 */
export async function fastForward<Result>(
  clock: ManualClock,
  happening: Promise<Result>,
  stepMs = usualStepMs,
): Promise<Result> {
  let isOver = false;
  const stop = () => {
    isOver = true;
  };
  happening.then(stop, stop);
  while (!isOver) {
    await pause(systemClock, 0);
    clock.advance(stepMs);
  }
  return await happening;
}
