import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Next, RoomOrder, type SeqRange } from "../../lib/client/room_order.ts";
import { gapPatienceMs, maxHeldBack } from "../../lib/limits.ts";
import { said } from "../testing/says.ts";

function entered(newestSeq = 0): RoomOrder {
  const order = new RoomOrder();
  order.enter(1n, newestSeq, 0);
  return order;
}

/** Each message's number, and the ranges that are missing. */
function shown(next: Iterable<Next>): (number | [number, number])[] {
  return [...next].map((item) => item.kind === "said" ? item.seq : [item.firstSeq, item.lastSeq]);
}

function arrive(order: RoomOrder, now: number, ...seqs: number[]): (number | [number, number])[] {
  return seqs.flatMap((seq) => {
    order.receive(said(seq), now);
    return shown(order.take(now));
  });
}

Deno.test("RoomOrder.take() gives messages in order as they come", () => {
  const order = entered();
  assertEquals(arrive(order, 0, 1, 2, 3), [1, 2, 3]);
  assertEquals(order.contiguousSeq, 3);
  assertEquals(order.nextRequestAt, undefined);
});

Deno.test("RoomOrder.take() holds back what is behind a gap", () => {
  const order = entered();
  assertEquals(arrive(order, 0, 3, 2), []);
  assertEquals(order.contiguousSeq, 0);
  assertEquals(arrive(order, 0, 1), [1, 2, 3]);
});

Deno.test("RoomOrder.take() gives none twice", () => {
  const order = entered();
  assertEquals(arrive(order, 0, 1, 1, 3, 3, 2, 2, 1, 3), [1, 2, 3]);
});

Deno.test("RoomOrder.enter() begins behind what was said before", () => {
  const order = entered(10);
  assertEquals(arrive(order, 0, 10, 11), [11]);
});

Deno.test("RoomOrder.takeRequest() asks for a gap once it has lasted gapPatienceMs", () => {
  const order = entered();
  arrive(order, 100, 1, 4);
  assertEquals(order.nextRequestAt, 100 + gapPatienceMs);
  assertEquals(order.takeRequest(100 + gapPatienceMs - 1), undefined);
  const request = order.takeRequest(100 + gapPatienceMs);
  assertEquals(request, { firstSeq: 2, lastSeq: 3 });
});

Deno.test("RoomOrder.takeRequest() asks for nothing where the gap has closed", () => {
  const order = entered();
  arrive(order, 100, 2, 1);
  assertEquals(order.nextRequestAt, undefined);
  assertEquals(order.takeRequest(1e6), undefined);
});

Deno.test("RoomOrder.takeRequest() asks again a second after the last sign of an answer", () => {
  const order = entered();
  arrive(order, 0, 5);
  order.takeRequest(gapPatienceMs);
  assertEquals(order.takeRequest(gapPatienceMs + 999), undefined);
  assertEquals(order.takeRequest(gapPatienceMs + 1_000), { firstSeq: 1, lastSeq: 4 });
  arrive(order, 2_000, 1, 2);
  arrive(order, 2_500, 6); // no part of the answer
  assertEquals(order.takeRequest(2_999), undefined);
  assertEquals(order.takeRequest(3_000), { firstSeq: 3, lastSeq: 4 });
});

Deno.test("RoomOrder.takeRequest() asks for a second gap without the pause of the first", () => {
  const order = entered();
  arrive(order, 0, 3, 5);
  assertEquals(order.takeRequest(gapPatienceMs), { firstSeq: 1, lastSeq: 2 });
  arrive(order, gapPatienceMs, 1, 2);
  assertEquals(order.takeRequest(2 * gapPatienceMs), { firstSeq: 4, lastSeq: 4 });
});

Deno.test("RoomOrder.expect() makes a lost last message a gap", () => {
  const order = entered();
  arrive(order, 0, 1);
  order.expect(3, 100);
  assertEquals(order.takeRequest(100 + gapPatienceMs), { firstSeq: 2, lastSeq: 3 });
  order.expect(2, 200); // older news changes nothing
  assertEquals(arrive(order, 300, 3, 2), [2, 3]);
});

Deno.test("RoomOrder.giveUp() shows what is missing, and what was held back behind it", () => {
  const order = entered();
  arrive(order, 0, 3, 6, 7, 9);
  assertEquals(shown(order.giveUp(5, 0)), [[1, 2], 3, [4, 5], 6, 7]);
  assertEquals(order.contiguousSeq, 7);
});

