import { type Clock, systemClock, type Timer } from "../../lib/clock.ts";

/** Few enough that what has a limit keeps to it on a slow machine too. */
const hurry = 4;

/** A clock that goes faster than the machine's, for pauses that nothing but time ends. */
export const hurriedClock: Clock = {
  now: () => hurry * systemClock.now(),
  wallTime: () => systemClock.wallTime(),
  after: (pauseMs, callback): Timer => systemClock.after(pauseMs / hurry, callback),
};
