import { assert, assertEquals, assertThrows } from "@std/assert";
import { DataDirError } from "../../lib/server/data_dir_error.ts";
import { hashInvitation, newInvitation } from "../../lib/server/invitation.ts";
import { MemoryStore } from "../../lib/server/memory_store.ts";
import { OperatedStore } from "../testing/operated_store.ts";
import { signingKeyFor, TestRoom } from "../testing/test_room.ts";

const anasKey = new Uint8Array(32).fill(1);
const evasKey = new Uint8Array(32).fill(6);

/** What becomes of somebody who wants to be let in. */
function knock(room: TestRoom, ...args: Parameters<TestRoom["knock"]>): string {
  const { guest, connection } = room.knock(...args);
  if (guest) return "welcome";
  const [refused, ...rest] = connection.take();
  assert(refused?.kind === "refused" && rest.length === 0);
  return refused.code;
}

Deno.test("ServerCore.admit() keeps a name for whoever used it first", () => {
  const room = new TestRoom();
  room.enter("Ana", anasKey).leave();
  room.clock.advance(1e9);
  assertEquals(knock(room, "ana", evasKey), "nameTaken");
  assertEquals(knock(room, "ANA", evasKey), "nameTaken");
  assertEquals(knock(room, "ANA", anasKey), "welcome");
  const owner = room.store.findOwner("ANA")!;
  assertEquals([owner.identityKey, owner.signingKey], [anasKey, signingKeyFor(anasKey)]);
  assertEquals([owner.name, owner.lastSeenAt], ["ANA", room.clock.wallTime()]);
  assertEquals(owner.claimedAt, room.clock.wallTime() - 1e9);
});

Deno.test("ServerCore.admit() refuses who has one of an owner's keys only", () => {
  for (const isHere of [true, false]) {
    const room = new TestRoom();
    const ana = room.enter("ana", anasKey);
    if (!isHere) ana.leave();
    const signingKey = signingKeyFor(anasKey);
    assertEquals(knock(room, "ana", evasKey, { signingKey }), "nameTaken");
    assertEquals(knock(room, "ana", anasKey, { signingKey: evasKey }), "nameTaken");
    assertEquals(ana.connection.endedWith, undefined);
  }
});

Deno.test("ServerCore.admit() claims nothing for whom it turns away", () => {
  const room = new TestRoom({ maxMembers: 1 });
  const ana = room.enter("ana", anasKey);
  assertEquals(knock(room, "eva", evasKey), "roomFull");
  assertEquals(knock(room, "e v a", evasKey), "nameBadCharacter");
  assertEquals(room.store.owners().length, 1);
  ana.leave();
  assertEquals(knock(room, "eva"), "welcome");
});

Deno.test("ServerCore.admit() refuses a banned identity under any name, and by either key", () => {
  const room = new TestRoom();
  room.enter("eva", evasKey).leave();
  room.store.ban("EVA");
  for (const name of ["eva", "ana"]) assertEquals(knock(room, name, evasKey), "banned");
  assertEquals(knock(room, "ana", evasKey, { signingKey: anasKey }), "banned");
  assertEquals(knock(room, "ana", anasKey, { signingKey: signingKeyFor(evasKey) }), "banned");
  assertEquals(knock(room, "eva", anasKey), "nameTaken");
  assertEquals(knock(room, "ana", anasKey), "welcome");
});

Deno.test("ServerCore.admit() lets owners alone in where registration is closed", () => {
  const store = new MemoryStore();
  new TestRoom({ store }).enter("ana", anasKey);
  const room = new TestRoom({ store, registration: "closed" });
  assertEquals(knock(room, "eva", evasKey), "registrationClosed");
  assertEquals(knock(room, "ana", evasKey), "nameTaken");
  assertEquals(knock(room, "ana", anasKey), "welcome");
});

Deno.test("ServerCore.admit() asks a new name for an invitation, which works once", () => {
  const room = new TestRoom({ registration: "invite" });
  const invitation = newInvitation();
  room.store.addInvitation(hashInvitation(invitation), 0);
  assertEquals(knock(room, "ana", anasKey), "invitationNeeded");
  const other = newInvitation();
  assertEquals(knock(room, "ana", anasKey, { invitation: other }), "invitationInvalid");
  assertEquals(knock(room, "ana", anasKey, { invitation }), "welcome");
  assertEquals(knock(room, "eva", evasKey, { invitation }), "invitationInvalid");
  assertEquals(knock(room, "ana", anasKey), "welcome"); // an owner needs none
  assertEquals(knock(room, "ana", anasKey, { invitation }), "welcome");
});