Deno.test("RoomOrder.giveUp() of what was taken shows nothing", () => {
  const order = entered();
  arrive(order, 0, 1, 2, 3);
  assertEquals(shown(order.giveUp(2, 0)), []);
  assertEquals(order.contiguousSeq, 3);
});

Deno.test("RoomOrder.take() gives a gap up rather than hold back more than maxHeldBack", () => {
  const order = entered();
  for (let seq = 3; seq < 3 + maxHeldBack; seq++) assertEquals(arrive(order, 0, seq), []);
  const all = arrive(order, 0, 3 + maxHeldBack);
  assertEquals(all.slice(0, 2), [[1, 2], 3]);
  assertEquals(all.length, maxHeldBack + 2);
});

Deno.test("RoomOrder.enter() goes on in the same room, and asks for what was missed", () => {
  const order = entered();
  arrive(order, 0, 1, 2, 4);
  order.takeRequest(gapPatienceMs);
  order.enter(1n, 6, 100); // what was asked of the last connection got lost with it
  assertEquals(order.contiguousSeq, 2);
  assertEquals(order.takeRequest(100 + gapPatienceMs), { firstSeq: 3, lastSeq: 3 });
  assertEquals(arrive(order, 200, 3), [3, 4]);
  assertEquals(order.takeRequest(200 + gapPatienceMs), { firstSeq: 5, lastSeq: 6 });
});

Deno.test("RoomOrder.enter() closes with the old room, and begins at the other's beginning", () => {
  const order = entered();
  arrive(order, 0, 1, 2, 5);
  const left = order.enter(2n, 3, 0).map((next) => next.kind === "said" ? next.seq : next);
  assertEquals(left, [{ kind: "missing", firstSeq: 3, lastSeq: 4 }, 5]);
  assertEquals(order.contiguousSeq, 0);
  assertEquals(order.takeRequest(gapPatienceMs), { firstSeq: 1, lastSeq: 3 });
  assertEquals(arrive(order, 0, 1, 2, 3, 4), [1, 2, 3, 4]);
});

const schedule = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    /** What arrives by itself, in this order: some never, some more than once. */
    arrivals: fc.array(fc.integer({ min: 1, max: count }), { maxLength: 80 }),
    /** What the server no longer has, up to here. */
    forgotten: fc.nat(count),
    /** The most that one repair brings, and whether the connection breaks before each. */
    repairs: fc.array(fc.record({ most: fc.integer({ min: 1, max: 5 }), breaks: fc.boolean() })),
  })
);

Deno.test("RoomOrder shows every number once and in order, whatever is lost, repeated or mixed up", () => {
  const property = fc.property(schedule, ({ count, arrivals, forgotten, repairs }) => {
    const order = entered();
    const items: Next[] = [];
    let now = 0;
    for (const seq of arrivals) {
      now += 7;
      order.receive(said(seq), now);
      items.push(...order.take(now));
    }
    order.expect(count, now);
    const answer = ({ firstSeq, lastSeq }: SeqRange, most: number) => {
      if (firstSeq <= forgotten) items.push(...order.giveUp(Math.min(lastSeq, forgotten), now));
      const first = Math.max(firstSeq, forgotten + 1);
      for (let seq = first; seq <= Math.min(lastSeq, first + most - 1); seq++) {
        order.receive(said(seq), now);
        items.push(...order.take(now));
      }
    };
    for (let i = 0; order.contiguousSeq < count; i++) {
      assert(i < 200, "never done");
      assert(order.nextRequestAt !== undefined);
      now = Math.max(now, order.nextRequestAt);
      const request = order.takeRequest(now);
      assert(request && request.firstSeq <= request.lastSeq);
      const { most, breaks } = repairs[i] ?? { most: 50, breaks: false };
      if (breaks) order.enter(1n, count, now);
      else answer(request, most);
    }
    let next = 1;
    for (const item of items) {
      assertEquals(item.kind === "said" ? item.seq : item.firstSeq, next);
      next = (item.kind === "said" ? item.seq : item.lastSeq) + 1;
    }
    assertEquals(next, count + 1);
    const atServer = Array.from({ length: count - forgotten }, (_, i) => forgotten + 1 + i);
    const shownSeqs = items.flatMap((item) => item.kind === "said" ? [item.seq] : []);
    assertEquals(new Set(shownSeqs), new Set([...arrivals, ...atServer]));
    assertEquals(order.nextRequestAt, undefined);
  });
  fc.assert(property, { seed: 11, numRuns: 500 });
});
