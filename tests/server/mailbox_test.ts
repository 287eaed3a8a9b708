import { assertEquals } from "@std/assert";
import {
  expireEveryMs,
  handedOverMs,
  lazyMs,
  letterLifeMs,
  mailLimits,
  maxHandedOver,
} from "../../lib/limits.ts";
import { DataDirError } from "../../lib/server/data_dir_error.ts";
import { MemoryMail } from "../../lib/server/memory_mail.ts";
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

/** Mail on a disk that fails when the test says so. */
class FailingMail extends MemoryMail {
  addFails = false;
  settleFails = false;
  /** How often letters were written down. */
  commits = 0;

  override add(...args: Parameters<MemoryMail["add"]>) {
    this.commits++;
    if (this.addFails) throw new DataDirError("chat.db", "unusable");
    return super.add(...args);
  }

  override settle(...args: Parameters<MemoryMail["settle"]>): void {
    if (this.settleFails) throw new DataDirError("chat.db", "unusable");
    super.settle(...args);
  }
}

class FailingStore extends OperatedStore {
  override readonly mail = new FailingMail();
}

/** A room whose operator does what the test says, and whose disk fails when it does. */
function operatedRoom() {
  const store = new FailingStore();
  const room = new TestRoom({ store });
  const ana = room.enter("ana", anasKey);
  const bia = room.enter("bia", biasKey);
  passTime(room);
  for (const { connection } of [ana, bia]) connection.take();
  return { store, room, ana, bia };
}

Deno.test("Mailbox.post() keeps a letter that is sealed anew before the last one is forgotten", () => {
  for (const isThere of [true, false]) {
    const { room, ana, bia } = anaAndBia();
    ana.send(send(7n, "bia"));
    commit(room);
    bia.send({ kind: "unreadable", delivery: takeTold(bia).delivery });
    if (!isThere) bia.leave();
    ana.connection.take();
    ana.send(send(7n, "bia"));
    commit(room);
    assertEquals(ana.connection.takeOnly("accepted").length, 1);
    passTime(room);
    const { delivery } = takeTold(isThere ? bia : room.enter("bia", biasKey));
    if (!isThere) continue;
    bia.send({ kind: "received", delivery });
    assertEquals(ana.connection.takeOnly("delivered").length, 1);
  }
});

Deno.test("Mailbox.post() writes down what nobody is handed at once, and the rest when it is unacknowledged", () => {
  const { store, room, ana, bia } = operatedRoom();
  ana.send(send(1n, "bia"));
  room.clock.advance(handedOverMs - 1);
  bia.send({ kind: "received", delivery: takeTold(bia).delivery });
  room.clock.advance(1);
  assertEquals(store.mail.commits, 0);
  ana.send(send(2n, "bia"));
  room.clock.advance(handedOverMs - 1);
  assertEquals(store.mail.commits, 0);
  room.clock.advance(1);
  assertEquals(store.mail.commits, 1);
  ana.send(send(3n, "bia"));
  bia.leave();
  ana.send(send(4n, "bia"));
  room.clock.advance(lazyMs);
  assertEquals(store.mail.commits, 2);
  assertEquals(ana.connection.takeOnly("accepted").map(({ id }) => id), [2n, 3n, 4n]);
});

Deno.test("Mailbox.settle() writes nothing down to make room for what has been posted since", () => {
  const { store, room, ana, bia } = operatedRoom();
  let id = 0n;
  const post = (bytes: number) =>
    ana.send({ ...send(++id, "bia"), envelope: new Uint8Array(bytes) });
  const told: number[] = [];
  const takeAll = () =>
    told.push(...bia.connection.takeOnly("told").map(({ delivery }) => delivery));
  const large = 32_768;
  const small = 70;
  const larges = Math.floor(maxHandedOver.bytes / large) - 1;
  for (let i = 0; i < larges; i++) post(large);
  while (larges * large + (told.length - larges) * small < maxHandedOver.bytes) {
    post(small);
    takeAll();
  }
  commit(room);
  const before = store.mail.commits;
  for (let i = 0; i < 20; i++) {
    post(small);
    bia.send({ kind: "received", delivery: told[larges + i]! });
    takeAll();
  }
  assertEquals(store.mail.commits, before);
  commit(room);
  takeAll();
  assertEquals(store.mail.commits, before + 1);
  assertEquals(told, Array.from({ length: Number(id) }, (_, i) => told[0]! + i));
});

Deno.test("Mailbox.enter() hands over no letter again that has ended, while the disk fails", () => {
  const { store, room, ana, bia } = operatedRoom();
  for (const id of [1n, 2n, 3n]) ana.send(send(id, "bia"));
  commit(room);
  const [first, second] = bia.connection.takeOnly("told");
  store.mail.settleFails = true;
  for (const { delivery } of [first!, second!]) bia.send({ kind: "received", delivery });
  bia.leave();
  const again = room.enter("bia", biasKey);
  const [third, ...more] = again.connection.takeOnly("told");
  assertEquals([third?.id, more], [3n, []]);
  again.send({ kind: "received", delivery: third!.delivery });
  store.mail.settleFails = false;
  passTime(room);
  again.leave();
  for (const id of [11n, 12n]) ana.send(send(id, "bia"));
  commit(room);
  const last = room.enter("bia", biasKey);
  ana.send(send(13n, "bia"));
  assertEquals(last.connection.takeOnly("told").map(({ id }) => id), [11n, 12n, 13n]);
});

