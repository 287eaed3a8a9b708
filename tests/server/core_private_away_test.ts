import { assert, assertEquals } from "@std/assert";
import { expireEveryMs, letterLifeMs, mailLimits, maxHandedOver } from "../../lib/limits.ts";
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
import { TestRoom } from "../testing/test_room.ts";

Deno.test("ServerCore.receive() keeps what is for somebody away, and hands it over in order", () => {
  const { room, ana, bia } = anaAndBia();
  bia.leave();
  for (let id = 0n; id < 20n; id++) ana.send(send(id, "bia"));
  ana.connection.take();
  commit(room);
  assertEquals(ana.connection.takeOnly("accepted").length, 20);
  const tolds = room.enter("bia", biasKey).connection.takeOnly("told");
  assertEquals(tolds.map(({ id }) => id), Array.from({ length: 20 }, (_, i) => BigInt(i)));
  assertEquals(tolds[0]!.from, "ana");
});

Deno.test("ServerCore.receive() accepts nothing for a name that is nobody's", () => {
  const { room, ana, bia } = anaAndBia();
  bia.leave();
  ana.send(send(7n, "bea"));
  commit(room);
  assertEquals(ana.connection.takeOnly("rejected"), [
    { kind: "rejected", id: 7n, code: "unknownMember" },
  ]);
});

Deno.test("ServerCore.admit() hands over a full mailbox piece by piece", () => {
  const { room, ana, bia } = anaAndBia();
  bia.leave();
  const envelope = new Uint8Array(16_384);
  const count = mailLimits.ofPair.bytes / envelope.length;
  for (let id = 0; id < count; id++) {
    ana.send({ kind: "send", id: BigInt(id), to: "bia", envelope });
  }
  commit(room);
  const again = room.enter("bia", biasKey);
  const ids: bigint[] = [];
  for (;;) {
    const tolds = again.connection.takeOnly("told");
    if (tolds.length === 0) break;
    assert(tolds.length * envelope.length <= maxHandedOver.bytes);
    ids.push(...tolds.map(({ id }) => id));
    for (const { delivery } of tolds) again.send({ kind: "received", delivery });
  }
  assertEquals(ids, Array.from({ length: count }, (_, i) => BigInt(i)));
});

Deno.test("ServerCore.admit() hands over again what the last connection did not acknowledge", () => {
  const { room, ana, bia } = anaAndBia();
  for (const id of [7n, 8n, 9n]) ana.send(send(id, "bia"));
  const [first] = bia.connection.takeOnly("told");
  bia.send({ kind: "received", delivery: first!.delivery });
  const again = room.enter("bia", biasKey);
  assertEquals(again.connection.takeOnly("told").map(({ id }) => id), [8n, 9n]);
  passTime(room);
  ana.connection.take();
  const { guest, connection } = room.knock("bia", biasKey);
  assert(guest);
  const tolds = connection.takeOnly("told");
  assertEquals(tolds.map(({ id }) => id), [8n, 9n]);
  room.core.depart(again.member, "replaced"); // its end comes later, and takes nothing along
  for (const { delivery } of tolds) guest.send({ kind: "received", delivery });
  assertEquals(ana.connection.takeOnly("delivered").map(({ id }) => id), [8n, 9n]);
});

Deno.test("ServerCore.receive() knows a repeat after the author has come back", () => {
  const { room, ana, bia } = anaAndBia();
  bia.leave();
  ana.send(send(7n, "bia"));
  commit(room);
  ana.leave();
  room.clock.advance(letterLifeMs / 2);
  room.core.tick();
  const again = room.enter("ana", anasKey);
  again.connection.take();
  again.send(send(7n, "bia"));
  assertEquals(again.connection.takeOnly("accepted").length, 1);
  takeTold(room.enter("bia", biasKey));
});

Deno.test("ServerCore.admit() tells an author what arrived while it was away, once", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  commit(room);
  ana.leave();
  bia.send({ kind: "received", delivery: takeTold(bia).delivery });
  passTime(room);
  const again = room.enter("ana", anasKey);
  assertEquals(again.connection.takeOnly("delivered"), [{ kind: "delivered", id: 7n }]);
  again.leave();
  const oncemore = room.enter("ana", anasKey);
  assertEquals(oncemore.connection.takeOnly("delivered"), []);
});

Deno.test("ServerCore.receive() answers for what arrived before it was kept, its author being away", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  ana.leave();
  bia.send({ kind: "received", delivery: takeTold(bia).delivery });
  const again = room.enter("ana", anasKey);
  again.connection.take();
  again.send(send(7n, "bia"));
  assertEquals(again.connection.takeOnly("delivered"), [{ kind: "delivered", id: 7n }]);
});

