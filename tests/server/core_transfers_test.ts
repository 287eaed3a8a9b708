import { assertEquals } from "@std/assert";
import { resumeMs } from "../../lib/limits.ts";
import { memberHello } from "../testing/hellos.ts";
import { OperatedStore } from "../testing/operated_store.ts";
import { signingKeyFor, TestRoom } from "../testing/test_room.ts";

const anasKey = new Uint8Array(32).fill(1);
const evasKey = new Uint8Array(32).fill(6);

/** What becomes of a connection for a transfer by whoever has these keys. */
function recognise(
  { core }: TestRoom,
  name: string,
  identityKey: Uint8Array,
  signingKey = signingKeyFor(identityKey),
): string {
  const owner = core.recognise({ ...memberHello(name), signingKey }, identityKey);
  return typeof owner === "string" ? owner : `is ${owner.name}`;
}

Deno.test("ServerCore.recognise() knows a member by its name and both keys", () => {
  const room = new TestRoom();
  room.enter("Ana", anasKey);
  assertEquals(recognise(room, "ANA", anasKey), "is Ana");
  assertEquals(recognise(room, "ana", evasKey), "nameTaken");
  assertEquals(recognise(room, "ana", evasKey, signingKeyFor(anasKey)), "nameTaken");
  assertEquals(recognise(room, "ana", anasKey, signingKeyFor(evasKey)), "nameTaken");
  assertEquals(recognise(room, "eva", evasKey), "notInRoom");
  assertEquals(recognise(room, "e a", evasKey), "nameBadCharacter");
  assertEquals(room.events.map(({ kind }) => kind), ["joined"]);
});

Deno.test("ServerCore.recognise() gives nobody a name", () => {
  const room = new TestRoom();
  recognise(room, "eva", evasKey);
  assertEquals([room.store.findOwner("EVA"), room.core.registry.size], [undefined, 0]);
});

Deno.test("ServerCore.isHere() until a member has left, be it that its connection has broken", () => {
  const room = new TestRoom();
  const { member } = room.enter("ana", anasKey);
  room.core.depart(member, "connectionLost");
  for (const ms of [resumeMs - 1, 1]) {
    assertEquals([room.core.isHere(member), recognise(room, "ana", anasKey)], [true, "is ana"]);
    room.clock.advance(ms);
    room.core.tick();
  }
  assertEquals([room.core.isHere(member), recognise(room, "ana", anasKey)], [false, "notInRoom"]);
});

Deno.test("ServerCore.isHere() of whoever has come back by another connection", () => {
  const room = new TestRoom();
  const { member } = room.enter("ana", anasKey);
  room.enter("ANA", anasKey);
  assertEquals(room.core.isHere(member), true);
});

Deno.test("ServerCore.recognise() and isHere() heed whoever runs the server", () => {
  const store = new OperatedStore();
  const room = new TestRoom({ store });
  const { member } = room.enter("ana", anasKey);
  store.operate((store) => store.ban("ANA"));
  assertEquals(recognise(room, "ana", anasKey), "banned");
  assertEquals(room.core.isHere(member), false);
  store.operate((store) => store.release("ANA"));
  room.enter("ana", evasKey);
  assertEquals([room.core.isHere(member), recognise(room, "ana", anasKey)], [false, "nameTaken"]);
});
