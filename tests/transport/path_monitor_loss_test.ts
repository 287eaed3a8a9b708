import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { tickMs } from "../../lib/limits.ts";
import { PathMonitor, type PathState } from "../../lib/transport/mod.ts";
import { ManualClock } from "../testing/manual_clock.ts";

const hourMs = 3_600_000;

/** Numbers from 0 to 1, the same for the same seed (Mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** A path in use on a clock that is moved by hand, which loses a share of its probes at random. */
class LossyPath {
  readonly clock = new ManualClock();
  readonly monitor = new PathMonitor();
  readonly changes: { readonly at: number; readonly state: PathState }[] = [];
  loss = 0;
  readonly #random: () => number;

  constructor(
    seed: number,
    /** From one look to the next whether a probe is due; 0 for exactly then. */
    readonly lookMs: number,
    readonly roundTripMs = 40,
  ) {
    this.#random = randomFrom(seed);
    this.#look();
  }

  #look(): void {
    const { clock, monitor, lookMs } = this;
    monitor.use(clock.now());
    if (monitor.nextProbeAt <= clock.now()) {
      const number = monitor.sendProbe(clock.now());
      monitor.use(clock.now() + 1); // somebody always has something to say
      this.#note();
      if (this.#random() >= this.loss) clock.after(this.roundTripMs, () => this.#hear(number));
    }
    clock.after(lookMs || Math.min(monitor.nextProbeAt - clock.now(), 100), () => this.#look());
  }

  #hear(number: number): void {
    this.monitor.hear(number, this.clock.now());
    this.#note();
  }

  #note(): void {
    const { state } = this.monitor;
    if (state !== this.changes.at(-1)?.state) this.changes.push({ at: this.clock.now(), state });
  }
}

const seed = fc.nat(2 ** 32 - 1);
const loss = fc.integer({ min: 0, max: 30 }).map((percent) => percent / 100);
const lookMs = fc.constantFrom(0, tickMs, tickMs + 1);

Deno.test("PathMonitor.state does not change in an hour of use with up to 30 % of loss", () => {
  const property = fc.property(
    seed,
    lookMs,
    loss,
    (seed, lookMs, loss) => {
      const path = new LossyPath(seed, lookMs);
      path.loss = loss;
      path.clock.advance(hourMs);
      assertEquals(path.changes.map(({ state }) => state), ["untried", "up"]);
    },
  );
  fc.assert(property, { seed: 31, numRuns: 25 });
});

Deno.test("PathMonitor.state is down within 5 s of a cut, however much was lost before", () => {
  const atMs = fc.integer({ min: 10_000, max: 20_000 });
  const property = fc.property(seed, lookMs, loss, atMs, (seed, lookMs, loss, atMs) => {
    const path = new LossyPath(seed, lookMs);
    path.loss = loss;
    path.clock.advance(atMs);
    assertEquals(path.monitor.state, "up");
    path.loss = 1;
    path.clock.advance(5_000);
    assertEquals(path.monitor.state, "down");
  });
  fc.assert(property, { seed: 32, numRuns: 300 });
});

Deno.test("PathMonitor.state is up within 10 s of a return, also with 20 % of loss", () => {
  const downMs = fc.integer({ min: 5_000, max: 60_000 });
  const loss = fc.constantFrom(0, 0.1, 0.2);
  const property = fc.property(seed, lookMs, loss, downMs, (seed, lookMs, loss, downMs) => {
    const path = new LossyPath(seed, lookMs);
    path.clock.advance(2_000);
    path.loss = 1;
    path.clock.advance(downMs);
    assertEquals(path.monitor.state, "down");
    path.loss = loss;
    path.clock.advance(10_000);
    assertEquals(path.changes.map(({ state }) => state), ["untried", "up", "down", "up"]);
  });
  fc.assert(property, { seed: 33, numRuns: 200 });
});

for (
  const { percent, mostAnHour } of [
    { percent: 40, mostAnHour: 2 },
    { percent: 50, mostAnHour: 15 },
    { percent: 60, mostAnHour: 50 },
    { percent: 70, mostAnHour: 30 },
    { percent: 80, mostAnHour: 2 },
  ]
) {
  Deno.test(`PathMonitor.state changes ${mostAnHour} times an hour at most with ${percent} % of loss`, () => {
    const path = new LossyPath(percent, 0);
    path.loss = percent / 100;
    path.clock.advance(20 * hourMs);
    assertLessOrEqual((path.changes.length - 2) / 20, mostAnHour);
  });
}

Deno.test("PathMonitor.state stays up where a word takes longer than a probe is waited for", () => {
  const path = new LossyPath(1, 0, 1_200);
  path.clock.advance(hourMs);
  assertEquals(path.changes.map(({ state }) => state), ["untried", "up"]);
  assertEquals(path.monitor.roundTripMs, 1_200);
  assert(path.monitor.lost < path.monitor.tried);
});
