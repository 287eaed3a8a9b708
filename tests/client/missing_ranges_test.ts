import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MissingRanges, type SeqRange } from "../../lib/client/missing_ranges.ts";
import { maxRepairsInFlight } from "../../lib/limits.ts";

const roundTripMs = 80;

/** As the tests write them. */
function written(ranges: readonly SeqRange[]): string {
  return ranges.map(({ firstSeq, lastSeq }) => `${firstSeq}–${lastSeq}`).join(" ");
}

function due(missing: MissingRanges, now: number): string {
  return written(missing.takeRequests(now, roundTripMs));
}

function missingOf(...ranges: (readonly [firstSeq: number, lastSeq: number, askAt: number])[]) {
  const missing = new MissingRanges();
  for (const range of ranges) missing.add(...range);
  return missing;
}

Deno.test("MissingRanges.takeRequests() asks for each range when it is due", () => {
  const missing = missingOf([1, 2, 20], [4, 4, 20], [8, 9, 30]);
  assertEquals(missing.nextRequestAt, 20);
  assertEquals(due(missing, 19), "");
  assertEquals(due(missing, 20), "1–2 4–4");
  assertEquals(missing.nextRequestAt, 30);
  assertEquals(due(missing, 30), "8–9");
  assertEquals(due(missing, 31), "");
});

Deno.test("MissingRanges.takeRequests() asks again a second after an answer could have come", () => {
  const missing = missingOf([1, 2, 20]);
  due(missing, 20);
  assertEquals(missing.nextRequestAt, 20 + roundTripMs + 1_000);
  assertEquals(due(missing, 20 + roundTripMs + 1_000), "1–2");
});

Deno.test("MissingRanges.takeRequests() asks for the rest of an answer that has stopped, and only then", () => {
  const missing = missingOf([1, 9, 20], [12, 14, 20]);
  due(missing, 20);
  for (const seq of [1, 2, 3]) missing.delete(seq, 100 + 10 * seq); // more keeps coming
  assertEquals(missing.nextRequestAt, 130 + roundTripMs + 250);
  assertEquals(due(missing, 130 + roundTripMs + 250), "4–9");
  assertEquals(missing.nextRequestAt, 20 + roundTripMs + 1_000);
});

Deno.test("MissingRanges.delete() of what was not asked for changes nothing about when it will be", () => {
  const missing = missingOf([1, 9, 20]);
  missing.delete(5, 10);
  missing.delete(1, 10);
  missing.delete(9, 10);
  missing.delete(9, 10);
  missing.delete(40, 10);
  assertEquals(missing.nextRequestAt, 20);
  assertEquals(due(missing, 20), "2–4 6–8");
});

Deno.test("MissingRanges.takeRequests() asks at once for neighbours that are due at once", () => {
  const missing = missingOf([1, 2, 20]);
  missing.add(3, 4, 25); // known before the others were asked for: goes with them
  assertEquals(due(missing, 20), "1–4");
  missing.add(5, 6, 40);
  assertEquals(due(missing, 40), "5–6");
  assertEquals(due(missing, 40 + roundTripMs + 1_000), "1–6");
});

Deno.test("MissingRanges.takeRequests() asks for no more than maxRepairsInFlight, the first ones", () => {
  const missing = new MissingRanges();
  for (let i = 1; i <= maxRepairsInFlight + 3; i++) missing.add(2 * i, 2 * i, 20);
  const first = missing.takeRequests(20, roundTripMs);
  assertEquals(first.length, maxRepairsInFlight);
  assertEquals(first[0], { firstSeq: 2, lastSeq: 2 });
  assertEquals(due(missing, 21), "");
  missing.delete(6, 30); // out of order, and yet it makes room
  missing.deleteUpTo(2);
  const next = 2 * maxRepairsInFlight + 2;
  assertEquals(due(missing, 31), `${next}–${next} ${next + 2}–${next + 2}`);
});

Deno.test("MissingRanges.restart() makes all of it due", () => {
  const missing = missingOf([1, 2, 20], [4, 4, 90]);
  due(missing, 20);
  missing.restart(50);
  assertEquals(due(missing, 50), "1–2 4–4");
});

Deno.test("MissingRanges.firstGapEnd goes through neighbours that were asked for apart", () => {
  const missing = missingOf([2, 3, 20]);
  assertEquals(new MissingRanges().firstGapEnd, undefined);
  due(missing, 20);
  missing.add(4, 5, 40);
  missing.add(7, 7, 40);
  assertEquals(missing.firstGapEnd, 5);
});

Deno.test("MissingRanges.add() of nothing adds nothing", () => {
  assertEquals(missingOf([1, 0, 20]).nextRequestAt, undefined);
});

Deno.test("MissingRanges holds few ranges where numbers come up one by one and nobody answers", () => {
  const missing = new MissingRanges();
  let requests = 0;
  for (let seq = 1; seq <= 20_000; seq++) {
    missing.add(seq, seq, seq + 20); // one a millisecond
    requests += missing.takeRequests(seq, roundTripMs).length;
  }
  assert(requests < 20_000 / 10, `${requests} requests`);
  missing.restart(20_000);
  assertEquals(due(missing, 20_000), "1–20000");
});

const step = fc.oneof(
  fc.record({ does: fc.constant("skip"), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ does: fc.constant("add"), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ does: fc.constant("delete"), count: fc.nat(60) }),
  fc.record({ does: fc.constant("deleteUpTo"), count: fc.nat(60) }),
  fc.record({ does: fc.constant("deleteAbove"), count: fc.nat(60) }),
  fc.record({ does: fc.constant("ask"), count: fc.nat(60) }),
);

Deno.test("MissingRanges holds the numbers that a set would", () => {
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const missing = new MissingRanges();
    const model = new Set<number>();
    let [newest, now] = [0, 0];
    for (const { does, count } of steps) {
      now++;
      if (does === "skip") newest += count;
      else if (does === "ask") missing.takeRequests(now, roundTripMs);
      else if (does === "add") {
        missing.add(newest + 1, newest + count, now + count);
        for (let i = 0; i < count; i++) model.add(++newest);
      } else if (does === "delete") {
        missing.delete(count, now);
        model.delete(count);
      } else if (does === "deleteUpTo") {
        missing.deleteUpTo(count);
        for (const seq of model) if (seq <= count) model.delete(seq);
      } else {
        missing.deleteAbove(count);
        for (const seq of model) if (seq > count) model.delete(seq);
        newest = Math.min(newest, count);
      }
      const [first] = model;
      let end = first;
      while (end !== undefined && model.has(end + 1)) end++;
      assertEquals(missing.firstGapEnd, end);
      assertEquals(missing.nextRequestAt === undefined, model.size === 0);
    }
    missing.restart(now);
    const held = missing.takeRequests(now, roundTripMs).flatMap(({ firstSeq, lastSeq }) =>
      Array.from({ length: lastSeq - firstSeq + 1 }, (_, i) => firstSeq + i)
    );
    assertEquals(held, [...model]);
  });
  fc.assert(property, { seed: 13, numRuns: 500 });
});
