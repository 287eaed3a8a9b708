import { assertEquals } from "@std/assert";
import type { Send } from "../../lib/codec/mod.ts";
import { mailLimits, maxHandedOver } from "../../lib/limits.ts";
import { anaAndBia, commit, passTime, send, takeTold } from "../testing/ana_and_bia.ts";

Deno.test("ServerCore.receive() hands a private message over at once, and says that it arrived", () => {
  const { room, ana, bia } = anaAndBia();
  const caio = room.enter("caio");
  passTime(room);
  for (const { connection } of [ana, bia, caio]) connection.take();
  ana.send(send(7n, "bia"));
  const told = takeTold(bia);
  assertEquals([told.from, told.id, [...told.envelope]], ["ana", 7n, [1, 2, 3]]);
  assertEquals(ana.connection.take(), []);
  bia.send({ kind: "received", delivery: told.delivery });
  assertEquals(ana.connection.take(), [{ kind: "delivered", id: 7n }]);
  commit(room);
  for (const { connection } of [ana, bia, caio]) assertEquals(connection.take(), []);
});

Deno.test("ServerCore.receive() accepts what isn't received in a moment, once it is kept", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  assertEquals(room.store.mail.waiting(), []);
  commit(room);
  assertEquals(ana.connection.take(), [{ kind: "accepted", id: 7n }]);
  assertEquals(room.store.mail.waiting().length, 1);
  bia.send({ kind: "received", delivery: takeTold(bia).delivery });
  assertEquals(ana.connection.take(), [{ kind: "delivered", id: 7n }]);
  passTime(room);
  assertEquals(room.store.mail.waiting(), []);
});

Deno.test("ServerCore.receive() finds an addressee however the name is capitalised", () => {
  const { ana, bia } = anaAndBia();
  ana.send(send(7n, "BIA"));
  assertEquals(takeTold(bia).from, "ana");
});

Deno.test("ServerCore.receive() hands a message to its own author too", () => {
  const { ana } = anaAndBia();
  ana.send(send(7n, "ana"));
  ana.send({ kind: "received", delivery: takeTold(ana).delivery });
  assertEquals(ana.connection.take(), [{ kind: "delivered", id: 7n }]);
});

for (const to of ["caio", "", "not a name", "bi"]) {
  Deno.test(`ServerCore.receive() rejects a private message to ${to || "nobody"}`, () => {
    const { ana, bia } = anaAndBia();
    ana.send(send(7n, to));
    assertEquals(ana.connection.take(), [{ kind: "rejected", id: 7n, code: "unknownMember" }]);
    assertEquals(bia.connection.take(), []);
  });
}

Deno.test("ServerCore.receive() takes a rejected id again once its addressee is somebody", () => {
  const { room, ana } = anaAndBia();
  ana.send(send(7n, "caio"));
  const caio = room.enter("caio");
  ana.connection.take();
  ana.send(send(7n, "caio"));
  commit(room);
  assertEquals(ana.connection.takeOnly("accepted").length, 1);
  assertEquals(takeTold(caio).id, 7n);
});

Deno.test("ServerCore.receive() answers a repeat with how far it has come, and delivers once", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  ana.send(send(7n, "bia"));
  assertEquals(ana.connection.take(), []);
  commit(room);
  ana.send(send(7n, "bia"));
  assertEquals(ana.connection.take(), [
    { kind: "accepted", id: 7n },
    { kind: "accepted", id: 7n },
  ]);
  const { delivery } = takeTold(bia);
  bia.send({ kind: "received", delivery });
  ana.connection.take();
  ana.send(send(7n, "bia"));
  assertEquals(ana.connection.take(), [{ kind: "delivered", id: 7n }]);
  assertEquals(bia.connection.take(), []);
});

