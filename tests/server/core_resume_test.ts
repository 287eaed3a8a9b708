import { assert, assertEquals } from "@std/assert";
import { detachedDatagramsMs, resumeMs, tickMs } from "../../lib/limits.ts";
import type { BreakReason } from "../../lib/server/mod.ts";
import {
  anaAndBia,
  anasKey,
  biasKey,
  commit,
  passTime,
  send,
  takeTold,
} from "../testing/ana_and_bia.ts";
import { OperatedStore } from "../testing/operated_store.ts";
import { say } from "../testing/says.ts";
import { TestRoom } from "../testing/test_room.ts";

for (const reason of ["connectionLost", "silence", "slowReader"] as const) {
  Deno.test(`ServerCore.depart() for ${reason} keeps the member, and tells nobody`, () => {
    const { room, ana, bia } = anaAndBia();
    room.core.depart(ana.member, reason);
    room.clock.advance(resumeMs - 1);
    room.core.tick();
    assertEquals(bia.connection.take(), []);
    assertEquals([...room.core.registry.members()], [ana.member, bia.member]);
    assertEquals(room.events.at(-1), { kind: "detached", name: "ana", reason, members: 2 });
  });

  Deno.test(`ServerCore.tick() lets a member go that stays away after ${reason}, once`, () => {
    const { room, ana, bia } = anaAndBia();
    room.core.depart(ana.member, reason);
    for (const ms of [resumeMs, tickMs, resumeMs]) {
      room.clock.advance(ms);
      room.core.tick();
    }
    const left = bia.connection.takeOnly("presence");
    assertEquals(left, [{ kind: "presence", joined: [], left: ["ana"] }]);
    assertEquals(room.events.filter(({ kind }) => kind === "left"), [
      { kind: "left", name: "ana", reason, members: 1 },
    ]);
  });
}

Deno.test("ServerCore.admit() takes a detached member back, and tells nobody", () => {
  const { room, ana, bia } = anaAndBia();
  breakOff(room, ana);
  const again = room.enter("ana", anasKey);
  passTime(room);
  assertEquals(bia.connection.take(), []);
  assertEquals(again.connection.takeOnly("members"), [
    { kind: "members", names: ["bia", "ana"], complete: true },
  ]);
  const address = "192.0.2.1";
  assertEquals(room.events.slice(-2), [
    { kind: "detached", name: "ana", reason: "connectionLost", members: 2 },
    { kind: "resumed", name: "ana", address, members: 2 },
  ]);
  assertEquals(ana.connection.endedWith, undefined);
  room.clock.advance(2 * resumeMs);
  room.core.tick();
  assertEquals(room.core.registry.size, 2);
});

Deno.test("ServerCore.admit() tells of a detached member that writes its name otherwise now", () => {
  const { room, ana, bia } = anaAndBia();
  breakOff(room, ana);
  room.enter("Ana", anasKey);
  passTime(room);
  assertEquals(bia.connection.takeOnly("presence").flatMap(({ joined, left }) => [joined, left]), [
    ["Ana"],
    [],
    [],
    ["ana"],
  ]);
});

Deno.test("ServerCore.admit() gives a detached member's name to nobody else", () => {
  const { room, ana } = anaAndBia();
  breakOff(room, ana);
  const { connection } = room.knock("ana", biasKey);
  assertEquals(connection.take(), [{ kind: "refused", code: "nameTaken" }]);
  assertEquals(room.core.registry.size, 2);
});

Deno.test("A break loses nothing: what was said meanwhile is repaired, what was told is told again", () => {
  const { room, ana, bia } = anaAndBia();
  breakOff(room, ana);
  bia.send(say(1n));
  bia.send(send(7n, "ana"));
  room.fanOut();
  commit(room);
  assertEquals(ana.connection.take(), []);
  assertEquals(bia.connection.takeOnly("accepted").length, 1);
  const { guest, connection } = room.knock("ana", anasKey);
  assert(guest);
  const welcomed = connection.take();
  assert(welcomed[0]?.kind === "welcome" && welcomed[0].newestSeq === 1);
  assertEquals(welcomed.filter(({ kind }) => kind === "told").length, 1);
  guest.send({ kind: "repair", firstSeq: 1, lastSeq: 1 });
  assertEquals(connection.takeOnly("said").map(({ seq }) => seq), [1]);
});

Deno.test("ServerCore.admit() tells a member that was detached what became of its messages", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  const { delivery } = takeTold(bia);
  commit(room);
  breakOff(room, ana);
  bia.send({ kind: "received", delivery });
  const again = room.enter("ana", anasKey);
  assertEquals(again.connection.takeOnly("delivered"), [{ kind: "delivered", id: 7n }]);
});

