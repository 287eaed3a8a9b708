import { assertEquals } from "@std/assert";
import type { Said, Told } from "../../lib/codec/mod.ts";
import { handedOverMs, historyMessages, lazyMs } from "../../lib/limits.ts";
import { DataDirError } from "../../lib/server/data_dir_error.ts";
import type { Letter, Unkept } from "../../lib/server/mail_store.ts";
import { MemoryMail } from "../../lib/server/memory_mail.ts";
import { MemoryStore } from "../../lib/server/memory_store.ts";
import { SqliteStore } from "../../lib/server/sqlite_store.ts";
import { anasKey, biasKey, commit, passTime, send } from "../testing/ana_and_bia.ts";
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";
import { type Guest, TestRoom } from "../testing/test_room.ts";

/** A server's data directory, and one run of the server after the other. */
class Runs {
  readonly #dataDir: string;
  #store: SqliteStore | undefined;
  room!: TestRoom;
  ana!: Guest;
  bia!: Guest;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** The process dies, and another one takes over. */
  restart(): void {
    this.close();
    this.#store = new SqliteStore(this.#dataDir);
    this.room = new TestRoom({ store: this.#store });
    this.ana = this.room.enter("ana", anasKey);
    this.bia = this.room.enter("bia", biasKey);
  }

  close(): void {
    this.#store?.close();
  }

  say(id: bigint): void {
    this.ana.send({ kind: "say", id, sentAt: 0, text: `text ${id}`, signature: new Uint8Array() });
  }

  takeTold(): Told[] {
    return this.bia.connection.takeOnly("told");
  }
}

function test(name: string, fn: (runs: Runs) => void): void {
  Deno.test({
    name,
    ignore: !mayUseFiles,
    fn: () =>
      withDataDir((dataDir) => {
        const runs = new Runs(dataDir);
        runs.restart();
        try {
          fn(runs);
        } finally {
          runs.close();
        }
      }),
  });
}

test("A restarted server hands over what it had accepted, and nothing that was settled", (runs) => {
  for (const id of [1n, 2n, 3n]) runs.ana.send(send(id, "bia"));
  const [first] = runs.takeTold();
  commit(runs.room);
  runs.bia.send({ kind: "received", delivery: first!.delivery });
  passTime(runs.room);
  runs.ana.send(send(4n, "bia")); // which nobody was told is accepted
  runs.restart();
  const tolds = runs.takeTold();
  assertEquals(tolds.map(({ id }) => id), [2n, 3n]);
  for (const { delivery } of tolds) runs.bia.send({ kind: "received", delivery });
  const delivered = runs.ana.connection.takeOnly("delivered");
  assertEquals(delivered.map(({ id }) => id), [2n, 3n]);
});

test("A restarted server gives no delivery a number that the last one gave", (runs) => {
  runs.ana.send(send(1n, "bia"));
  const [lost] = runs.takeTold();
  runs.restart();
  runs.ana.send(send(2n, "bia"));
  commit(runs.room);
  const [told] = runs.takeTold();
  runs.bia.send({ kind: "received", delivery: lost!.delivery }); // late, over the new connection
  passTime(runs.room);
  assertEquals(runs.room.store.mail.waiting().length, 1);
  assertEquals(told!.id, 2n);
});

test("A restarted server knows repeats, and answers inquiries", (runs) => {
  runs.ana.send(send(1n, "bia"));
  commit(runs.room);
  runs.restart();
  runs.ana.connection.take();
  runs.ana.send(send(1n, "bia"));
  runs.ana.send({ kind: "inquire", id: 1n });
  runs.ana.send({ kind: "inquire", id: 2n });
  assertEquals(runs.ana.connection.take(), [
    { kind: "accepted", id: 1n },
    { kind: "accepted", id: 1n },
    { kind: "rejected", id: 2n, code: "unknownMessage" },
  ]);
  assertEquals(runs.takeTold().length, 1);
});

test("A restarted server goes on with the room where it was", (runs) => {
  const { room, run, baseSeq } = runs.ana.welcome;
  assertEquals(baseSeq, 0);
  for (const id of [1n, 2n, 3n]) runs.say(id);
  runs.room.fanOut();
  runs.say(4n); // which nobody has heard of
  runs.restart();
  const { welcome } = runs.ana;
  assertEquals([welcome.room, welcome.baseSeq, welcome.newestSeq], [room, 3, 3]);
  assertEquals(welcome.run === run, false);
  runs.ana.connection.take();
  runs.ana.send({ kind: "repair", firstSeq: 2, lastSeq: 9 });
  assertEquals(runs.ana.connection.takeOnly("said").map(({ seq, text }) => [seq, text]), [
    [2, "text 2"],
    [3, "text 3"],
  ]);
  for (const id of [3n, 4n]) runs.say(id); // one is known, the other isn't
  runs.room.fanOut();
  const numbered = runs.ana.connection.takeOnly("numbered");
  assertEquals(numbered.map(({ id, seq }) => [id, seq]), [[3n, 3], [4n, 4]]);
});

test("A restarted server has as much history as before, and no more", (runs) => {
  const count = BigInt(historyMessages + 10);
  for (let id = 1n; id <= count; id++) runs.say(id);
  runs.room.fanOut();
  runs.restart();
  runs.bia.connection.take();
  const lastSeq = Number(count);
  runs.bia.send({ kind: "repair", firstSeq: 1, lastSeq });
  const [missing, oldest] = runs.bia.connection.take();
  assertEquals(missing, { kind: "missing", firstSeq: 1, lastSeq: 10 });
  assertEquals((oldest as Said).seq, 11);
});

/** Mail on a disk that is full at times. */
class FullMail extends MemoryMail {
  isFull = false;

  override add(letters: readonly Letter[], acceptedAt: number): Unkept[] {
    if (this.isFull) throw new DataDirError("chat.db", "unusable");
    return super.add(letters, acceptedAt);
  }
}

class StoreWithFullMail extends MemoryStore {
  override readonly mail = new FullMail();
}

Deno.test("ServerCore.receive() accepts nothing that a full disk can't keep", () => {
  const store = new StoreWithFullMail();
  const room = new TestRoom({ store });
  const ana = room.enter("ana", anasKey);
  const bia = room.enter("bia", biasKey);
  const caio = room.enter("caio");
  bia.leave();
  store.mail.isFull = true;
  ana.send(send(7n, "bia"));
  ana.send(send(8n, "caio"));
  room.clock.advance(lazyMs);
  assertEquals(ana.connection.takeOnly("rejected"), [
    { kind: "rejected", id: 7n, code: "storageFailed" },
  ]);
  assertEquals(room.events.at(-1), { kind: "storageFailed", path: "chat.db" });
  const { delivery } = caio.connection.takeOnly("told")[0]!; // who has it needs no disk
  caio.send({ kind: "received", delivery });
  assertEquals(ana.connection.takeOnly("delivered"), [{ kind: "delivered", id: 8n }]);
  store.mail.isFull = false;
  ana.send(send(7n, "bia"));
  room.clock.advance(lazyMs);
  assertEquals(ana.connection.takeOnly("accepted").length, 1);
});

Deno.test("ServerCore.tick() tries again to keep what an addressee hasn't acknowledged", () => {
  const store = new StoreWithFullMail();
  const room = new TestRoom({ store });
  const ana = room.enter("ana", anasKey);
  room.enter("bia", biasKey);
  store.mail.isFull = true;
  ana.send(send(7n, "bia"));
  room.clock.advance(handedOverMs);
  assertEquals(ana.connection.takeOnly("accepted"), []);
  store.mail.isFull = false;
  passTime(room);
  assertEquals(ana.connection.takeOnly("accepted"), [{ kind: "accepted", id: 7n }]);
});