Deno.test("ServerCore.receive() tells the author once, whatever the addressee acknowledges", () => {
  const { ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  const { delivery } = takeTold(bia);
  for (const number of [delivery, delivery, delivery + 1, 0]) {
    bia.send({ kind: "received", delivery: number });
  }
  assertEquals(ana.connection.take(), [{ kind: "delivered", id: 7n }]);
});

Deno.test("ServerCore.receive() tells an author what can't be opened, and takes it again", () => {
  const { room, ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  const { delivery } = takeTold(bia);
  for (const number of [delivery, delivery, delivery + 1]) {
    bia.send({ kind: "unreadable", delivery: number });
  }
  assertEquals(ana.connection.take(), [{ kind: "rejected", id: 7n, code: "unreadable" }]);
  assertEquals(bia.connection.take(), []);
  ana.send(send(7n, "bia"));
  commit(room);
  assertEquals(ana.connection.take(), [{ kind: "accepted", id: 7n }]);
  const again = takeTold(bia);
  bia.send({ kind: "received", delivery: again.delivery });
  assertEquals(ana.connection.take(), [{ kind: "delivered", id: 7n }]);
});

Deno.test("ServerCore.receive() lets nobody acknowledge what another was told", () => {
  const { room, ana, bia } = anaAndBia();
  const caio = room.enter("caio");
  ana.send(send(7n, "bia"));
  const { delivery } = takeTold(bia);
  ana.connection.take();
  caio.send({ kind: "received", delivery });
  assertEquals(ana.connection.takeOnly("delivered"), []);
});

Deno.test("ServerCore.receive() delivers private messages in the order written", () => {
  const { room, ana, bia } = anaAndBia();
  const count = BigInt(mailLimits.ofPair.messages);
  const ids: bigint[] = [];
  for (let id = 0n; id < count; id++) {
    ana.send(send(id, "bia"));
    if (id % 7n === 0n) commit(room);
    if (id % 3n !== 0n) continue;
    const tolds = bia.connection.takeOnly("told");
    ids.push(...tolds.map(({ id }) => id));
    if (id % 2n === 0n) bia.send({ kind: "received", delivery: tolds[0]!.delivery });
  }
  ids.push(...bia.connection.takeOnly("told").map(({ id }) => id));
  assertEquals(ids, Array.from({ length: Number(count) }, (_, i) => BigInt(i)));
});

Deno.test("ServerCore.receive() hands over no more bytes than may be under way, and the rest later", () => {
  const { room, ana, bia } = anaAndBia();
  const envelope = new Uint8Array(32_768);
  const count = 2 * maxHandedOver.bytes / envelope.length;
  const large = (id: number): Send => ({ kind: "send", id: BigInt(id), to: "bia", envelope });
  for (let id = 0; id < count; id++) ana.send(large(id));
  const first = bia.connection.takeOnly("told");
  assertEquals(first.length, count / 2);
  commit(room);
  assertEquals(ana.connection.takeOnly("accepted").length, count);
  const ids = first.map(({ id }) => id);
  for (let tolds = first; tolds.length > 0; tolds = bia.connection.takeOnly("told")) {
    for (const { delivery } of tolds) bia.send({ kind: "received", delivery });
    if (tolds !== first) ids.push(...tolds.map(({ id }) => id));
  }
  assertEquals(ids, Array.from({ length: count }, (_, i) => BigInt(i)));
  assertEquals(ana.connection.takeOnly("delivered").length, count);
});

Deno.test("ServerCore.receive() leaves others room in the mailbox of an addressee that takes nothing", () => {
  const { room, ana, bia } = anaAndBia();
  const caio = room.enter("caio");
  const { messages } = mailLimits.ofPair;
  for (let id = 0; id < messages; id++) ana.send(send(BigInt(id), "bia"));
  const [first] = bia.connection.takeOnly("told");
  commit(room);
  ana.connection.take();
  ana.send(send(9_999n, "bia"));
  assertEquals(ana.connection.take(), [{ kind: "rejected", id: 9_999n, code: "addresseeBusy" }]);
  caio.send(send(9_999n, "bia"));
  assertEquals(takeTold(bia).from, "caio");
  bia.send({ kind: "received", delivery: first!.delivery });
  ana.connection.take();
  ana.send(send(9_999n, "bia"));
  commit(room);
  assertEquals(ana.connection.take(), [{ kind: "accepted", id: 9_999n }]);
});