Deno.test("ServerCore knows a repeat of what was said before a break", () => {
  const { room, ana } = anaAndBia();
  ana.send(say(1n));
  room.fanOut();
  breakOff(room, ana);
  const again = room.enter("ana", anasKey);
  again.send(say(1n));
  assertEquals(again.connection.takeOnly("numbered"), [{ kind: "numbered", id: 1n, seq: 1 }]);
});

Deno.test("ServerCore.depart() of the old connection does not detach who has come back", () => {
  const { room, ana } = anaAndBia();
  const again = room.enter("ana", anasKey);
  room.core.depart(ana.member, "silence");
  assertEquals(again.member.detachment, undefined);
  assert(room.events.every(({ kind }) => kind !== "detached"));
});

Deno.test("ServerCore.admit() lets the longest detached member make way in a full room", () => {
  const room = new TestRoom({ maxMembers: 3 });
  const [ana, bia, caio] = [room.enter("ana"), room.enter("bia"), room.enter("caio")];
  breakOff(room, bia, "silence");
  breakOff(room, ana);
  const dora = room.enter("dora");
  assertEquals([...room.core.registry.members()], [ana, caio, dora].map(({ member }) => member));
  assertEquals(room.events.filter(({ kind }) => kind === "left"), [
    { kind: "left", name: "bia", reason: "silence", members: 2 },
  ]);
  room.enter("eva");
  const { connection } = room.knock("fabio");
  assertEquals(connection.take(), [{ kind: "refused", code: "roomFull" }]);
});

Deno.test("ServerCore.admit() lets nobody make way for who is refused after all", () => {
  const room = new TestRoom({ maxMembers: 1, registration: "closed" });
  const { store } = room;
  const owner = { key: "ANA", name: "ana", identityKey: anasKey };
  store.claim({ ...owner, signingKey: anasKey.map((byte) => byte ^ 0xff) }, 0);
  const ana = room.enter("ana", anasKey);
  breakOff(room, ana);
  const { connection } = room.knock("bia");
  assertEquals(connection.take(), [{ kind: "refused", code: "registrationClosed" }]);
  assertEquals([...room.core.registry.members()], [ana.member]);
});

for (const command of ["ban", "release"] as const) {
  Deno.test(`ServerCore.tick() heeds the operator's ${command} of a detached member`, () => {
    const store = new OperatedStore();
    const room = new TestRoom({ store });
    const ana = room.enter("ana", anasKey);
    breakOff(room, ana);
    store.operate(() => store[command]("ANA"));
    room.core.tick();
    assertEquals(room.core.registry.size, 0);
    const reason = command === "ban" ? "banned" : "released";
    assertEquals(room.events.at(-1), { kind: "left", name: "ana", reason, members: 0 });
  });
}

Deno.test("ServerCore.stop() minds no detached members", () => {
  const { room, ana, bia } = anaAndBia();
  breakOff(room, ana);
  room.core.stop();
  assertEquals([ana, bia].map(({ connection }) => connection.endedWith), [
    undefined,
    "serverStopping",
  ]);
});

Deno.test("A detached member's datagrams are taken, and it gets the others' while it sends any", () => {
  const { room, ana, bia } = anaAndBia();
  ana.bringUdpUp();
  breakOff(room, ana);
  ana.sendDatagram(say(1n));
  room.fanOut();
  assertEquals(bia.connection.takeOnly("said").map(({ from }) => from), ["ana"]);
  assertEquals(ana.datagrams.flat().map(({ kind }) => kind), ["said"]);
  for (let id = 2n; id <= 20n; id++) {
    room.clock.advance(1_500);
    ana.datagrams = [];
    ana.sendDatagram({ kind: "probe", number: 0, seq: 1 });
    bia.send(say(id));
    room.core.tick();
    room.fanOut();
    assertEquals(ana.datagrams.flat().map(({ kind }) => kind), ["said"]);
  }
  room.clock.advance(detachedDatagramsMs + 1);
  ana.datagrams = [];
  bia.send(say(30n));
  room.fanOut();
  assertEquals(ana.datagrams, []);
});

Deno.test("ServerCore.receiveDatagram() sends a detached member away for a violation", () => {
  const { room, ana } = anaAndBia();
  breakOff(room, ana);
  room.core.receiveDatagram(ana.path.seal(Uint8Array.of(255)), ana.address);
  assertEquals(room.core.registry.size, 1);
  const reason = "protocolViolation";
  assertEquals(room.events.at(-1), { kind: "left", name: "ana", reason, members: 1 });
});

function breakOff(
  room: TestRoom,
  { member }: ReturnType<TestRoom["enter"]>,
  reason: BreakReason = "connectionLost",
): void {
  room.core.depart(member, reason);
}
