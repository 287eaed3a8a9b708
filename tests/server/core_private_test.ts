import { assertEquals } from "@std/assert";
import type { Message, Send } from "../../lib/codec/mod.ts";
import { maxUnreceivedBytes, maxUnreceivedDeliveries } from "../../lib/limits.ts";
import { anaAndBia, passTime, send, takeTold } from "../testing/ana_and_bia.ts";

Deno.test("ServerCore.receive() accepts a private message, hands it over, and says it arrived", () => {
  const { room, ana, bia } = anaAndBia();
  const caio = room.enter("caio");
  passTime(room);
  for (const { connection } of [ana, bia, caio]) connection.take();
  ana.send(send(7n, "bia"));
  assertEquals(ana.connection.take(), [{ kind: "accepted", id: 7n }]);
  const told = takeTold(bia);
  assertEquals([told.from, told.id, [...told.envelope]], ["ana", 7n, [1, 2, 3]]);
  assertEquals(ana.connection.take(), []);
  bia.send({ kind: "received", delivery: told.delivery });
  assertEquals(ana.connection.take(), [{ kind: "delivered", id: 7n }]);
  assertEquals(bia.connection.take(), []);
  assertEquals(caio.connection.take(), []);
});

Deno.test("ServerCore.receive() finds an addressee however the name is capitalised", () => {
  const { ana, bia } = anaAndBia();
  ana.send(send(7n, "BIA"));
  assertEquals(takeTold(bia).from, "ana");
});

Deno.test("ServerCore.receive() hands a message to its own author too", () => {
  const { ana } = anaAndBia();
  ana.send(send(7n, "ana"));
  const kinds = ana.connection.take().map(({ kind }) => kind);
  assertEquals(kinds, ["accepted", "told"]);
});

for (const to of ["caio", "", "not a name", "bi"]) {
  Deno.test(`ServerCore.receive() rejects a private message to ${to || "nobody"}`, () => {
    const { ana, bia } = anaAndBia();
    ana.send(send(7n, to));
    assertEquals(ana.connection.take(), [{ kind: "rejected", id: 7n, code: "unknownMember" }]);
    assertEquals(bia.connection.take(), []);
  });
}

Deno.test("ServerCore.receive() takes a rejected id again once its addressee is there", () => {
  const { room, ana } = anaAndBia();
  ana.send(send(7n, "caio"));
  const caio = room.enter("caio");
  ana.connection.take();
  ana.send(send(7n, "caio"));
  assertEquals(ana.connection.takeOnly("accepted").length, 1);
  assertEquals(takeTold(caio).id, 7n);
});

Deno.test("ServerCore.receive() answers a repeat with how far it has come, and delivers once", () => {
  const { ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
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
  ana.connection.take();
  for (const number of [delivery, delivery, delivery + 1, 0]) {
    bia.send({ kind: "received", delivery: number });
  }
  assertEquals(ana.connection.take(), [{ kind: "delivered", id: 7n }]);
});

Deno.test("ServerCore.receive() tells an author what can't be opened, and takes it again", () => {
  const { ana, bia } = anaAndBia();
  ana.send(send(7n, "bia"));
  const { delivery } = takeTold(bia);
  ana.connection.take();
  for (const number of [delivery, delivery, delivery + 1]) {
    bia.send({ kind: "unreadable", delivery: number });
  }
  assertEquals(ana.connection.take(), [{ kind: "rejected", id: 7n, code: "unreadable" }]);
  assertEquals(bia.connection.take(), []);
  ana.send(send(7n, "bia"));
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
  const { ana, bia } = anaAndBia();
  for (let id = 0n; id < 100n; id++) ana.send(send(id, "bia"));
  const ids = bia.connection.takeOnly("told").map(({ id }) => id);
  assertEquals(ids, Array.from({ length: 100 }, (_, i) => BigInt(i)));
});

Deno.test("ServerCore.receive() rejects what an addressee that acknowledges nothing can't hold", () => {
  const { room, ana, bia } = anaAndBia();
  const caio = room.enter("caio");
  for (let id = 0; id < maxUnreceivedDeliveries; id++) ana.send(send(BigInt(id), "bia"));
  const [first] = bia.connection.takeOnly("told");
  ana.connection.take();
  const busy: Message = { kind: "rejected", id: 9_999n, code: "addresseeBusy" };
  ana.send(send(9_999n, "bia"));
  assertEquals(ana.connection.take(), [busy]);
  ana.send(send(10_000n, "caio")); // others are none the worse
  assertEquals(takeTold(caio).id, 10_000n);
  bia.send({ kind: "received", delivery: first!.delivery });
  ana.connection.take();
  ana.send(send(9_999n, "bia"));
  assertEquals(ana.connection.take(), [{ kind: "accepted", id: 9_999n }]);
});

Deno.test("ServerCore.receive() rejects more bytes than an addressee may leave unacknowledged", () => {
  const { ana, bia } = anaAndBia();
  const large: Send = { kind: "send", id: 0n, to: "bia", envelope: new Uint8Array(32_768) };
  let count = 0;
  while (ana.connection.takeOnly("rejected").length === 0) {
    ana.send({ ...large, id: BigInt(count++) });
  }
  assertEquals(count - 1, maxUnreceivedBytes / 32_768);
  const [first] = bia.connection.takeOnly("told");
  bia.send({ kind: "received", delivery: first!.delivery });
  ana.send({ ...large, id: 99_999n });
  assertEquals(ana.connection.takeOnly("accepted").length, 1);
});
