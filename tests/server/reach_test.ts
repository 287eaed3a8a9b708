import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Reached } from "../../lib/codec/mod.ts";
import {
  floodLimits,
  maxNamesPerMessage,
  reachedMembersPerToken,
  reachMs,
  tickMs,
} from "../../lib/limits.ts";
import { say } from "../testing/says.ts";
import { type Guest, TestRoom } from "../testing/test_room.ts";

const key = new Uint8Array(32).fill(1);

function roomOf(names: readonly string[]): { room: TestRoom; guests: Guest[] } {
  const room = new TestRoom({ maxMembers: 1_000 });
  const guests = names.map((name, i) => room.enter(name, i === 0 ? key : undefined));
  for (let i = 0; i < 3; i++) tick(room);
  for (const { connection } of guests) connection.take();
  return { room, guests };
}

function tick(room: TestRoom): void {
  room.clock.advance(tickMs);
  room.core.tick();
}

/** What an author is told within a tick, as [seq, count, present]. */
function told(room: TestRoom, { connection }: Guest): number[][] {
  tick(room);
  return connection.takeOnly("reached").map(({ seq, count, present, lacking }) => {
    assertEquals(lacking, []);
    return [seq, count, present];
  });
}

Deno.test("Reach tells an author whom its message has reached, as that grows", () => {
  const { room, guests: [ana, bia, caio, dora] } = roomOf(["ana", "bia", "caio", "dora"]);
  ana!.send(say(1n));
  assertEquals(told(room, ana!), []);
  bia!.send({ kind: "have", seq: 1 });
  assertEquals(told(room, ana!), [[1, 1, 3]]);
  assertEquals(told(room, ana!), []);
  caio!.send({ kind: "heard", number: 7, seq: 1 });
  dora!.sendDatagram({ kind: "probe", number: 7, seq: 1 });
  assertEquals(told(room, ana!), [[1, 3, 3]]);
  ana!.send({ kind: "have", seq: 1 });
  assertEquals(told(room, ana!), []);
  assertEquals(bia!.connection.takeOnly("reached"), []);
});

Deno.test("Reach tells an author of its newest message alone, once a tick, over either transport", () => {
  const { room, guests: [ana, bia] } = roomOf(["ana", "bia", "caio"]);
  ana!.send(say(1n));
  ana!.sendDatagram(say(2n));
  for (const seq of [1, 2]) bia!.send({ kind: "have", seq });
  assertEquals(told(room, ana!), [[2, 1, 2]]);
  ana!.send(say(3n));
  assertEquals(told(room, ana!), []);
  bia!.send({ kind: "have", seq: 3 });
  assertEquals(told(room, ana!), [[3, 1, 2]]);
});

Deno.test("Reach overlooks what can't be, and what takes back", () => {
  const { room, guests: [ana, bia] } = roomOf(["ana", "bia", "caio"]);
  ana!.send(say(1n));
  bia!.send({ kind: "have", seq: 2 });
  assertEquals(told(room, ana!), []);
  bia!.send({ kind: "have", seq: 1 });
  bia!.send({ kind: "heard", number: 1, seq: 0 });
  assertEquals(told(room, ana!), [[1, 1, 2]]);
});

Deno.test("Reach stops once all have it", () => {
  const { room, guests: [ana, bia] } = roomOf(["ana", "bia"]);
  ana!.send(say(1n));
  bia!.send({ kind: "have", seq: 1 });
  assertEquals(told(room, ana!), [[1, 1, 1]]);
  room.enter("caio");
  assertEquals(told(room, ana!), []);
});

Deno.test("Reach stops after reachMs", () => {
  for (const { ms, expected } of [{ ms: reachMs, expected: 1 }, { ms: reachMs + 1, expected: 0 }]) {
    const { room, guests: [ana, bia] } = roomOf(["ana", "bia", "caio"]);
    ana!.send(say(1n));
    room.clock.advance(ms - tickMs);
    bia!.send({ kind: "have", seq: 1 });
    assertEquals(told(room, ana!).length, expected);
  }
});

Deno.test("Reach counts neither newcomers, whatever they have, nor whoever leaves", () => {
  const { room, guests: [ana, bia, caio] } = roomOf(["ana", "bia", "caio"]);
  ana!.send(say(1n));
  bia!.send({ kind: "have", seq: 1 });
  assertEquals(told(room, ana!), [[1, 1, 2]]);
  const dora = room.enter("dora");
  assertEquals(told(room, ana!), []);
  dora.send({ kind: "have", seq: 1 });
  assertEquals(told(room, ana!), []);
  ana!.send({ kind: "reach", seq: 1 });
  const [{ count, present, lacking }] = ana!.connection.takeOnly("reached") as [Reached];
  assertEquals({ count, present, lacking }, { count: 1, present: 2, lacking: ["caio"] });
  caio!.leave();
  assertEquals(told(room, ana!), [[1, 1, 1]]);
  ana!.send(say(2n));
  dora.send({ kind: "have", seq: 2 });
  assertEquals(told(room, ana!), [[2, 1, 2]]);
});

