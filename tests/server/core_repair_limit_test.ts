import { assert, assertEquals } from "@std/assert";
import { floodLimits, maxRepairBytes, maxWaitingRepairs, tickMs } from "../../lib/limits.ts";
import { biasKey } from "../testing/ana_and_bia.ts";
import { say } from "../testing/says.ts";
import { type Guest, TestRoom } from "../testing/test_room.ts";

const { burst, perSecond } = floodLimits.repair;
const text = "a".repeat(16_000);

/** A room with more to repair than is given at once, and who has asked for all that. */
function afterBurst(
  biasKey?: Uint8Array<ArrayBuffer>,
): { room: TestRoom; ana: Guest; bia: Guest; askedFor: number } {
  const room = new TestRoom({ floodLimits: { ...unlimited, repair: floodLimits.repair } });
  const [ana, bia] = [room.enter("ana"), room.enter("bia", biasKey)];
  for (let id = 1n; id <= 200n; id++) ana.send(say(id, text));
  room.fanOut();
  bia.connection.take();
  let askedFor = 0;
  for (let bytes = 0; bytes < burst;) {
    const said = ask(bia, askedFor + 1);
    assert(said.length > 0);
    askedFor += said.length;
    bytes += said.length * text.length;
  }
  return { room, ana, bia, askedFor };
}

const unlimited = {
  say: { burst: 1e9, perSecond: 1e9 },
  other: { burst: 1e9, perSecond: 1e9 },
};

function ask(guest: Guest, firstSeq: number): number[] {
  assertEquals(guest.send({ kind: "repair", firstSeq, lastSeq: 1_000 }), 0);
  return saids(guest);
}

function saids(guest: Guest): number[] {
  return guest.connection.takeOnly("said").map(({ seq }) => seq);
}

Deno.test("ServerCore.receive() lets a repair over the limit wait, and nothing else", () => {
  const { room, ana, bia, askedFor } = afterBurst();
  assertEquals(ask(bia, askedFor + 1), []);
  assertEquals(bia.send({ kind: "ping" }), 0);
  assertEquals(bia.send(say(1n)), 0);
  assert(ask(ana, 1).length > 0); // everybody has an allowance
  bia.connection.take();
  room.clock.advance(1_000 * maxRepairBytes / perSecond);
  room.core.tick();
  assertEquals(saids(bia)[0], askedFor + 1);
  room.core.tick();
  assertEquals(saids(bia), []); // answered once
});

Deno.test("ServerCore.tick() answers waiting repairs at the pace of the limit, each gap once", () => {
  const { room, bia } = afterBurst();
  for (const firstSeq of [1, 2, 1, 2]) assertEquals(ask(bia, firstSeq), []);
  let [answers, ms] = [0, 0];
  for (; ms < 60_000; ms += tickMs) {
    room.clock.advance(tickMs);
    room.core.tick();
    answers += Math.ceil(saids(bia).length / 100);
  }
  assertEquals(answers, 2);
});

Deno.test("ServerCore keeps few waiting repairs of a member", () => {
  const { room, bia } = afterBurst();
  for (let firstSeq = 1; firstSeq <= 100; firstSeq++) assertEquals(ask(bia, firstSeq), []);
  const firsts = new Set<number>();
  for (let i = 0; i < 100; i++) {
    room.clock.advance(1_000);
    room.core.tick();
    const [first] = saids(bia);
    if (first !== undefined) firsts.add(first);
  }
  assertEquals([...firsts], [1, 2, 3, 4]);
  assertEquals(firsts.size, maxWaitingRepairs);
});

Deno.test("ServerCore gives nobody a fresh allowance of repairs for having left", () => {
  const { room, bia } = afterBurst(biasKey);
  bia.leave();
  assertEquals(ask(room.enter("bia", biasKey), 1), []);
});

Deno.test("ServerCore.tick() forgets the waiting repairs of who has gone", () => {
  const { room, bia } = afterBurst();
  assertEquals(ask(bia, 1), []);
  room.core.depart(bia.member, "connectionLost");
  room.clock.advance(10_000);
  room.core.tick();
  assertEquals(saids(bia), []);
});