Deno.test("Mailbox.inquire() doesn't say of what an operator has removed that it was accepted", () => {
  for (const ask of [{ kind: "inquire", id: 1n } as const, send(1n, "bia")]) {
    const { store, room, ana, bia } = operatedRoom();
    bia.leave();
    ana.send(send(1n, "bia"));
    commit(room);
    assertEquals(ana.connection.takeOnly("accepted").length, 1);
    store.operate((store) => store.release("BIA"));
    room.core.tick();
    ana.send(ask);
    const code = ask.kind === "inquire" ? "unknownMessage" : "unknownMember";
    assertEquals(ana.connection.takeOnly("rejected"), [{
      kind: "rejected",
      id: 1n,
      code,
    }]);
  }
});

Deno.test("Mailbox.recount() counts nothing that has ended", () => {
  const { store, room, ana, bia } = operatedRoom();
  ana.send(send(1n, "bia"));
  commit(room);
  bia.send({ kind: "received", delivery: takeTold(bia).delivery });
  store.operate(() => {});
  passTime(room);
  ana.send(send(2n, "bia"));
  assertEquals(takeTold(bia).id, 2n);
});

Deno.test("Mailbox.recount() answers for a letter that a release has made impossible", () => {
  const { store, room, ana } = operatedRoom();
  ana.send(send(1n, "bia"));
  store.operate((store) => store.release("BIA"));
  room.core.tick();
  assertEquals(ana.connection.takeOnly("rejected"), [
    { kind: "rejected", id: 1n, code: "unknownMember" },
  ]);
});

Deno.test("Mailbox.recount() takes a letter again whose author left before it was kept", () => {
  const { store, room, ana } = operatedRoom();
  ana.send(send(1n, "bia"));
  ana.leave();
  store.operate(() => {});
  room.core.tick();
  const again = room.enter("ana", anasKey);
  again.send(send(1n, "bia"));
  commit(room);
  assertEquals(again.connection.takeOnly("accepted").length, 1);
});

Deno.test("Mailbox.tick() ends no letter twice while the disk fails", () => {
  const { store, room, ana, bia } = operatedRoom();
  bia.leave();
  ana.send(send(1n, "bia"));
  commit(room);
  room.clock.advance(letterLifeMs - 1_000);
  const again = room.enter("bia", biasKey);
  ana.connection.take();
  store.mail.settleFails = true;
  again.send({ kind: "received", delivery: takeTold(again).delivery });
  for (let i = 0; i < 3; i++) {
    room.clock.advance(expireEveryMs);
    room.core.tick();
  }
  store.mail.settleFails = false;
  passTime(room);
  assertEquals(ana.connection.takeOnly("rejected"), []);
  ana.send(send(2n, "bia"));
  assertEquals(takeTold(again).id, 2n);
});

Deno.test("Mailbox.tick() tries again to keep what nobody has acknowledged", () => {
  const { store, room, ana, bia } = operatedRoom();
  ana.send(send(1n, "bia"));
  takeTold(bia);
  store.mail.addFails = true;
  commit(room);
  store.mail.addFails = false;
  bia.leave();
  passTime(room);
  assertEquals(ana.connection.takeOnly("accepted").length, 1);
});

Deno.test("Mailbox.post() leaves room for everybody where many have filled what there is", () => {
  const room = new TestRoom({ maxMembers: 1_000 });
  const key = (n: number) => Uint8Array.of(n & 255, n >> 8, 9, ...new Array(29).fill(0));
  const sinks = Array.from({ length: 25 }, (_, i) => `sink${i}`);
  sinks.forEach((name, i) => room.enter(name, key(1_000 + i)).leave());
  const { messages } = mailLimits.full;
  for (let sent = 0, a = 0; sent < messages; a++) {
    const author = room.enter(`author${a}`, key(a));
    for (let i = 0; i < mailLimits.ofAuthor.messages && sent < messages; i++, sent++) {
      author.send(send(BigInt(i), sinks[(2 * a + (i >> 9)) % sinks.length]!));
    }
    author.leave();
  }
  commit(room);
  const [ana, bia] = [room.enter("ana", anasKey), room.enter("bia", biasKey)];
  passTime(room);
  ana.send(send(1n, "bia"));
  assertEquals(takeTold(bia).id, 1n);
  bia.leave();
  ana.connection.take();
  ana.send(send(2n, "bia"));
  commit(room);
  assertEquals(ana.connection.takeOnly("accepted").map(({ id }) => id), [1n, 2n]);
});
