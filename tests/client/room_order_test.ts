import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { SeqRange } from "../../lib/client/missing_ranges.ts";
import { type Next, RoomOrder, type RoomState } from "../../lib/client/room_order.ts";
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
    return shown(order.take());
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
  const [, held] = [...order.take()];
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

Deno.test("RoomOrder.takeRequests() asks for a gap once it has lasted gapPatienceMs", () => {
  const order = entered();
  arrive(order, 100, 1, 4);
  assertEquals(order.nextRequestAt, 100 + gapPatienceMs);
  assertEquals(order.takeRequests(100 + gapPatienceMs - 1), []);
  assertEquals(order.takeRequests(100 + gapPatienceMs), [{ firstSeq: 2, lastSeq: 3 }]);
});

Deno.test("RoomOrder.takeRequests() asks for nothing where the gap has closed", () => {
  const order = entered();
  arrive(order, 100, 2, 1);
  assertEquals(order.nextRequestAt, undefined);
  assertEquals(order.takeRequests(1e6), []);
});

Deno.test("RoomOrder.takeRequests() asks for every gap when it is due, and waits for none to close", () => {
  const order = entered();
  arrive(order, 0, 3, 5);
  arrive(order, 10, 8);
  assertEquals(order.takeRequests(gapPatienceMs), [
    { firstSeq: 1, lastSeq: 2 },
    { firstSeq: 4, lastSeq: 4 },
  ]);
  assertEquals(order.takeRequests(gapPatienceMs + 10), [{ firstSeq: 6, lastSeq: 7 }]);
});

Deno.test("RoomOrder.expect() makes a lost last message a gap", () => {
  const order = entered();
  arrive(order, 0, 1);
  order.expect(3, 100);
  assertEquals(order.takeRequests(100 + gapPatienceMs), [{ firstSeq: 2, lastSeq: 3 }]);
  order.expect(2, 200); // older news changes nothing
  assertEquals(arrive(order, 300, 3, 2), [2, 3]);
});

Deno.test("RoomOrder.giveUp() shows what is missing, and what was held back behind it", () => {
  const order = entered();
  arrive(order, 0, 3, 6, 7, 9);
  assertEquals(shown(order.giveUp(5)), [[1, 2], 3, [4, 5], 6, 7]);
  assertEquals(order.contiguousSeq, 7);
});

Deno.test("RoomOrder.giveUp() of what was taken shows nothing", () => {
  const order = entered();
  arrive(order, 0, 1, 2, 3);
  assertEquals(shown(order.giveUp(2)), []);
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
  order.takeRequests(gapPatienceMs);
  order.enter(state(6), 100); // what was asked of the last connection got lost with it
  assertEquals(order.contiguousSeq, 2);
  assertEquals(order.takeRequests(100), [
    { firstSeq: 3, lastSeq: 3 },
    { firstSeq: 5, lastSeq: 6 },
  ]);
  assertEquals(arrive(order, 200, 3), [3, 4]);
});

Deno.test("RoomOrder.enter() closes with the old room, and begins at the other's beginning", () => {
  const order = entered();
  arrive(order, 0, 1, 2, 5);
  const left = shown(order.enter(state(3, { room: 2n }), 0));
  assertEquals(left, [[3, 4], 5]);
  assertEquals(order.contiguousSeq, 0);
  assertEquals(order.takeRequests(gapPatienceMs), [{ firstSeq: 1, lastSeq: 3 }]);
  assertEquals(arrive(order, 0, 1, 2, 3, 4), [1, 2, 3, 4]);
});

Deno.test("RoomOrder.enter() begins with what was said before, asks at once, and says where it is over", () => {
  const order = entered(10, 3);
  assertEquals(order.contiguousSeq, 7);
  assertEquals(order.takeRequests(0), [{ firstSeq: 8, lastSeq: 10 }]);
  assertEquals(arrive(order, 5, 11, 8, 9), [8, 9]); // 11 is new, and waits
  assertEquals(arrive(order, 5, 10), [10, "caughtUp", 11]);
  assertEquals([10, 11].map((seq) => order.isPast(1n, seq)), [true, false]);
});

Deno.test("RoomOrder.enter() says at once that there is no past", () => {
  assertEquals(shown(new RoomOrder(50).enter(state(0), 0)), ["caughtUp"]);
  assertEquals(shown(new RoomOrder(0).enter(state(9), 0)), []);
  const order = entered(2, 50);
  assertEquals(order.takeRequests(0), [{ firstSeq: 1, lastSeq: 2 }]);
});

Deno.test("RoomOrder.giveUp() says nothing of the oldest part of the past, and all of the rest", () => {
  const order = entered(10, 8);
  assertEquals(shown(order.giveUp(5)), []);
  assertEquals(arrive(order, 0, 6), [6]);
  assertEquals(shown(order.giveUp(8)), [[7, 8]]);
  assertEquals(arrive(order, 0, 10, 12), []);
  assertEquals(shown(order.giveUp(11)), [[9, 9], 10, "caughtUp", [11, 11], 12]);
  assertEquals(shown(entered(10, 8).giveUp(10)), ["caughtUp"]);
  const late = entered(10, 8);
  late.expect(13, 0);
  assertEquals(shown(late.giveUp(12)), [[11, 12], "caughtUp"]);
});

