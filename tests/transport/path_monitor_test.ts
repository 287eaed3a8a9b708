import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { idleProbeMs, lostProbesUntilDown, probeTimeoutMs, probeWindow } from "../../lib/limits.ts";
import { PathMonitor, type PathState } from "../../lib/transport/mod.ts";

/** What happens, in one character each: `.` a probe is sent, `+` it is heard, `<` the one before it is. */
type Steps = string;

const lostUntilDown = ".".repeat(lostProbesUntilDown + 1); // the last one is still awaited
const down = lostUntilDown;

const verdicts: { name: string; steps: Steps; expected: PathState }[] = [
  { name: "knows nothing before the first probe", steps: "", expected: "untried" },
  { name: "awaits the first probe", steps: ".", expected: "untried" },
  { name: "is up with the first probe heard", steps: ".+", expected: "up" },
  { name: "is up with the first heard after some were lost", steps: ".....+", expected: "up" },
  { name: "is down without ever having been up", steps: lostUntilDown, expected: "down" },
  { name: "stays untried with one fewer lost", steps: lostUntilDown.slice(1), expected: "untried" },
  { name: "is down once all were lost", steps: `.+${lostUntilDown}`, expected: "down" },
  { name: "stays up with one fewer lost", steps: `.+${lostUntilDown.slice(1)}`, expected: "up" },
  { name: "is down where one among them was heard", steps: `.+.....+........`, expected: "down" },
  { name: "is up where two among them were heard", steps: `.+.+....+........`, expected: "up" },
  { name: "counts a late word while up", steps: `.+${lostUntilDown.slice(1)}<.`, expected: "up" },
  { name: "stays down with too few heard", steps: `${down}${"+.".repeat(8)}`, expected: "down" },
  { name: "is up again with enough heard", steps: `${down}${"+.".repeat(8)}+`, expected: "up" },
  { name: "takes lost ones among them", steps: `${down}${"+.".repeat(6)}..+.+.+`, expected: "up" },
  {
    name: "takes no more lost ones than the window has room for",
    steps: `${down}${"+.".repeat(6)}....+.+.+`,
    expected: "down",
  },
  { name: "takes late words for them", steps: `${down}${".<".repeat(9)}`, expected: "up" },
];

for (const { name, steps, expected } of verdicts) {
  Deno.test(`PathMonitor.state ${name}`, () => {
    const monitor = new PathMonitor();
    const numbers: number[] = [];
    for (const step of steps) {
      if (step === ".") numbers.push(monitor.sendProbe(0));
      else monitor.hear(numbers.at(step === "+" ? -1 : -2)!);
    }
    assertEquals(monitor.state, expected);
  });
}

Deno.test("PathMonitor.hear() takes no word twice, and none of a probe that was never sent", () => {
  const monitor = new PathMonitor();
  const numbers = Array.from(lostUntilDown, () => monitor.sendProbe(0));
  for (let i = 0; i < 20; i++) monitor.hear(numbers.at(-2)!);
  const strange = numbers.reduce((a, b) => Math.max(a, b)) === 7 ? 8 : 7;
  monitor.hear(strange);
  assertEquals([monitor.state, monitor.tried, monitor.lost], ["down", 11, 10]);
});

Deno.test("PathMonitor.hear() takes no word of a probe that has left the window", () => {
  const monitor = new PathMonitor();
  const first = monitor.sendProbe(0);
  for (let i = 0; i <= probeWindow; i++) monitor.sendProbe(0);
  monitor.hear(first);
  assertEquals([monitor.lost, monitor.tried], [probeWindow, probeWindow]);
});

const counts: { steps: Steps; tried: number; lost: number; lostInRow: number }[] = [
  { steps: "", tried: 0, lost: 0, lostInRow: 0 },
  { steps: ".", tried: 0, lost: 0, lostInRow: 0 },
  { steps: ".+", tried: 1, lost: 0, lostInRow: 0 },
  { steps: "..", tried: 1, lost: 1, lostInRow: 1 },
  { steps: "...", tried: 2, lost: 2, lostInRow: 2 },
  { steps: "...+", tried: 3, lost: 2, lostInRow: 0 },
  { steps: "...+..", tried: 4, lost: 3, lostInRow: 1 },
  { steps: "...+...<", tried: 5, lost: 3, lostInRow: 0 },
  { steps: ".".repeat(30), tried: 12, lost: 12, lostInRow: 12 },
  { steps: `${".".repeat(30)}+`, tried: 12, lost: 11, lostInRow: 0 },
  { steps: ".+".repeat(30), tried: 12, lost: 0, lostInRow: 0 },
];

