import { assertEquals } from "@std/assert";
import { LogThrottle } from "../../lib/terminal/log_throttle.ts";
import { ManualClock } from "../testing/manual_clock.ts";

function start(linesPerSecond: number) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const throttle = new LogThrottle({
    clock,
    linesPerSecond,
    write: (line) => lines.push(line),
    summarise: (count) => `${count} more`,
  });
  return { clock, lines, throttle };
}

Deno.test("LogThrottle.write() writes so many lines a second, and counts the rest", () => {
  const { clock, lines, throttle } = start(2);
  for (const line of ["1", "2", "3", "4", "5"]) throttle.write(line);
  assertEquals(lines, ["1", "2"]);
  clock.advance(999);
  assertEquals(lines, ["1", "2"]);
  clock.advance(1);
  assertEquals(lines, ["1", "2", "3 more"]);
  throttle.write("6");
  assertEquals(lines, ["1", "2", "3 more", "6"]);
});

Deno.test("LogThrottle.write() has nothing to add where nothing was left out", () => {
  const { clock, lines, throttle } = start(2);
  throttle.write("1");
  throttle.write("2");
  clock.advance(5_000);
  throttle.write("3");
  throttle.write("4");
  assertEquals(lines, ["1", "2", "3", "4"]);
});

Deno.test("LogThrottle.write() stays within its limit, summaries aside, however long a flood lasts", () => {
  const { clock, lines, throttle } = start(10);
  for (let ms = 0; ms < 10_000; ms++) {
    throttle.write("line");
    clock.advance(1);
  }
  throttle.flush();
  assertEquals(lines.filter((line) => line === "line").length, 100);
  assertEquals(lines.filter((line) => line === "990 more").length, 10);
});

Deno.test("LogThrottle.flush() says what is owed and leaves no timer", () => {
  const { clock, lines, throttle } = start(1);
  throttle.write("1");
  throttle.write("2");
  throttle.flush();
  throttle.flush();
  assertEquals(lines, ["1", "1 more"]);
  assertEquals(clock.pending, 0);
});
