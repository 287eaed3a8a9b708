import { assertEquals } from "@std/assert";
import type { Message } from "../../lib/codec/mod.ts";
import { floodLimits, keyPackageLimit, keyPackagesLow, publishTokens } from "../../lib/limits.ts";
import { DataDirError } from "../../lib/server/data_dir_error.ts";
import { MemoryStore } from "../../lib/server/memory_store.ts";
import { anaAndBia, biasKey, passTime } from "../testing/ana_and_bia.ts";
import { keyPackages } from "../testing/owners.ts";
import { type Guest, signingKeyFor, TestRoom } from "../testing/test_room.ts";

type Published = Extract<Message, { kind: "published" }>;

/** Lets somebody publish; answers what it is told. */
function publish(guest: Guest, ...args: Parameters<typeof keyPackages>): Published[] {
  guest.send({ kind: "publish", ...keyPackages(...args) });
  return guest.connection.takeOnly("published");
}

/** Asks for a key package of `name`'s; answers it as text. */
function ask(guest: Guest, name: string): string | undefined {
  guest.send({ kind: "identify", id: 7n, name, wantsKeyPackage: true });
  const [identified] = guest.connection.takeOnly("identified");
  return identified && new TextDecoder().decode(identified.keyPackage);
}

Deno.test("ServerCore.receive() says whose a name is, however it is capitalised", () => {
  const { ana, bia } = anaAndBia();
  publish(bia, 1n, "last", "one");
  for (const isHere of [true, false]) {
    if (!isHere) bia.leave();
    ana.send({ kind: "identify", id: 7n, name: "BIA", wantsKeyPackage: false });
    assertEquals(ana.connection.takeOnly("identified"), [{
      kind: "identified",
      id: 7n,
      name: "bia",
      signingKey: signingKeyFor(biasKey),
      keyPackage: new Uint8Array(),
    }]);
  }
});

for (const name of ["caio", "", "not a name"]) {
  Deno.test(`ServerCore.receive() knows nobody by ${name || "nothing"}`, () => {
    const { ana } = anaAndBia();
    ana.send({ kind: "identify", id: 7n, name, wantsKeyPackage: true });
    assertEquals(ana.connection.take(), [{ kind: "rejected", id: 7n, code: "unknownMember" }]);
  });
}

Deno.test("ServerCore.receive() hands out what was published, and says what is left of it", () => {
  const { room, ana, bia } = anaAndBia();
  assertEquals(ask(ana, "bia"), "");
  assertEquals(publish(bia, 9n, "last", "one", "two"), [
    { kind: "published", supply: 9n, left: 2 },
  ]);
  bia.leave();
  assertEquals(["bia", "bia", "bia"].map((name) => ask(ana, name)), ["one", "two", "last"]);
  const again = room.enter("bia", biasKey);
  assertEquals(again.published, { kind: "published", supply: 9n, left: 0 });
});

Deno.test("ServerCore.receive() keeps copies of key packages, not the frame they came in", () => {
  const { ana, bia } = anaAndBia();
  const message = keyPackages(1n, "last", "one");
  bia.send({ kind: "publish", ...message });
  for (const bytes of [message.lastResort, ...message.keyPackages]) bytes.fill(0);
  assertEquals(["bia", "bia"].map((name) => ask(ana, name)), ["one", "last"]);
});

Deno.test("ServerCore.receive() tells an owner when its key packages run low", () => {
  const { ana, bia } = anaAndBia();
  publish(bia, 1n, "last", ...Array.from({ length: keyPackagesLow + 2 }, (_, i) => `${i}`));
  const lefts = Array.from({ length: 9 }, () => {
    ask(ana, "bia");
    return bia.connection.takeOnly("published").map(({ left }) => left);
  });
  assertEquals(lefts, [[], [5], [4], [3], [2], [1], [0], [], []]);
});

Deno.test("ServerCore.receive() lets nobody who asks too fast use up a supply", () => {
  const { room, ana, bia } = anaAndBia();
  const caio = room.enter("caio");
  passTime(room);
  for (let i = 0; i < keyPackageLimit.burst; i++) {
    publish(bia, BigInt(i), "last", "one");
    assertEquals(ask(ana, "bia"), "one");
  }
  publish(bia, 1_000n, "last", "one", "two");
  assertEquals([ask(ana, "bia"), ask(ana, "bia")], ["last", "last"]);
  assertEquals(ask(caio, "bia"), "one"); // others are none the worse
  room.clock.advance(1_000 / keyPackageLimit.perSecond);
  assertEquals([ask(ana, "bia"), ask(ana, "bia")], ["two", "last"]);
});

Deno.test("ServerCore gives nobody who comes back a fresh allowance of key packages", () => {
  const { room, ana, bia } = anaAndBia();
  for (let i = 0; i < keyPackageLimit.burst; i++) {
    publish(bia, BigInt(i), "last", "one");
    ask(ana, "bia");
  }
  publish(bia, 1_000n, "last", "one");
  ana.leave();
  assertEquals(ask(room.enter("ana", ana.member.identityKey.slice()), "bia"), "last");
});

Deno.test("ServerCore.receive() slows down who publishes more than its allowance, by the byte", () => {
  const room = new TestRoom({ floodLimits });
  const ana = room.enter("ana");
  const large = { supply: 1n, lastResort: new Uint8Array(4_096), keyPackages: [] };
  const packages = Array.from({ length: 10 }, () => new Uint8Array(4_096));
  let sent = 0;
  while (ana.send({ kind: "publish", ...large, keyPackages: packages }) === 0) sent++;
  assertEquals(sent, 8); // 4,000 tokens, of 128 bytes each, and 100 for each transaction
});

Deno.test("ServerCore.receive() slows down who publishes often, however little", () => {
  const room = new TestRoom({ floodLimits });
  const ana = room.enter("ana");
  const packages = Array<string>(10).fill("x");
  let sent = 0;
  while (ana.send({ kind: "publish", ...keyPackages(BigInt(sent), "", ...packages) }) === 0) sent++;
  assertEquals(sent, floodLimits.other.burst / publishTokens - 1); // a byte costs a little, too
});

Deno.test("ServerCore.admit() lets somebody in whose key packages the disk doesn't give", () => {
  const store = Object.assign(new MemoryStore(), {
    published: () => {
      throw new DataDirError("chat.db", "damagedDatabase");
    },
  });
  const room = new TestRoom({ store });
  const { guest, connection } = room.knock("ana");
  assertEquals(connection.takeOnly("welcome").length, 1);
  assertEquals(room.events.map(({ kind }) => kind), ["storageFailed", "joined"]);
  guest!.leave();
  assertEquals(room.core.registry.size, 0);
});
