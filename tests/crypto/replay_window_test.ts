import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ReplayWindow } from "../../lib/crypto/mod.ts";
import { replayWindowSize } from "../../lib/limits.ts";

const size = replayWindowSize;

/** What the window promises, in as many words: it remembers everything. */
class Model {
  readonly #accepted = new Set<number>();
  newest = -1;

  isFresh(counter: number): boolean {
    return !this.#accepted.has(counter) && counter > this.newest - size;
  }

  accept(counter: number): void {
    this.#accepted.add(counter);
    this.newest = Math.max(this.newest, counter);
  }

  countOf(span: number): number {
    return [...this.#accepted].filter((counter) => counter > this.newest - span).length;
  }
}

function windowWith(...counters: number[]): ReplayWindow {
  const window = new ReplayWindow();
  for (const counter of counters) window.accept(counter);
  return window;
}

const edges: readonly { name: string; accepted: number[]; counter: number; expected: boolean }[] = [
  { name: "takes 0 first", accepted: [], counter: 0, expected: true },
  { name: "takes the largest counter first", accepted: [], counter: 2 ** 53 - 1, expected: true },
  { name: "refuses 0 again", accepted: [0], counter: 0, expected: false },
  { name: "takes the next", accepted: [0], counter: 1, expected: true },
  { name: "refuses the newest", accepted: [7], counter: 7, expected: false },
  { name: "takes an older one not seen", accepted: [7], counter: 3, expected: true },
  { name: "refuses an older one seen", accepted: [3, 7], counter: 3, expected: false },
  { name: "takes the last of a word", accepted: [32], counter: 31, expected: true },
  { name: "refuses the last of a word", accepted: [31, 32], counter: 31, expected: false },
  { name: "tells words apart", accepted: [0], counter: 32, expected: true },
  { name: "takes the window's oldest", accepted: [size + 99], counter: 100, expected: true },
  { name: "refuses older than the window", accepted: [size + 99], counter: 99, expected: false },
  { name: "refuses the oldest seen", accepted: [100, size + 99], counter: 100, expected: false },
  { name: "takes 0 at the edge", accepted: [size - 1], counter: 0, expected: true },
  { name: "refuses 0 beyond the edge", accepted: [size], counter: 0, expected: false },
  {
    name: "forgets what a jump passed",
    accepted: [5, 10 * size],
    counter: 9 * size + 5,
    expected: true,
  },
  {
    name: "forgets words one turn of the ring ago",
    accepted: [5, size + 37],
    counter: size + 36,
    expected: true,
  },
  {
    name: "takes the largest counter but one",
    accepted: [2 ** 53 - 1],
    counter: 2 ** 53 - 2,
    expected: true,
  },
];

for (const { name, accepted, counter, expected } of edges) {
  Deno.test(`ReplayWindow.isFresh() ${name}`, () => {
    assertEquals(windowWith(...accepted).isFresh(counter), expected);
  });
}

Deno.test("ReplayWindow.isFresh() moves nothing", () => {
  const window = windowWith(10);
  assertEquals(window.isFresh(2 ** 40), true);
  assertEquals(window.newest, 10);
  assertEquals(window.isFresh(9), true);
  assertEquals(window.isFresh(10), false);
});

Deno.test("ReplayWindow.newest is −1, then the highest counter accepted", () => {
  const window = new ReplayWindow();
  assertEquals(window.newest, -1);
  for (const [counter, newest] of [[5, 5], [3, 5], [9, 9], [2 ** 53 - 1, 2 ** 53 - 1]] as const) {
    window.accept(counter);
    assertEquals(window.newest, newest);
  }
});

for (const start of [0, 1, 31, 32, 33, size - 1, size, size + 31]) {
  Deno.test(`ReplayWindow.isFresh() is exact for all the window after ${start} and a full turn`, () => {
    const window = new ReplayWindow();
    const model = new Model();
    for (let counter = start; counter <= start + 2 * size; counter += 3) {
      window.accept(counter);
      model.accept(counter);
    }
    for (let counter = Math.max(0, model.newest - size - 40); counter <= model.newest; counter++) {
      assertEquals(window.isFresh(counter), model.isFresh(counter), `counter ${counter}`);
    }
  });
}

const counts: { name: string; accepted: number[]; span: number; expected: number }[] = [
  { name: "nothing before the first", accepted: [], span: 256, expected: 0 },
  { name: "the first", accepted: [0], span: 256, expected: 1 },
  { name: "only what arrived", accepted: [0, 2, 5], span: 256, expected: 3 },
  { name: "nothing older than the span", accepted: [0, 2, 5], span: 4, expected: 2 },
  { name: "nothing in a span of 0", accepted: [0, 1], span: 0, expected: 0 },
  { name: "a whole word", accepted: upTo(64), span: 32, expected: 32 },
  { name: "across words", accepted: upTo(70), span: 64, expected: 64 },
  { name: "all of the window", accepted: upTo(size + 50), span: size, expected: size },
  { name: "after a jump", accepted: [...upTo(100), 10 * size], span: size, expected: 1 },
  { name: "at the largest counter", accepted: [2 ** 53 - 2, 2 ** 53 - 1], span: 9, expected: 2 },
];

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

for (const { name, accepted, span, expected } of counts) {
  Deno.test(`ReplayWindow.countOf() counts ${name}`, () => {
    assertEquals(windowWith(...accepted).countOf(span), expected);
  });
}

Deno.test("ReplayWindow.countOf() refuses more than the window", () => {
  assertThrows(() => windowWith(7).countOf(size + 1), RangeError);
});

Deno.test("ReplayWindow behaves as a set that remembers everything", () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -70, max: 70 }) },
    { weight: 3, arbitrary: fc.integer({ min: -size - 70, max: size + 70 }) },
    { weight: 1, arbitrary: fc.integer({ min: -4, max: 4 }).map((words) => 32 * words) },
    { weight: 1, arbitrary: fc.constantFrom(-size - 1, -size, 1 - size, size, size + 32) },
    { weight: 1, arbitrary: fc.nat(10 * size) },
  );
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.array(step, { maxLength: 150 }), fc.nat(size), (
      start,
      steps,
      span,
    ) => {
      const window = new ReplayWindow();
      const model = new Model();
      for (const [i, step] of steps.entries()) {
        const counter = i === 0 ? start : Math.max(0, model.newest + step);
        const fresh = window.isFresh(counter);
        if (fresh !== model.isFresh(counter)) throw new Error(`differs at step ${i}: ${counter}`);
        if (!fresh) continue;
        window.accept(counter);
        model.accept(counter);
        assertEquals(window.newest, model.newest);
      }
      assertEquals(window.countOf(span), model.countOf(span));
      for (
        let counter = Math.max(0, model.newest - size - 40);
        counter < model.newest + 2;
        counter++
      ) {
        if (window.isFresh(counter) !== model.isFresh(counter)) {
          throw new Error(`differs: ${counter}`);
        }
      }
    }),
    { seed: 11, numRuns: 200 },
  );
});