for (const { steps, ...expected } of counts) {
  Deno.test(`PathMonitor.lost counts the window after ${steps.length} steps ${steps.slice(-8)}`, () => {
    const monitor = new PathMonitor();
    const numbers: number[] = [];
    for (const step of steps) {
      if (step === ".") numbers.push(monitor.sendProbe(0));
      else monitor.hear(numbers.at(step === "+" ? -1 : -2)!);
    }
    const { tried, lost, lostInRow } = monitor;
    assertEquals({ tried, lost, lostInRow }, expected);
  });
}

Deno.test("PathMonitor.roundTripMs is that of the newest probe heard, late or not", () => {
  const monitor = new PathMonitor();
  assertEquals(monitor.roundTripMs, undefined);
  const [first, second, third] = [0, 500, 700].map((now) => monitor.sendProbe(now));
  monitor.hear(second!, 1_100);
  assertEquals(monitor.roundTripMs, 600);
  monitor.hear(first!, 1_200); // overtaken on its way
  assertEquals(monitor.roundTripMs, 600);
  monitor.hear(third!, 1_200);
  assertEquals(monitor.roundTripMs, 500);
  monitor.restart();
  assertEquals(monitor.roundTripMs, undefined);
});

Deno.test("PathMonitor.hasten() makes a probe due at once, and leaves the verdict", () => {
  const monitor = new PathMonitor();
  monitor.hear(monitor.sendProbe(1_000));
  assertEquals(monitor.nextProbeAt, 1_000 + idleProbeMs);
  monitor.hasten();
  assertEquals([monitor.state, monitor.nextProbeAt], ["up", -Infinity]);
  monitor.sendProbe(2_000);
  assertEquals(monitor.nextProbeAt, 2_000 + probeTimeoutMs);
});

Deno.test("PathMonitor.sendProbe() draws numbers that nobody can guess", () => {
  const monitor = new PathMonitor();
  const numbers = Array.from({ length: 50 }, () => monitor.sendProbe(0));
  assert(new Set(numbers).size > 45);
  assert(numbers.some((number) => number > 2 ** 24));
});

Deno.test("PathMonitor.restart() knows nothing, and takes no word about what went elsewhere", () => {
  const monitor = new PathMonitor();
  monitor.hear(monitor.sendProbe(0));
  assertEquals(monitor.state, "up");
  const elsewhere = monitor.sendProbe(0);
  monitor.restart();
  assertEquals([monitor.state, monitor.nextProbeAt], ["untried", -Infinity]);
  monitor.hear(elsewhere);
  assertEquals(monitor.state, "untried");
  monitor.hear(monitor.sendProbe(1));
  assertEquals(monitor.state, "up");
});

Deno.test("PathMonitor.nextProbeAt always lies ahead of the last probe, by no more than idleProbeMs", () => {
  const step = fc.oneof(
    fc.constant("probe" as const),
    fc.constant("use" as const),
    fc.record({ hear: fc.nat(20) }),
  );
  const property = fc.property(fc.array(fc.tuple(fc.nat(3_000), step)), (steps) => {
    const monitor = new PathMonitor();
    let now = 0;
    let sentAt: number | undefined;
    const numbers: number[] = [];
    for (const [pause, taken] of steps) {
      now += pause;
      if (taken === "probe") {
        numbers.push(monitor.sendProbe(now));
        sentAt = now;
      } else if (taken === "use") monitor.use(now);
      else monitor.hear(numbers[taken.hear] ?? -1);
      if (sentAt === undefined) continue;
      assert(monitor.nextProbeAt > sentAt);
      assertLessOrEqual(monitor.nextProbeAt, sentAt + idleProbeMs);
    }
  });
  fc.assert(property, { seed: 5, numRuns: 500 });
});