Deno.test("RoomOrder.enter() asks again for the past where the connection broke, but has none of another room", () => {
  const order = entered(10, 3);
  order.takeRequests(0);
  assertEquals(shown(order.enter(state(12), 100)), []);
  assertEquals(order.takeRequests(100), [{ firstSeq: 8, lastSeq: 12 }]);
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
  assertEquals(order.takeRequests(100 + gapPatienceMs), [{ firstSeq: 2, lastSeq: 4 }]);
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

/** What becomes of a message on its way to us by itself: when each of its copies comes, none if it is lost. */
const fate = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 2 });

const schedule = fc.record({
  fates: fc.array(fate, { minLength: 1, maxLength: 60 }),
  /** Between one message and the next. */
  paceMs: fc.integer({ min: 1, max: 30 }),
  roundTripMs: fc.integer({ min: 1, max: 400 }),
  /** What the server no longer has, up to here. */
  forgotten: fc.nat(20),
  /** The most that one repair brings, of each repair; then everything. */
  mosts: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 20 }),
  /** When connections break: what was asked of them is not answered. */
  breaks: fc.array(fc.nat(2_000), { maxLength: 2 }),
});

type Incident = "break" | { readonly seq: number } | { readonly forgotten: number };

/** What comes when. */
class Agenda {
  readonly #incidents: { readonly at: number; readonly what: Incident }[] = [];

  add(at: number, what: Incident): void {
    this.#incidents.push({ at, what });
    this.#incidents.sort((a, b) => a.at - b.at);
  }

  get nextAt(): number {
    return this.#incidents[0]?.at ?? Infinity;
  }

  next(): Incident {
    return this.#incidents.shift()!.what;
  }

  /** Answers under way are lost. */
  clearAnswers(isAnswer: (what: Incident) => boolean): void {
    const kept = this.#incidents.filter(({ what }) => !isAnswer(what));
    this.#incidents.splice(0, Infinity, ...kept);
  }
}

Deno.test("RoomOrder shows every number once and in order, and asks for what is missing a few times at most", () => {
  const property = fc.property(
    schedule,
    ({ fates, paceMs, roundTripMs, forgotten, mosts, breaks }) => {
      const count = fates.length;
      const order = entered();
      const agenda = new Agenda();
      const answers = new Set<Incident>();
      const byItself = new Set<number>();
      fates.forEach((comesAfterMs, i) => {
        for (const afterMs of comesAfterMs) agenda.add(i * paceMs + afterMs, { seq: i + 1 });
      });
      for (const at of breaks) agenda.add(at, "break");
      const items: Next[] = [];
      let [now, requests, stops] = [0, 0, 0];
      const answer = ({ firstSeq, lastSeq }: SeqRange) => {
        const add = (what: Incident) => {
          answers.add(what);
          agenda.add(now + roundTripMs, what);
        };
        const most = mosts[requests++] ?? Infinity;
        if (firstSeq <= forgotten) add({ forgotten: Math.min(lastSeq, forgotten) });
        const first = Math.max(firstSeq, forgotten + 1);
        if (lastSeq - first + 1 > most) stops++;
        for (let seq = first; seq <= Math.min(lastSeq, first + most - 1); seq++) add({ seq });
      };
      order.expect(0, now);
      while (order.contiguousSeq < count || agenda.nextAt < Infinity) {
        assert(requests < 1_000, "never done");
        if (agenda.nextAt === Infinity) order.expect(count, now); // as a probe says
        now = Math.max(now, Math.min(agenda.nextAt, order.nextRequestAt ?? Infinity));
        if (agenda.nextAt <= now) {
          const what = agenda.next();
          if (what === "break") {
            agenda.clearAnswers((what) => answers.has(what));
            order.enter(state(order.newestSeq), now);
          } else if ("forgotten" in what) {
            items.push(...order.giveUp(what.forgotten));
          } else {
            if (!answers.has(what)) byItself.add(what.seq);
            order.receive(said(what.seq), now);
            items.push(...order.take());
          }
        }
        for (const range of order.takeRequests(now, roundTripMs)) {
          assert(order.contiguousSeq < range.firstSeq && range.firstSeq <= range.lastSeq);
          answer(range);
        }
      }
      let next = 1;
      for (const item of items) {
        assert(item.kind !== "caughtUp");
        assertEquals(item.kind === "said" ? item.seq : item.firstSeq, next);
        next = (item.kind === "said" ? item.seq : item.lastSeq) + 1;
      }
      assertEquals(next, count + 1);
      const shownSeqs = new Set(items.flatMap((item) => item.kind === "said" ? [item.seq] : []));
      for (let seq = forgotten + 1; seq <= count; seq++) assert(shownSeqs.has(seq));
      for (const seq of shownSeqs) assert(seq > forgotten || byItself.has(seq));
      assertEquals(order.nextRequestAt, undefined);
      const times = 1 + breaks.length;
      assert(requests <= count * times + stops, `${requests} requests`);
    },
  );
  fc.assert(property, { seed: 11, numRuns: 500 });
});
