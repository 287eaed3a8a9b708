import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../lib/codec/mod.ts";
import {
  busyRoomPauseMs,
  floodLimits,
  historyMessages,
  maxRepairBytes,
  maxUnsentBytes,
  saidCharactersPerToken,
} from "../../lib/limits.ts";
import { say } from "../testing/says.ts";
import { type Guest, TestRoom } from "../testing/test_room.ts";

const anasKey = new Uint8Array(32).fill(1);

function roomOf(...names: string[]): { room: TestRoom; guests: Guest[] } {
  const room = new TestRoom();
  const guests = names.map((name) => room.enter(name));
  room.clock.advance(1_000);
  room.core.tick();
  for (const { connection } of guests) connection.take();
  return { room, guests };
}

function summaries(messages: readonly Message[]): (string | number)[][] {
  return messages.map((message) => {
    if (message.kind === "said") return ["said", message.seq, message.from, message.text];
    if (message.kind === "missing") return ["missing", message.firstSeq, message.lastSeq];
    return [message.kind];
  });
}

Deno.test("ServerCore.receive() numbers global messages and gives everybody a copy", () => {
  const { room, guests } = roomOf("ana", "bia", "caio");
  const [ana, bia] = guests;
  ana!.send(say(7n, "Olá, todos!"));
  bia!.send(say(7n, "Oi!")); // another author's ids are its own
  ana!.send(say(8n, "E aí?"));
  room.fanOut();
  for (const { connection } of guests) {
    assertEquals(summaries(connection.takeOnly("said")), [
      ["said", 1, "ana", "Olá, todos!"],
      ["said", 2, "bia", "Oi!"],
      ["said", 3, "ana", "E aí?"],
    ]);
  }
});

Deno.test("ServerCore.takeRound() tells an author its message's number over TCP, however it came", () => {
  for (const way of ["send", "sendDatagram"] as const) {
    const { room, guests: [ana, bia] } = roomOf("ana", "bia");
    ana![way](say(7n));
    assertEquals(ana!.connection.take(), [], way); // it isn't kept yet
    room.fanOut();
    assertEquals(ana!.connection.takeOnly("numbered"), [{ kind: "numbered", id: 7n, seq: 1 }]);
    assertEquals(bia!.connection.takeOnly("numbered"), []);
  }
});

Deno.test("ServerCore.receive() hands on id, time and signature as they came", () => {
  const { room, guests: [ana] } = roomOf("ana");
  const signature = new Uint8Array(64).fill(5);
  ana!.send({ kind: "say", id: 7n, sentAt: 123, text: "a", signature });
  room.fanOut();
  const [copy] = ana!.connection.takeOnly("said");
  assertEquals([copy?.id, copy?.sentAt, copy?.signature], [7n, 123, signature]);
});

Deno.test("ServerCore asks for a round with each message, and takeRound() empties it", () => {
  const { room, guests: [ana] } = roomOf("ana");
  assertEquals(room.core.takeRound(), undefined);
  ana!.send(say(1n));
  assertEquals(room.wakes, 1);
  assert(room.core.takeRound());
  assertEquals(room.core.takeRound(), undefined);
});

Deno.test("ServerCore.receive() answers a repeat with its number and the copy, and no second message", () => {
  const { room, guests: [ana, bia] } = roomOf("ana", "bia");
  ana!.send(say(7n));
  room.fanOut();
  for (const { connection } of [ana!, bia!]) connection.take();
  ana!.send(say(7n, "another text under the same id"));
  room.fanOut();
  const [copy, numbered, ...rest] = ana!.connection.take();
  assertEquals(summaries([copy!]), [["said", 1, "ana", "text 7"]]);
  assertEquals(numbered, { kind: "numbered", id: 7n, seq: 1 });
  assertEquals(rest, []);
  assertEquals(bia!.connection.take(), []);
});

Deno.test("ServerCore.receive() knows a repeat after the author has come back", () => {
  for (const how of ["takes over", "left before"]) {
    const room = new TestRoom();
    const before = room.enter("ana", anasKey);
    before.send(say(7n));
    if (how === "left before") before.leave();
    const after = room.enter("ana", anasKey);
    after.connection.take();
    after.send(say(7n));
    room.fanOut();
    const numbered = after.connection.takeOnly("numbered");
    assertEquals(numbered, [{ kind: "numbered", id: 7n, seq: 1 }], how);
  }
});

