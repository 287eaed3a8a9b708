import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Message } from "../../lib/codec/mod.ts";
import { maxNamesPerMessage, presencePauseMsPerMember, tickMs } from "../../lib/limits.ts";
import { type Guest, TestRoom } from "../testing/test_room.ts";

/** What a member knows of who is there, from the messages that it gets. */
class View {
  names: Set<string> | undefined;
  #incoming = new Set<string>();

  take(messages: readonly Message[]): void {
    for (const message of messages) {
      if (message.kind === "members") {
        for (const name of message.names) this.#incoming.add(name);
        if (!message.complete) continue;
        this.names = this.#incoming;
        this.#incoming = new Set();
      } else if (message.kind === "presence") {
        assert(this.names, "news came before the list");
        for (const name of message.joined) {
          assert(!this.names.has(name), `${name} came, but was there`);
          this.names.add(name);
        }
        for (const name of message.left) assert(this.names.delete(name), `${name} was not there`);
      }
    }
  }
}

/** Lets all news be told, and be old enough for the next to be told at once. */
function passTime(room: TestRoom): void {
  for (let i = 0; i < 2; i++) {
    room.clock.advance(1_000);
    room.core.tick();
  }
}

Deno.test("Presence tells a quiet room at once who comes and goes", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  passTime(room);
  ana.connection.take();
  const bia = room.enter("bia");
  assertEquals(ana.connection.take(), [{ kind: "presence", joined: ["bia"], left: [] }]);
  assertEquals(bia.connection.take(), [
    { kind: "members", names: ["ana", "bia"], complete: true },
  ]);
  passTime(room);
  bia.leave();
  assertEquals(ana.connection.take(), [{ kind: "presence", joined: [], left: ["bia"] }]);
});

Deno.test("Presence tells a crowd in batches", () => {
  const room = new TestRoom({ maxMembers: 2_000 });
  const guests = Array.from({ length: 40 }, (_, i) => room.enter(`member${i}`));
  passTime(room);
  for (const { connection } of guests) connection.take();
  const newcomers = Array.from({ length: 60 }, (_, i) => room.enter(`newcomer${i}`));
  const told = () => guests[0]!.connection.takeOnly("presence");
  assertEquals(told().map(({ joined }) => joined.length), [1]);
  room.clock.advance(100 * presencePauseMsPerMember - 1);
  room.core.tick();
  assertEquals(told(), []);
  room.clock.advance(1);
  room.core.tick();
  assertEquals(told().map(({ joined }) => joined.length), [59]);
  for (const { connection } of newcomers) {
    assertEquals(connection.takeOnly("members").map(({ names }) => names.length).length, 1);
  }
});

Deno.test("Presence tells everything by the next tick of a room that isn't large", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  for (const name of ["bia", "caio", "duda"]) room.enter(name);
  ana.connection.take();
  room.clock.advance(tickMs);
  room.core.tick();
  const view = new View();
  view.take([{ kind: "members", names: ["ana"], complete: true }, ...ana.connection.take()]);
  assertEquals(view.names?.size, 4);
});

Deno.test("Presence tells neither of those who came and went meanwhile nor of those who came back", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  const biasKey = new Uint8Array(32).fill(2);
  const bia = room.enter("bia", biasKey);
  passTime(room);
  room.enter("caio"); // told at once: from here on, news has to wait
  ana.connection.take();
  bia.leave();
  const again = room.enter("bia", biasKey);
  room.enter("eva").leave();
  assertEquals(ana.connection.take(), []);
  passTime(room);
  assertEquals(ana.connection.take(), []);
  assertEquals(again.connection.take(), [
    { kind: "members", names: ["ana", "caio", "bia"], complete: true },
  ]);
});

Deno.test("Presence tells of a name that comes back written otherwise", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  const key = new Uint8Array(32).fill(1);
  room.enter("bia", key);
  passTime(room);
  ana.connection.take();
  room.enter("Bia", key);
  passTime(room);
  const view = new View();
  view.take([{ kind: "members", names: ["ana", "bia"], complete: true }]);
  view.take(ana.connection.take());
  assertEquals([...view.names!].toSorted(), ["Bia", "ana"]);
});

Deno.test("Presence says nothing where nothing has changed", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  ana.connection.take();
  for (let i = 0; i < 10; i++) passTime(room);
  assertEquals(ana.connection.take(), []);
});

Deno.test("Presence cuts long lists and long news into messages", () => {
  const count = 2 * maxNamesPerMessage + 1;
  const room = new TestRoom({ maxMembers: 2_000 });
  const ana = room.enter("ana");
  const guests = Array.from({ length: count - 1 }, (_, i) => room.enter(`member${i}`));
  passTime(room);
  const lists = guests.at(-1)!.connection.takeOnly("members");
  const limit = maxNamesPerMessage;
  assertEquals(lists.map(({ names }) => names.length), [limit, limit, 1]);
  assertEquals(lists.map(({ complete }) => complete), [false, false, true]);
  ana.connection.take();
  for (const guest of guests) guest.leave();
  passTime(room);
  const left = ana.connection.takeOnly("presence").flatMap(({ left }) => left);
  assertEquals(left.length, count - 1);
});

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("enter" as const),
      name: fc.constantFrom("ana", "Ana", "bia", "BIA", "caio", "duda"),
      who: fc.nat(3),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("leave" as const), which: fc.nat(10) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(5) }) },
);

Deno.test("Presence gives every member the registry's view, however people come and go", () => {
  const property = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const room = new TestRoom();
    const views = new Map<Guest, View>();
    const readAll = () => {
      for (const [guest, view] of views) view.take(guest.connection.take());
    };
    for (const taken of steps) {
      if (taken.kind === "enter") {
        const { guest } = room.knock(taken.name, new Uint8Array(32).fill(taken.who));
        if (guest) views.set(guest, new View());
      } else if (taken.kind === "leave") {
        [...views.keys()][taken.which]?.leave(); // some of them have left before, or were replaced
      } else {
        room.clock.advance(taken.ms);
        room.core.tick();
      }
      readAll();
    }
    passTime(room);
    readAll();
    const present = new Set([...room.core.registry.members()].map(({ name }) => name));
    for (const [guest, view] of views) {
      const isHere = room.core.registry.findBySessionId(guest.member.sessionId) === guest.member;
      if (isHere) assertEquals(view.names, present);
    }
  });
  fc.assert(property, { seed: 6, numRuns: 300 });
});
