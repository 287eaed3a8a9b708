import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../lib/codec/mod.ts";
import { rememberIdsMs } from "../../lib/limits.ts";
import { anaAndBia, anasKey, biasKey, passTime, send, takeTold } from "../testing/ana_and_bia.ts";

Deno.test("ServerCore.receive() knows a repeat after the author has come back", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  ana.leave();
  room.clock.advance(rememberIdsMs);
  room.core.tick();
  const again = room.enter("ana", anasKey);
  again.connection.take();
  again.send(send(7n, "bia"));
  assertEquals(again.connection.takeOnly("accepted").length, 1);
  takeTold(bia);
});

Deno.test("ServerCore.admit() hands over again what the last connection did not acknowledge", () => {
  const { room, ana, bia } = anaAndBia();
  for (const id of [7n, 8n, 9n]) ana.send(send(id, "bia"));
  const [first] = bia.connection.takeOnly("told");
  bia.send({ kind: "received", delivery: first!.delivery });
  const again = room.enter("bia", biasKey);
  passTime(room);
  ana.connection.take();
  assertEquals([...again.member.unreceived()].length, 2);
  const { guest, connection } = room.knock("bia", biasKey);
  assert(guest);
  const tolds = connection.takeOnly("told");
  assertEquals(tolds.map(({ id }) => id), [8n, 9n]);
  room.core.depart(again.member, "replaced"); // its end comes later, and takes nothing along
  for (const { delivery } of tolds) guest.send({ kind: "received", delivery });
  assertEquals(ana.connection.takeOnly("delivered").map(({ id }) => id), [8n, 9n]);
});

Deno.test("ServerCore.depart() tells the authors what did not arrive", () => {
  const { room, ana, bia } = anaAndBia();
  for (const id of [7n, 8n]) ana.send(send(id, "bia"));
  const [first] = bia.connection.takeOnly("told");
  bia.send({ kind: "received", delivery: first!.delivery });
  ana.connection.take();
  bia.leave();
  assertEquals(ana.connection.takeOnly("rejected"), [
    { kind: "rejected", id: 8n, code: "memberLeft" },
  ]);
  assertEquals(room.core.registry.size, 1);
});

Deno.test("ServerCore.depart() copes with authors that have left, or write to themselves", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  bia.send(send(8n, "bia"));
  ana.leave();
  bia.leave();
  assertEquals(room.core.registry.size, 0);
});

for (const outcome of ["delivered", "memberLeft"] as const) {
  Deno.test(`ServerCore.receive() tells an author that was away: ${outcome}`, () => {
    const { room, ana, bia } = anaAndBia();
    ana.send(send(7n, "bia"));
    const { delivery } = takeTold(bia);
    ana.leave();
    if (outcome === "delivered") bia.send({ kind: "received", delivery });
    else bia.leave();
    const again = room.enter("ana", anasKey);
    again.connection.take();
    again.send(send(7n, "bia"));
    const [answer] = again.connection.take().filter(({ kind }) => kind !== "presence");
    const expected: Message = outcome === "delivered"
      ? { kind: "delivered", id: 7n }
      : { kind: "rejected", id: 7n, code: "memberLeft" };
    assertEquals(answer, expected);
  });
}

Deno.test("ServerCore.admit() tells an author what could not be opened while it was away", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  const { delivery } = takeTold(bia);
  ana.leave();
  bia.send({ kind: "unreadable", delivery });
  const again = room.enter("ana", anasKey);
  assertEquals(again.connection.takeOnly("rejected"), [
    { kind: "rejected", id: 7n, code: "unreadable" },
  ]);
  again.send(send(7n, "bia"));
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

Deno.test("ServerCore.receive() tells nobody else who has the author's name by now", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  const { delivery } = takeTold(bia);
  ana.leave();
  room.store.release("ANA");
  const stranger = room.enter("ana");
  stranger.connection.take();
  bia.send({ kind: "received", delivery });
  assertEquals(stranger.connection.takeOnly("delivered"), []);
});
