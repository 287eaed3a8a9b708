import { assert, assertEquals } from "@std/assert";
import {
  activeProbeMs,
  doubtProbeMs,
  downProbeMs,
  heardProbesUntilUp,
  idleProbeMs,
  lostProbesUntilDown,
  probeTimeoutMs,
} from "../../lib/limits.ts";
import { PathMonitor, type PathState } from "../../lib/transport/mod.ts";

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
    if (heard !== undefined) monitor.hear(heard);
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

Deno.test("PathMonitor.nextProbeAt follows a lost probe quickly, and slowly once the path is down", () => {
  const untilDown = Array.from(
    { length: lostProbesUntilDown },
    (_, i) => probeTimeoutMs + i * doubtProbeMs,
  );
  const down = untilDown.at(-1)!;
  const untilMs = down + 2.5 * downProbeMs;
  const { probes } = simulate({ untilMs, tickMs: 1, works: never, isUsed: never });
  assertEquals(probes, [0, ...untilDown, down + downProbeMs, down + 2 * downProbeMs]);
});

Deno.test("PathMonitor.nextProbeAt follows a heard probe quickly while the path is down", () => {
  const monitor = new PathMonitor();
  for (let i = 0; i <= lostProbesUntilDown; i++) monitor.sendProbe(i);
  monitor.hear(monitor.sendProbe(1_000));
  for (let now = 1_000; now < 3_000; now += doubtProbeMs) {
    assertEquals([monitor.state, monitor.nextProbeAt], ["down", now + doubtProbeMs]);
    monitor.sendProbe(now + doubtProbeMs);
  }
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
