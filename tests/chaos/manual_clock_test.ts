import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ManualClock } from "../testing/manual_clock.ts";

Deno.test("ManualClock.advance() calls what is due in the order of its time, and of two at once the first set", () => {
  const pauses = fc.array(fc.nat({ max: 20 }), { maxLength: 50 });
  fc.assert(fc.property(pauses, fc.func(fc.boolean()), (pausesMs, isCancelled) => {
    const clock = new ManualClock();
    const start = clock.now();
    const called: { i: number; at: number }[] = [];
    const timers = pausesMs.map((pauseMs, i) =>
      clock.after(pauseMs, () => called.push({ i, at: clock.now() }))
    );
    timers.forEach((timer, i) => isCancelled(i) && timer.cancel());
    const expected = pausesMs.map((pauseMs, i) => ({ i, at: start + pauseMs }))
      .filter(({ i }) => !isCancelled(i));
    assertEquals(clock.pending, expected.length);
    clock.advance(20);
    assertEquals(called, expected.sort((a, b) => a.at - b.at || a.i - b.i));
    assertEquals(clock.pending, 0);
  }));
});

Deno.test("ManualClock.step() takes one timer, and none beyond the end", () => {
  const clock = new ManualClock();
  const called: string[] = [];
  clock.after(5, () => {
    called.push("first");
    clock.after(0, () => called.push("set by the first"));
  });
  clock.after(7, () => called.push("too late"));
  const end = clock.now() + 6;
  assertEquals([clock.step(end), called.splice(0)], [true, ["first"]]);
  assertEquals([clock.step(end), called.splice(0)], [true, ["set by the first"]]);
  assertEquals([clock.step(end), called, clock.now()], [false, [], end - 1]);
});

Deno.test("a timer cancelled twice, or once it was called, leaves the count as it is", () => {
  const clock = new ManualClock();
  const timer = clock.after(1, () => {});
  clock.after(3, () => {});
  clock.advance(1);
  timer.cancel();
  timer.cancel();
  assertEquals(clock.pending, 1);
});