Deno.test("ServerCore.receive() takes the same id from another identity of the same name", () => {
  const room = new TestRoom();
  const before = room.enter("ana");
  before.send(say(7n));
  before.leave();
  room.store.release("ANA");
  const after = room.enter("ana");
  after.send(say(7n));
  assertEquals(room.enter("bia").welcome.newestSeq, 2);
});

Deno.test("ServerCore.receive() rejects an empty text", () => {
  const { room, guests: [ana] } = roomOf("ana");
  ana!.send(say(7n, ""));
  assertEquals(ana!.connection.take(), [{ kind: "rejected", id: 7n, code: "textEmpty" }]);
  assertEquals(room.core.takeRound(), undefined);
});

/** A room in which so many messages were said, and a member that asks for some of them. */
function afterSaying(count: number, text: string): Guest {
  const { room, guests: [ana, bia] } = roomOf("ana", "bia");
  for (let id = 1; id <= count; id++) ana!.send(say(BigInt(id), text));
  room.fanOut();
  bia!.connection.take();
  return bia!;
}

Deno.test("ServerCore.receive() repeats what a repair asks for", () => {
  const bia = afterSaying(10, "a");
  bia.send({ kind: "repair", firstSeq: 3, lastSeq: 5 });
  const seqs = bia.connection.takeOnly("said").map(({ seq }) => seq);
  assertEquals(seqs, [3, 4, 5]);
});

Deno.test("ServerCore.receive() repeats nothing that isn't yet", () => {
  const bia = afterSaying(2, "a");
  bia.send({ kind: "repair", firstSeq: 2, lastSeq: Number.MAX_SAFE_INTEGER });
  assertEquals(summaries(bia.connection.take()), [["said", 2, "ana", "a"]]);
  bia.send({ kind: "repair", firstSeq: 3, lastSeq: 3 });
  assertEquals(bia.connection.take(), []);
});

Deno.test("ServerCore.receive() says what of a repair is missing, then sends the rest", () => {
  const bia = afterSaying(historyMessages + 10, "a");
  bia.send({ kind: "repair", firstSeq: 8, lastSeq: 12 });
  assertEquals(summaries(bia.connection.take()), [
    ["missing", 8, 10],
    ["said", 11, "ana", "a"],
    ["said", 12, "ana", "a"],
  ]);
  bia.send({ kind: "repair", firstSeq: 2, lastSeq: 3 });
  assertEquals(summaries(bia.connection.take()), [["missing", 2, 3]]);
});

Deno.test("ServerCore.receive() answers one repair with at most maxRepairBytes", () => {
  const text = "a".repeat(16_000);
  const bia = afterSaying(40, text);
  bia.send({ kind: "repair", firstSeq: 1, lastSeq: 40 });
  const seqs = bia.connection.takeOnly("said").map(({ seq }) => seq);
  const most = Math.floor(maxRepairBytes / 16_033);
  assertEquals(seqs, Array.from({ length: most }, (_, i) => i + 1));
  bia.send({ kind: "repair", firstSeq: most + 1, lastSeq: 40 });
  assertEquals(bia.connection.takeOnly("said")[0]?.seq, most + 1);
});

Deno.test("ServerCore.receive() counts a long text as several", () => {
  const room = new TestRoom({ floodLimits: undefined });
  const ana = room.enter("ana");
  const { burst } = floodLimits.say;
  const long = "a".repeat(10 * saidCharactersPerToken);
  for (let i = 0n; i < burst / 10; i++) assertEquals(ana.send({ ...say(i), text: long }), 0);
  assertEquals(ana.send(say(1_000n)), 1_000 / floodLimits.say.perSecond);
});

Deno.test("ServerCore takes no more to be said to everybody than leaves, and loses nothing over TCP", () => {
  const { room, guests: [ana, bia, caio] } = roomOf("ana", "bia", "caio");
  const text = "a".repeat(16_000);
  const fits = Math.floor(maxUnsentBytes / 16_100);
  for (let id = 0n; id < fits; id++) assertEquals(ana!.send({ ...say(id), text }), 0);
  assertEquals(ana!.send({ ...say(100n), text }), busyRoomPauseMs);
  bia!.sendDatagram(say(7n)); // as if lost
  room.fanOut();
  bia!.sendDatagram(say(7n));
  room.fanOut();
  const ids = caio!.connection.takeOnly("said").map(({ id }) => id);
  assertEquals(ids, [...Array.from({ length: fits }, (_, i) => BigInt(i)), 100n, 7n]);
});