Deno.test("Reach counts detached members as present, and goes on when they are back", () => {
  const { room, guests: [ana, bia, caio] } = roomOf(["ana", "bia", "caio"]);
  room.core.depart(ana!.member, "connectionLost");
  const again = room.enter("ana", key);
  again.send(say(1n));
  room.core.depart(caio!.member, "connectionLost");
  bia!.send({ kind: "have", seq: 1 });
  assertEquals(told(room, again), [[1, 1, 2]]);
  room.core.depart(again.member, "connectionLost");
  const third = room.enter("ana", key);
  assertEquals(told(room, third), [[1, 1, 2]]);
});

Deno.test("A member that has come back lacks what was said while it was away", () => {
  const { room, guests: [ana, bia] } = roomOf(["ana", "bia"]);
  room.core.depart(ana!.member, "connectionLost");
  bia!.send(say(1n));
  const again = room.enter("ana", key);
  bia!.send({ kind: "reach", seq: 1 });
  assertEquals(bia!.connection.takeOnly("reached")[0]!.lacking, ["ana"]);
  again.send({ kind: "have", seq: 1 });
  assertEquals(told(room, bia!), [[1, 1, 1]]);
});

Deno.test("Reach answers who lacks a message, its author not counted, to whoever asks", () => {
  const { guests: [ana, bia, caio] } = roomOf(["ana", "bia", "caio"]);
  ana!.send(say(1n));
  bia!.send({ kind: "have", seq: 1 });
  const expected: Reached = { kind: "reached", seq: 1, count: 1, present: 2, lacking: ["caio"] };
  for (const asker of [ana, bia, caio]) {
    asker!.send({ kind: "reach", seq: 1 });
    assertEquals(asker!.connection.takeOnly("reached"), [expected]);
  }
});

Deno.test("Reach answers for numbers that there are not, as if the asker were their author", () => {
  const { guests: [ana] } = roomOf(["ana", "bia"]);
  for (const { seq, lacking } of [{ seq: 0, lacking: [] }, { seq: 9, lacking: ["bia"] }]) {
    ana!.send({ kind: "reach", seq });
    const present = lacking.length; // before the first number nobody was here
    const reached = { kind: "reached", seq, count: 0, present, lacking } as const;
    assertEquals(ana!.connection.takeOnly("reached"), [reached]);
  }
});

Deno.test("Reach names as many as one message holds", () => {
  const names = Array.from({ length: maxNamesPerMessage + 10 }, (_, i) => `member${i}`);
  const { guests } = roomOf(names);
  guests[0]!.send(say(1n));
  guests[0]!.send({ kind: "reach", seq: 1 });
  const [reached] = guests[0]!.connection.takeOnly("reached");
  assertEquals(reached!.lacking, names.slice(1, maxNamesPerMessage + 1));
  assertEquals([reached!.count, reached!.present], [0, maxNamesPerMessage + 9]);
});

Deno.test("ServerCore.receive() takes more tokens for reach the more there are to go through", () => {
  const room = new TestRoom({ floodLimits: undefined, maxMembers: 200 });
  const guests = Array.from({ length: 100 }, (_, i) => room.enter(`member${i}`));
  const { burst, perSecond } = floodLimits.other;
  const tokens = 1 + guests.length / reachedMembersPerToken;
  for (let i = 1; i <= burst / tokens; i++) {
    assertEquals(guests[0]!.send({ kind: "reach", seq: 0 }), 0);
  }
  assertEquals(guests[0]!.send({ kind: "reach", seq: 0 }), tokens * 1_000 / perSecond);
});

Deno.test("Reach tells what one would count, whatever happens", () => {
  const step = fc.record({ who: fc.nat(6), what: fc.constantFrom("say", "have", "tick") });
  const property = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
    const { room, guests } = roomOf(["ana", "bia", "caio", "dora", "eva", "fabio", "gil"]);
    const has = new Map<Guest, number>(guests.map((guest) => [guest, 0]));
    const newest = new Map<Guest, number>();
    let seq = 0;
    for (const { who, what } of steps) {
      const guest = guests[who]!;
      if (what === "say") {
        guest.send(say(BigInt(++seq)));
        newest.set(guest, seq);
      } else if (what === "have") {
        guest.send({ kind: "have", seq });
        has.set(guest, seq);
      } else tick(room);
    }
    tick(room);
    for (const guest of guests) {
      const last = guest.connection.takeOnly("reached").at(-1);
      const said = newest.get(guest);
      const others = guests.filter((other) => other !== guest);
      const count = others.filter((other) => has.get(other)! >= said!).length;
      if (said === undefined) assertEquals(last, undefined);
      else if (count > 0) assertEquals([last?.seq, last?.count, last?.present], [said, count, 6]);
      else assert(last?.seq !== said);
    }
  });
  fc.assert(property, { seed: 9, numRuns: 100 });
});