Deno.test("ServerCore.admit() leaves an invitation alone that a full room turns away", () => {
  const room = new TestRoom({ registration: "invite", maxMembers: 1 });
  const invitations = [newInvitation(), newInvitation()];
  for (const each of invitations) room.store.addInvitation(hashInvitation(each), 0);
  const ana = room.enter("ana", anasKey, { invitation: invitations[0]! });
  assertEquals(knock(room, "eva", evasKey, { invitation: invitations[1]! }), "roomFull");
  ana.leave();
  assertEquals(knock(room, "eva", evasKey, { invitation: invitations[1]! }), "welcome");
});

Deno.test("ServerCore.admit() takes no new name where there are as many as may be", () => {
  const room = new TestRoom({ store: new MemoryStore({ maxOwners: 1 }) });
  room.enter("ana", anasKey);
  assertEquals(knock(room, "eva", evasKey), "registrationClosed");
});

Deno.test("newInvitation() is a code that is forgiven its hyphens and small letters", () => {
  const codes = Array.from({ length: 100 }, () => newInvitation());
  for (const code of codes) assert(/^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/.test(code), code);
  assertEquals(new Set(codes).size, 100);
  const [code = ""] = codes;
  const written = code.toLowerCase().replaceAll("-", " ");
  assertEquals(hashInvitation(written), hashInvitation(code));
});

Deno.test("ServerCore.tick() sends away whom the operator has banned, under every name", () => {
  const store = new OperatedStore();
  const room = new TestRoom({ store });
  const [eva, also, ana] = [
    room.enter("eva", evasKey),
    room.enter("also", evasKey),
    room.enter("ana", anasKey),
  ];
  store.operate((store) => store.ban("EVA"));
  room.core.tick();
  const ends = [eva, also, ana].map(({ connection }) => connection.endedWith);
  assertEquals(ends, ["banned", "banned", undefined]);
  assertEquals([...room.core.registry.members()], [ana.member]);
  assertEquals(room.events.at(-2), { kind: "left", name: "eva", reason: "banned", members: 2 });
  eva.leave(); // its end comes later, and is no news
  assertEquals(room.events.at(-1), { kind: "left", name: "also", reason: "banned", members: 1 });
});

Deno.test("ServerCore.tick() ends the connection of a name that was set free", () => {
  const store = new OperatedStore();
  const room = new TestRoom({ store });
  const ana = room.enter("ana", anasKey);
  store.operate((store) => store.release("ANA"));
  room.core.tick();
  assertEquals(ana.connection.endedWith, "released");
  assertEquals(room.events.at(-1), { kind: "left", name: "ana", reason: "released", members: 0 });
  assertEquals(knock(room, "ana", evasKey), "welcome");
});

Deno.test("ServerCore.admit() gives a name that was just set free to the next who wants it", () => {
  const store = new OperatedStore();
  const room = new TestRoom({ store });
  const ana = room.enter("ana", anasKey);
  store.operate((store) => store.release("ANA"));
  assertEquals(knock(room, "ana", evasKey), "welcome");
  assertEquals(ana.connection.endedWith, "released");
});

/** A store on a disk that can be read, and not written. */
class FullStore extends MemoryStore {
  isFull = false;

  override claim(...args: Parameters<MemoryStore["claim"]>) {
    this.#write();
    return super.claim(...args);
  }

  override touch(...args: Parameters<MemoryStore["touch"]>) {
    this.#write();
    super.touch(...args);
  }

  override changed(): boolean {
    this.#write();
    return false;
  }

  #write(): void {
    if (this.isFull) throw new DataDirError("chat.db", "unusable");
  }
}

Deno.test("ServerCore lets owners in where the disk is full, and nobody else", () => {
  const store = new FullStore();
  const room = new TestRoom({ store });
  const ana = room.enter("ana", anasKey);
  store.isFull = true;
  room.core.tick();
  assertEquals(room.events.at(-1), { kind: "storageFailed", path: "chat.db" });
  ana.leave();
  assertEquals(knock(room, "ana", anasKey), "welcome");
  assertThrows(() => room.knock("eva", evasKey), DataDirError);
  assertEquals(room.core.registry.size, 1);
});
