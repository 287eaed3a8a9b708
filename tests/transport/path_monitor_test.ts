import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  activeProbeMs,
  heardProbesUntilUp,
  idleProbeMs,
  lostProbesUntilDown,
  probeTimeoutMs,
} from "../../lib/limits.ts";
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
    const states = steps.map(([step]) => {
      if (step === "p") monitor.sendProbe(0);
      else monitor.hear(step, 0);
      return monitor.state;
    });
    assertEquals(states, steps.map(([, state]) => state));
  });
}

const roundTripMs = 40;

/** A path in simulated time, whose probes are sent when due, or by the first tick after that. */
function simulate(options: {
  readonly untilMs: number;
  readonly tickMs: number;
  readonly works: (now: number) => boolean;
  readonly isUsed: (now: number) => boolean;
}): { probes: number[]; states: { at: number; state: PathState }[] } {
  const monitor = new PathMonitor();
  const probes: number[] = [];
  const states = [{ at: 0, state: monitor.state }];
  const words = new Map<number, number>();
  for (let now = 0; now <= options.untilMs; now++) {
    const heard = words.get(now);
    if (heard !== undefined) monitor.hear(heard, now);
    if (options.isUsed(now)) monitor.use(now);
    if (now % options.tickMs === 0 && monitor.nextProbeAt <= now) {
      const number = monitor.sendProbe(now);
      probes.push(now);
      if (options.works(now)) words.set(now + roundTripMs, number);
    }
    if (monitor.state !== states.at(-1)!.state) states.push({ at: now, state: monitor.state });
  }
  return { probes, states };
}

const always = () => true;
const never = () => false;

Deno.test("PathMonitor.nextProbeAt is due at once, then every idleProbeMs on a quiet path", () => {
  const { probes } = simulate({ untilMs: 70_000, tickMs: 1, works: always, isUsed: never });
  assertEquals(probes, [0, idleProbeMs, 2 * idleProbeMs, 3 * idleProbeMs]);
});

Deno.test("PathMonitor.nextProbeAt comes every activeProbeMs on a path in use", () => {
  const untilMs = 3.5 * activeProbeMs;
  const { probes } = simulate({ untilMs, tickMs: 1, works: always, isUsed: always });
  assertEquals(probes, [0, 1, 2, 3].map((i) => i * activeProbeMs));
});

Deno.test("PathMonitor.nextProbeAt comes soon after the first use of a quiet path", () => {
  const isUsed = (now: number) => now === 9_000;
  const { probes } = simulate({ untilMs: 20_000, tickMs: 1, works: always, isUsed });
  assertEquals(probes, [0, 9_000]);
});

Deno.test("PathMonitor.nextProbeAt follows a lost probe at probeTimeoutMs, then at activeProbeMs", () => {
  const untilDown = Array.from({ length: lostProbesUntilDown + 1 }, (_, i) => i * probeTimeoutMs);
  const down = untilDown.at(-1)!;
  const untilMs = down + 2.5 * activeProbeMs;
  const { probes } = simulate({ untilMs, tickMs: 1, works: never, isUsed: never });
  assertEquals(probes, [...untilDown, down + activeProbeMs, down + 2 * activeProbeMs]);
});

for (const tickMs of [1, 100, 249, 250, 260]) {
  Deno.test(`PathMonitor is down within 5 s of a cut, in use, looked at every ${tickMs} ms`, () => {
    for (let cutAt = 6_000; cutAt < 8_100; cutAt += 37) {
      const works = (now: number) => now < cutAt;
      const { states } = simulate({ untilMs: cutAt + 5_000, tickMs, works, isUsed: always });
      assertEquals(states.map(({ state }) => state), ["untried", "up", "down"], `${cutAt}`);
    }
  });
}

for (const tickMs of [1, 250]) {
  Deno.test(`PathMonitor is up within 10 s of a return, looked at every ${tickMs} ms`, () => {
    for (let backAt = 20_000; backAt < 22_100; backAt += 37) {
      const works = (now: number) => now >= backAt;
      const { states } = simulate({ untilMs: backAt + 10_000, tickMs, works, isUsed: always });
      assertEquals(states.map(({ state }) => state), ["untried", "down", "up"], `${backAt}`);
      assert(states.at(-1)!.at > backAt + (heardProbesUntilUp - 1) * roundTripMs);
    }
  });
}

Deno.test("PathMonitor does not flap on a path that loses every fifth probe", () => {
  let count = 0;
  const works = () => count++ % 5 !== 4;
  const { states } = simulate({ untilMs: 120_000, tickMs: 1, works, isUsed: always });
  assertEquals(states.map(({ state }) => state), ["untried", "up"]);
});

Deno.test("PathMonitor.roundTripMs is that of the newest probe heard in time", () => {
  const monitor = new PathMonitor();
  assertEquals(monitor.roundTripMs, undefined);
  monitor.hear(monitor.sendProbe(1_000), 1_030);
  assertEquals(monitor.roundTripMs, 30);
  const late = monitor.sendProbe(2_000);
  monitor.sendProbe(2_600);
  monitor.hear(late, 2_700); // says nothing of the probe after it
  assertEquals(monitor.roundTripMs, 30);
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
    for (const [pause, taken] of steps) {
      now += pause;
      if (taken === "probe") {
        monitor.sendProbe(now);
        sentAt = now;
      } else if (taken === "use") monitor.use(now);
      else monitor.hear(taken.hear, now);
      if (sentAt === undefined) continue;
      assert(monitor.nextProbeAt > sentAt);
      assertLessOrEqual(monitor.nextProbeAt, sentAt + idleProbeMs);
    }
  });
  fc.assert(property, { seed: 5, numRuns: 500 });
});
