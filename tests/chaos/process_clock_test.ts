import { assertEquals } from "@std/assert";
import { ManualClock } from "../testing/manual_clock.ts";
import { ProcessClock } from "../testing/process_clock.ts";

function makeClocks() {
  const clock = new ManualClock();
  return { clock, process: new ProcessClock(clock), called: [] as string[] };
}

Deno.test("ProcessClock.wake() calls in order what came due while the machine slept, and nothing else", () => {
  const { clock, process, called } = makeClocks();
  process.after(2, () => called.push("second"));
  process.after(1, () => called.push("first"));
  process.after(9, () => called.push("not yet"));
  const cancelled = process.after(1, () => called.push("cancelled"));
  process.sleep();
  clock.advance(5);
  assertEquals(called, []);
  cancelled.cancel();
  process.wake();
  assertEquals([called, process.pending], [["first", "second"], 1]);
});

Deno.test("ProcessClock.kill() leaves no timer behind, and takes no other", () => {
  const { clock, process, called } = makeClocks();
  process.after(1, () => called.push("late"));
  process.after(2, () => called.push("never due"));
  process.sleep();
  clock.advance(1);
  process.kill();
  process.after(0, () => called.push("set by the dead"));
  process.wake();
  clock.advance(5);
  assertEquals([called, clock.pending], [[], 0]);
});