Deno.test("ServerCore.admit() tells an author what could not be opened while it was away", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  commit(room);
  ana.leave();
  bia.send({ kind: "unreadable", delivery: takeTold(bia).delivery });
  const again = room.enter("ana", anasKey);
  assertEquals(again.connection.takeOnly("rejected"), [
    { kind: "rejected", id: 7n, code: "unreadable" },
  ]);
  again.send(send(7n, "bia"));
  commit(room);
  assertEquals(again.connection.takeOnly("accepted").length, 1);
  takeTold(bia);
});

Deno.test("ServerCore.receive() tells a new connection of the author what arrived", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  const { delivery } = takeTold(bia);
  const again = room.enter("ana", anasKey);
  ana.connection.take();
  again.connection.take();
  bia.send({ kind: "received", delivery });
  assertEquals(again.connection.takeOnly("delivered"), [{ kind: "delivered", id: 7n }]);
  assertEquals(ana.connection.takeOnly("delivered"), []);
});

Deno.test("ServerCore.receive() answers an inquiry with what has become of a message", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  ana.send({ kind: "inquire", id: 7n });
  assertEquals(ana.connection.take(), []); // the answer is about to come anyway
  commit(room);
  ana.connection.take();
  const ask = (id: bigint) => {
    ana.send({ kind: "inquire", id });
    return ana.connection.take();
  };
  assertEquals(ask(7n), [{ kind: "accepted", id: 7n }]);
  assertEquals(ask(8n), [{ kind: "rejected", id: 8n, code: "unknownMessage" }]);
  bia.send({ kind: "received", delivery: takeTold(bia).delivery });
  ana.connection.take();
  assertEquals(ask(7n), [{ kind: "delivered", id: 7n }]);
  bia.send({ kind: "inquire", id: 7n });
  assertEquals(bia.connection.take(), [{ kind: "rejected", id: 7n, code: "unknownMessage" }]);
});

Deno.test("ServerCore.tick() gives up what nobody came for in 30 days, and says so", () => {
  const { room, ana, bia } = anaAndBia();
  bia.leave();
  ana.send(send(7n, "bia"));
  ana.send(send(8n, "bia"));
  commit(room);
  ana.connection.take();
  room.clock.advance(letterLifeMs - expireEveryMs);
  room.core.tick();
  assertEquals(ana.connection.takeOnly("rejected"), []);
  room.clock.advance(2 * expireEveryMs);
  room.core.tick();
  assertEquals(ana.connection.takeOnly("rejected").map(({ id, code }) => [id, code]), [
    [7n, "expired"],
    [8n, "expired"],
  ]);
  assertEquals(room.enter("bia", biasKey).connection.takeOnly("told"), []);
});

Deno.test("ServerCore.tick() tells an author that was away what has expired", () => {
  const { room, ana, bia } = anaAndBia();
  bia.leave();
  ana.send(send(7n, "bia"));
  commit(room);
  ana.leave();
  room.clock.advance(letterLifeMs + expireEveryMs);
  room.core.tick();
  assertEquals(room.enter("ana", anasKey).connection.takeOnly("rejected"), [
    { kind: "rejected", id: 7n, code: "expired" },
  ]);
});

Deno.test("ServerCore.receive() lets nobody leave more for those who are away than its share", () => {
  const { room, ana, bia } = anaAndBia();
  const names = Array.from({ length: 3 }, (_, i) => `away${i}`);
  for (const name of names) room.enter(name).leave();
  bia.leave();
  const { messages } = mailLimits.ofAuthor;
  for (let id = 0; id < messages; id++) ana.send(send(BigInt(id), names[id % 3]!));
  commit(room);
  ana.connection.take();
  ana.send(send(9_999n, "bia"));
  assertEquals(ana.connection.take(), [{ kind: "rejected", id: 9_999n, code: "quotaExceeded" }]);
});

function operatedRoom() {
  const store = new OperatedStore();
  const room = new TestRoom({ store });
  const ana = room.enter("ana", anasKey);
  const bia = room.enter("bia", biasKey);
  passTime(room);
  return { store, room, ana, bia };
}

Deno.test("ServerCore.receive() tells nobody else who has the author's name by now", () => {
  const { store, room, ana, bia } = operatedRoom();
  ana.send(send(7n, "bia"));
  commit(room);
  const { delivery } = takeTold(bia);
  ana.leave();
  store.operate((store) => store.release("ANA"));
  const stranger = room.enter("ana");
  stranger.connection.take();
  bia.send({ kind: "received", delivery });
  passTime(room);
  assertEquals(stranger.connection.takeOnly("delivered"), []);
});

Deno.test("ServerCore.admit() hands nobody what was for the last owner of a name", () => {
  const { store, room, ana, bia } = operatedRoom();
  bia.leave();
  ana.send(send(7n, "bia"));
  commit(room);
  store.operate((store) => store.release("BIA"));
  const stranger = room.enter("bia");
  assertEquals(stranger.connection.takeOnly("told"), []);
  ana.send(send(8n, "bia")); // nothing is in its way
  assertEquals(takeTold(stranger).id, 8n);
});
