import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Next,
  RoomOrder,
  type RoomState,
  type SeqRange,
} from "../../lib/client/room_order.ts";
import { gapPatienceMs, maxHeldBack } from "../../lib/limits.ts";
import { said } from "../testing/says.ts";

function state(newestSeq: number, fields: Partial<RoomState> = {}): RoomState {
  return { room: 1n, run: 1n, baseSeq: 0, newestSeq, ...fields };
}

function entered(newestSeq = 0, history = 0): RoomOrder {
  const order = new RoomOrder(history);
  order.enter(state(newestSeq), 0);
  return order;
}

type Shown = number | [number, number] | "caughtUp";

/** Each message's number, the ranges that are missing, and where the past is over. */
function shown(next: Iterable<Next>): Shown[] {
  return [...next].map((item) => {
    if (item.kind === "caughtUp") return item.kind;
    return item.kind === "said" ? item.seq : [item.firstSeq, item.lastSeq];
  });
}

function arrive(order: RoomOrder, now: number, ...seqs: number[]): Shown[] {
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

Deno.test("RoomOrder.receive() keeps of a message nothing of the frame that it came in", () => {
  const order = entered();
  const frame = new Uint8Array(65_519).fill(7);
  order.receive({ ...said(2), signature: frame.subarray(100, 164) }, 0);
  frame.fill(0);
  order.receive(said(1), 0);
  const [, held] = [...order.take(0)];
  assert(held?.kind === "said");
  assertEquals(held.signature, new Uint8Array(64).fill(7));
  assertEquals(held.signature.buffer.byteLength, 64);
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
  order.enter(state(6), 100); // what was asked of the last connection got lost with it
  assertEquals(order.contiguousSeq, 2);
  assertEquals(order.takeRequest(100 + gapPatienceMs), { firstSeq: 3, lastSeq: 3 });
  assertEquals(arrive(order, 200, 3), [3, 4]);
  assertEquals(order.takeRequest(200 + gapPatienceMs), { firstSeq: 5, lastSeq: 6 });
});

Deno.test("RoomOrder.enter() closes with the old room, and begins at the other's beginning", () => {
  const order = entered();
  arrive(order, 0, 1, 2, 5);
  const left = shown(order.enter(state(3, { room: 2n }), 0));
  assertEquals(left, [[3, 4], 5]);
  assertEquals(order.contiguousSeq, 0);
  assertEquals(order.takeRequest(gapPatienceMs), { firstSeq: 1, lastSeq: 3 });
  assertEquals(arrive(order, 0, 1, 2, 3, 4), [1, 2, 3, 4]);
});

Deno.test("RoomOrder.enter() begins with what was said before, asks at once, and says where it is over", () => {
  const order = entered(10, 3);
  assertEquals(order.contiguousSeq, 7);
  assertEquals(order.takeRequest(0), { firstSeq: 8, lastSeq: 10 });
  assertEquals(arrive(order, 5, 11, 8, 9), [8, 9]); // 11 is new, and waits
  assertEquals(arrive(order, 5, 10), [10, "caughtUp", 11]);
  assertEquals([10, 11].map((seq) => order.isPast(1n, seq)), [true, false]);
});

Deno.test("RoomOrder.enter() says at once that there is no past", () => {
  assertEquals(shown(new RoomOrder(50).enter(state(0), 0)), ["caughtUp"]);
  assertEquals(shown(new RoomOrder(0).enter(state(9), 0)), []);
  const order = entered(2, 50);
  assertEquals(order.takeRequest(0), { firstSeq: 1, lastSeq: 2 });
});

Deno.test("RoomOrder.giveUp() says nothing of the oldest part of the past, and all of the rest", () => {
  const order = entered(10, 8);
  assertEquals(shown(order.giveUp(5, 0)), []);
  assertEquals(arrive(order, 0, 6), [6]);
  assertEquals(shown(order.giveUp(8, 0)), [[7, 8]]);
  assertEquals(arrive(order, 0, 10, 12), []);
  assertEquals(shown(order.giveUp(11, 0)), [[9, 9], 10, "caughtUp", [11, 11], 12]);
  assertEquals(shown(entered(10, 8).giveUp(10, 0)), ["caughtUp"]);
  const late = entered(10, 8);
  late.expect(13, 0);
  assertEquals(shown(late.giveUp(12, 0)), [[11, 12], "caughtUp"]);
});

Deno.test("RoomOrder.enter() asks again for the past where the connection broke, but has none of another room", () => {
  const order = entered(10, 3);
  order.takeRequest(0);
  assertEquals(shown(order.enter(state(12), 100)), []);
  assertEquals(order.takeRequest(100), { firstSeq: 8, lastSeq: 12 });
  assertEquals(shown(order.enter(state(2, { room: 2n }), 200)), [[11, 12], "caughtUp"]);
  assertEquals([order.isPast(1n, 10), order.isPast(2n, 1)], [true, false]);
  assertEquals(arrive(order, 200, 1, 2), [1, 2]);
});

Deno.test("RoomOrder.enter() goes on where another run of the server has lost nothing", () => {
  const order = entered();
  arrive(order, 0, 1, 2, 4);
  order.enter(state(6, { run: 2n, baseSeq: 5 }), 0);
  assertEquals(order.contiguousSeq, 2);
  assertEquals(arrive(order, 0, 3), [3, 4]);
});

Deno.test("RoomOrder.enter() goes back to what another run of the server still has", () => {
  const order = entered(2, 2);
  arrive(order, 0, 1, 2, 3, 4, 5, 8);
  order.enter(state(4, { run: 2n, baseSeq: 1 }), 100);
  assertEquals([order.contiguousSeq, order.newestSeq], [1, 4]);
  assertEquals([order.isPast(1n, 1), order.isPast(1n, 2)], [true, false]);
  assertEquals(order.takeRequest(100 + gapPatienceMs), { firstSeq: 2, lastSeq: 4 });
  assertEquals(arrive(order, 200, 2, 3, 4, 5), [2, 3, 4, 5]);
  assertEquals(order.nextRequestAt, undefined);
  order.enter(state(5, { run: 2n, baseSeq: 1 }), 300); // the same run: nothing is lost by a reconnect
  assertEquals(order.contiguousSeq, 5);
});

Deno.test("RoomOrder.enter() keeps nothing back under a number that another run gives anew", () => {
  const order = entered();
  arrive(order, 0, 1, 5);
  order.enter(state(3, { run: 2n, baseSeq: 3 }), 100);
  assertEquals(arrive(order, 200, 2, 3, 4), [2, 3, 4]);
  assertEquals(order.nextRequestAt, undefined);
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
      if (breaks) order.enter(state(count), now);
      else answer(request, most);
    }
    let next = 1;
    for (const item of items) {
      assert(item.kind !== "caughtUp");
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
