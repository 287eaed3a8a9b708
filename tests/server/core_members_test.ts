import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ProtocolError, protocolVersion, type RefusedCode } from "../../lib/codec/mod.ts";
import { rememberIdsMs } from "../../lib/limits.ts";
import { say } from "../testing/says.ts";
import { TestRoom } from "../testing/test_room.ts";

const anasKey = new Uint8Array(32).fill(1);

Deno.test("ServerCore.admit() welcomes a member, then tells it who is there", () => {
  const room = new TestRoom();
  const { guest, connection } = room.knock("ana");
  assert(guest);
  const [welcome, ...rest] = connection.take();
  assert(welcome?.kind === "welcome");
  assertEquals([welcome.name, welcome.newestSeq], ["ana", 0]);
  assertEquals(welcome.sessionId, guest.member.sessionId);
  assertEquals(rest, [
    { kind: "published", supply: 0n, left: 0 },
    { kind: "members", names: ["ana"], complete: true },
  ]);
  assertEquals(room.core.registry.size, 1);
  assertEquals(room.events, [{ kind: "joined", name: "ana", address: "192.0.2.1", members: 1 }]);
});

Deno.test("ServerCore.admit() tells the newest number, and every session its own id", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  for (let id = 1n; id <= 3n; id++) ana.send(say(id));
  const bia = room.enter("bia");
  assertEquals(bia.welcome.newestSeq, 3);
  assertEquals(bia.welcome.room, ana.welcome.room);
  assertNotEquals(bia.welcome.sessionId, ana.welcome.sessionId);
});

Deno.test("ServerCore names each room anew", () => {
  const rooms = Array.from({ length: 10 }, () => new TestRoom().enter("ana").welcome.room);
  assertEquals(new Set(rooms).size, 10);
});

const refusals: { what: string; name: string; code: RefusedCode }[] = [
  { what: "a name that is taken", name: "bia", code: "nameTaken" },
  { what: "a name that differs in case only", name: "BIA", code: "nameTaken" },
  { what: "no name", name: "", code: "nameEmpty" },
  { what: "a long name", name: "a".repeat(33), code: "nameTooLong" },
  { what: "a name with a control character", name: "a\x07", code: "nameBadCharacter" },
  { what: "a name that begins badly", name: ".a", code: "nameBadStart" },
  { what: "a name of mixed scripts", name: "аna", code: "nameMixedScripts" },
  { what: "one more than the room holds", name: "caio", code: "roomFull" },
];

for (const { what, name, code } of refusals) {
  Deno.test(`ServerCore.admit() refuses ${what}`, () => {
    const room = new TestRoom({ maxMembers: 2 });
    for (const present of ["ana", "bia"]) room.enter(present);
    const { guest, connection } = room.knock(name);
    assertEquals(guest, undefined);
    assertEquals(connection.take(), [{ kind: "refused", code }]);
    assertEquals(room.core.registry.size, 2);
    assertEquals(room.events.at(-1), { kind: "refused", address: "192.0.2.1", code });
  });
}

Deno.test("ServerCore.admit() refuses a member of another version, whatever else it says", () => {
  const room = new TestRoom();
  const { connection } = room.knock("ana", anasKey, Uint8Array.of(1, 99, 99, 99));
  assertEquals(connection.take(), [{ kind: "refused", code: "versionUnsupported" }]);
  assertEquals(room.core.registry.size, 0);
});

for (const length of [0, 1, 5, 20]) {
  Deno.test(`ServerCore.admit() throws for ${length} bytes that are no hello`, () => {
    const room = new TestRoom();
    const hello = new Uint8Array(length).fill(0xff);
    hello.set([protocolVersion].slice(0, length));
    assertThrows(() => room.knock("ana", anasKey, hello), ProtocolError);
    assertEquals(room.core.registry.size, 0);
  });
}

Deno.test("ServerCore.admit() lets the same identity take its name over, in a full room too", () => {
  const room = new TestRoom({ maxMembers: 1 });
  const before = room.enter("ana", anasKey);
  const after = room.enter("Ana", anasKey);
  assertEquals(before.connection.endedWith, "replaced");
  assertEquals(after.connection.endedWith, undefined);
  assertEquals([...room.core.registry.members()], [after.member]);
  assertEquals(after.welcome.name, "Ana");
});

Deno.test("ServerCore.depart() of a member that was replaced says nothing to anybody", () => {
  const room = new TestRoom();
  const bia = room.enter("bia");
  const before = room.enter("ana", anasKey);
  room.enter("ana", anasKey);
  room.clock.advance(1_000);
  room.core.tick();
  bia.connection.take();
  room.events.length = 0;
  room.core.depart(before.member, "replaced");
  room.clock.advance(1_000);
  room.core.tick();
  assertEquals(bia.connection.take(), []);
  assertEquals(room.events, []);
  assertEquals(room.core.registry.size, 2);
});

Deno.test("ServerCore.depart() leaves the room to others, and the name to its owner", () => {
  const room = new TestRoom({ maxMembers: 1 });
  room.enter("ana", anasKey).leave();
  assertEquals(room.core.registry.size, 0);
  assertEquals(room.events.at(-1), { kind: "left", name: "ana", reason: "leaving", members: 0 });
  room.enter("bia").leave();
  room.enter("ana", anasKey);
});

Deno.test("ServerCore.stop() says goodbye to everybody", () => {
  const room = new TestRoom();
  const guests = ["ana", "bia", "caio"].map((name) => room.enter(name));
  room.core.stop();
  for (const { connection } of guests) assertEquals(connection.endedWith, "serverStopping");
});

Deno.test("ServerCore.tick() checks every connection", () => {
  const room = new TestRoom();
  const guests = ["ana", "bia"].map((name) => room.enter(name));
  for (let i = 0; i < 3; i++) room.core.tick();
  for (const { connection } of guests) assertEquals(connection.checks, 3);
});

Deno.test("ServerCore remembers an absent author's ids for rememberIdsMs", () => {
  for (
    const { pauseMs, newestSeq } of [
      { pauseMs: rememberIdsMs, newestSeq: 1 },
      { pauseMs: rememberIdsMs + 1, newestSeq: 2 },
    ]
  ) {
    const room = new TestRoom();
    const before = room.enter("ana", anasKey);
    before.send(say(1n));
    before.leave();
    room.clock.advance(pauseMs);
    room.core.tick();
    room.enter("ana", anasKey).send(say(1n));
    assertEquals(room.enter("bia").welcome.newestSeq, newestSeq, `after ${pauseMs} ms`);
  }
});

Deno.test("ServerCore remembers the ids of an author that is present for ever", () => {
  const room = new TestRoom();
  const ana = room.enter("ana", anasKey);
  ana.send(say(1n));
  ana.leave();
  const again = room.enter("ana", anasKey);
  room.clock.advance(3 * rememberIdsMs);
  room.core.tick();
  again.send(say(1n));
  assertEquals(room.enter("bia").welcome.newestSeq, 1);
});

Deno.test("ServerCore keeps apart what one identity says under two names", () => {
  const room = new TestRoom();
  const [ana, bia] = [room.enter("ana", anasKey), room.enter("bia", anasKey)];
  ana.send(say(1n));
  bia.send(say(1n));
  ana.leave();
  room.clock.advance(2 * rememberIdsMs);
  room.core.tick();
  bia.leave(); // of bia, nothing was forgotten
  room.enter("bia", anasKey).send(say(1n));
  assertEquals(room.enter("caio").welcome.newestSeq, 2);
});
