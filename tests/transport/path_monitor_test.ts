import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { idleProbeMs } from "../../lib/limits.ts";
import { PathMonitor, type PathState } from "../../lib/transport/mod.ts";

/** A step and the state after it: `p` sends a probe, a number is heard. */
type Step = ["p" | number, PathState];

const traces: { name: string; steps: Step[] }[] = [
  { name: "is up with the first probe heard", steps: [["p", "untried"], [0, "up"]] },
  {
    name: "stays up while fewer than lostProbesUntilDown are lost",
    steps: [["p", "untried"], [0, "up"], ["p", "up"], ["p", "up"], ["p", "up"], ["p", "up"]],
  },
  {
    name: "is down once lostProbesUntilDown are lost in a row",
    steps: [
      ["p", "untried"],
      [0, "up"],
      ["p", "up"],
      ["p", "up"],
      ["p", "up"],
      ["p", "up"],
      ["p", "down"],
    ],
  },
  {
    name: "is down without ever having been up",
    steps: [["p", "untried"], ["p", "untried"], ["p", "untried"], ["p", "untried"], ["p", "down"]],
  },
  {
    name: "begins to count anew with one that was heard",
    steps: [
      ["p", "untried"],
      [0, "up"],
      ["p", "up"],
      ["p", "up"],
      ["p", "up"],
      ["p", "up"],
      [4, "up"],
      ["p", "up"],
      ["p", "up"],
      ["p", "up"],
      ["p", "up"],
      ["p", "down"],
    ],
  },
  {
    name: "counts a late word",
    steps: [
      ["p", "untried"],
      [0, "up"],
      ["p", "up"],
      ["p", "up"],
      ["p", "up"],
      ["p", "up"],
      [1, "up"],
      ["p", "up"],
      [2, "up"],
      ["p", "up"],
      [3, "up"],
    ],
  },
  {
    name: "is up again only once heardProbesUntilUp were heard in a row",
    steps: [
      ["p", "untried"],
      ["p", "untried"],
      ["p", "untried"],
      ["p", "untried"],
      ["p", "down"],
      [4, "down"],
      ["p", "down"],
      [5, "down"],
      ["p", "down"],
      [6, "down"],
      ["p", "down"],
      [7, "up"],
    ],
  },
  {
    name: "stays down where one of those was lost",
    steps: [
      ["p", "untried"],
      ["p", "untried"],
      ["p", "untried"],
      ["p", "untried"],
      ["p", "down"],
      [4, "down"],
      ["p", "down"],
      [5, "down"],
      ["p", "down"],
      [6, "down"],
      ["p", "down"],
      ["p", "down"],
      [8, "down"],
    ],
  },
  {
    name: "takes no word twice, and none of a probe that it has not sent",
    steps: [
      ["p", "untried"],
      [1, "untried"],
      [99, "untried"],
      ["p", "untried"],
      ["p", "untried"],
      ["p", "untried"],
      ["p", "down"],
      [4, "down"],
      [4, "down"],
      [4, "down"],
      [3, "down"],
      [4, "down"],
    ],
  },
];

for (const { name, steps } of traces) {
  Deno.test(`PathMonitor ${name}`, () => {
    const monitor = new PathMonitor();
    const numbers: number[] = [];
    const states = steps.map(([step]) => {
      if (step === "p") numbers.push(monitor.sendProbe(0));
      else monitor.hear(numbers[step] ?? -1);
      return monitor.state;
    });
    assertEquals(states, steps.map(([, state]) => state));
  });
}

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
