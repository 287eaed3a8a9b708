import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { StoreError } from "../../lib/client/store.ts";
import { decodeEnvelope, encodeEnvelope } from "../../lib/codec/mod.ts";
import { generateIdentity } from "../../lib/crypto/mod.ts";
import {
  groupLifeMs,
  incomingGroupLifeMs,
  maxEnvelopeBytes,
  maxIncomingGroupsPerMember,
  maxMessagesPerGroup,
  maxTextBytes,
} from "../../lib/limits.ts";
import {
  assertOpened,
  content,
  Correspondent,
  correspondents,
} from "../testing/end_to_end_pair.ts";
import { hex } from "../testing/hex.ts";
import { SnapshotStore } from "../testing/snapshot_store.ts";
import { textContent } from "../testing/contents.ts";

const nothing = new Uint8Array(0);

Deno.test("EndToEnd.seal() asks for a key package first", async () => {
  const { ana, bia } = await correspondents();
  assertEquals(await ana.endToEnd.seal(bia.peer, content(1n)), { kind: "keyPackageNeeded" });
});

Deno.test("EndToEnd.open() gives back what was sealed, and who sealed it", async () => {
  const { ana, bia } = await correspondents();
  const { envelope } = await ana.seal(bia, content(1n));
  const opened = assertOpened(await bia.endToEnd.open("ana", 1n, envelope));
  assertEquals(opened.content, content(1n));
  assertEquals(opened.sender, ana.peer);
  assert(opened.keep());
});

Deno.test("EndToEnd.open() opens both directions, begun at the same moment", async () => {
  const { ana, bia } = await correspondents();
  const [toBia, toAna] = await Promise.all([
    ana.seal(bia, content(1n)),
    bia.seal(ana, content(2n)),
  ]);
  assertOpened(await bia.endToEnd.open("ana", 1n, toBia.envelope)).keep();
  assertOpened(await ana.endToEnd.open("bia", 2n, toAna.envelope)).keep();
});

Deno.test("EndToEnd.seal() makes the longest text fit an envelope, Welcome included", async () => {
  const { ana, bia } = await correspondents();
  const text = "x".repeat(maxTextBytes);
  const { envelope } = await ana.seal(bia, textContent(1n, 0, text));
  assert(decodeEnvelope(envelope).welcome.length > 0);
  assert(envelope.length <= maxEnvelopeBytes, `${envelope.length}`);
});

Deno.test("EndToEnd.seal() writes what goes alongside in the commit that advances the ratchet", async () => {
  const { ana, bia } = await correspondents();
  await ana.seal(bia, content(1n));
  const before = ana.store.commits;
  const sealed = await ana.endToEnd.seal(bia.peer, content(2n), ({ envelope }) => [
    { key: "letter", value: envelope, version: 0 },
  ]);
  assert(sealed.kind === "sealed");
  assertEquals(ana.store.commits, before + 1);
  assertEquals(ana.store.get("letter")?.value, sealed.envelope);
});

Deno.test("EndToEnd.seal() asks again for what goes alongside where that has changed meanwhile", async () => {
  const { ana, bia } = await correspondents();
  await ana.seal(bia, content(1n));
  let asked = 0;
  const sealed = await ana.endToEnd.seal(bia.peer, content(2n), ({ envelope }) => {
    const version = ana.store.get("letter")?.version ?? 0;
    if (asked++ === 0) ana.store.commit([{ key: "letter", value: nothing, version }]);
    return [{ key: "letter", value: envelope, version }];
  });
  assert(sealed.kind === "sealed");
  assertEquals([asked, ana.store.get("letter")?.value], [2, sealed.envelope]);
});

Deno.test("EndToEnd.seal() leaves everything as it was where no envelope is wanted any more", async () => {
  const { ana, bia } = await correspondents();
  await ana.seal(bia, content(1n));
  const before = ana.store.commits;
  const sealed = await ana.endToEnd.seal(bia.peer, content(2n), () => undefined);
  assertEquals(sealed, { kind: "unwanted" });
  assertEquals(ana.store.commits, before);
});

Deno.test("EndToEnd.delivered() ends the Welcome of its group only", async () => {
  const { ana, bia } = await correspondents();
  const welcomeOf = async (id: bigint) =>
    decodeEnvelope((await ana.seal(bia, content(id))).envelope).welcome;
  const { groupId } = await ana.seal(bia, content(1n));
  const welcome = await welcomeOf(2n);
  assert(welcome.length > 0);
  ana.endToEnd.delivered("bia", "00".repeat(16));
  assertEquals(hex(await welcomeOf(3n)), hex(welcome));
  ana.endToEnd.delivered("BIA", groupId);
  ana.endToEnd.delivered("bia", groupId);
  assertEquals(await welcomeOf(4n), nothing);
  ana.restart();
  assertEquals(await welcomeOf(5n), nothing);
});

Deno.test("EndToEnd.forget() makes the next message ask for a key package", async () => {
  const { ana, bia } = await correspondents();
  const { groupId } = await ana.seal(bia, content(1n));
  ana.endToEnd.forget("bia", "00".repeat(16));
  assertEquals((await ana.seal(bia, content(1n))).groupId, groupId);
  ana.endToEnd.forget("Bia", groupId);
  ana.endToEnd.forget("bia");
  assertEquals(await ana.endToEnd.seal(bia.peer, content(2n)), { kind: "keyPackageNeeded" });
});

Deno.test("EndToEnd.seal() asks for new keys after so many messages", async () => {
  const { ana, bia } = await correspondents();
  for (let id = 0n; id < maxMessagesPerGroup; id++) {
    assertOpened(await bia.endToEnd.open("ana", id, (await ana.seal(bia, content(id))).envelope))
      .keep();
  }
  assertEquals(await ana.endToEnd.seal(bia.peer, content(100n)), { kind: "keyPackageNeeded" });
});

const ages = [
  { name: "just before a day", ms: groupLifeMs - 1, expected: "sealed" },
  { name: "after a day", ms: groupLifeMs, expected: "keyPackageNeeded" },
  { name: "after the clock went back a day", ms: -groupLifeMs, expected: "keyPackageNeeded" },
];

for (const { name, ms, expected } of ages) {
  Deno.test(`EndToEnd.seal() goes by the group's age: ${name}`, async () => {
    const { ana, bia } = await correspondents();
    await ana.seal(bia, content(1n));
    const wallTime = ana.clock.wallTime() + ms;
    ana.clock.wallTime = () => wallTime;
    assertEquals((await ana.endToEnd.seal(bia.peer, content(2n))).kind, expected);
  });
}

Deno.test("EndToEnd.seal() asks for a key package of a member whose key has changed", async () => {
  const { ana, bia } = await correspondents();
  await ana.seal(bia, content(1n));
  const { signingKeyPair } = generateIdentity();
  const changed = { name: "bia", signingKey: signingKeyPair.publicKey };
  assertEquals(await ana.endToEnd.seal(changed, content(2n)), { kind: "keyPackageNeeded" });
});

Deno.test("EndToEnd.begin() takes a key package of that member only", async () => {
  const { ana, bia } = await correspondents();
  const caio = new Correspondent("caio");
  await caio.replenish();
  const { peer } = bia;
  const keyPackage = bia.handOut();
  const altered = keyPackage.with(-1, keyPackage.at(-1)! ^ 1);
  assertEquals(await ana.endToEnd.begin({ ...peer, name: "bea" }, keyPackage), false);
  assertEquals(await ana.endToEnd.begin({ ...caio.peer, name: "bia" }, keyPackage), false);
  assertEquals(await ana.endToEnd.begin(peer, caio.handOut()), false);
  assertEquals(await ana.endToEnd.begin(peer, altered), false);
  assertEquals(await ana.endToEnd.begin(peer, nothing), false);
  assertEquals(await ana.endToEnd.seal(peer, content(1n)), { kind: "keyPackageNeeded" });
  assertEquals(await ana.endToEnd.begin({ ...peer, name: "BIA" }, keyPackage), true);
});

Deno.test("EndToEnd.seal() has written its state down when it answers", async () => {
  const { ana, bia } = await correspondents();
  await ana.seal(bia, content(1n));
  const before = ana.store.commits;
  await ana.seal(bia, content(2n));
  assertEquals(ana.store.commits, before + 1);
});

Deno.test("EndToEnd.seal() answers nothing where the store can't be written", async () => {
  const { ana, bia } = await correspondents();
  await ana.seal(bia, content(1n));
  ana.store.beforeCommit = () => {
    throw new StoreError("x", "unusable");
  };
  await assertRejects(() => ana.endToEnd.seal(bia.peer, content(2n)), StoreError);
  ana.store.beforeCommit = () => {};
  await ana.seal(bia, content(3n));
});

Deno.test("EndToEnd.seal() seals in the order of the calls", async () => {
  const { ana, bia } = await correspondents();
  await ana.seal(bia, content(0n));
  const order: bigint[] = [];
  await Promise.all([1n, 2n, 3n, 4n].map(async (id) => {
    await ana.seal(bia, content(id));
    order.push(id);
  }));
  assertEquals(order, [1n, 2n, 3n, 4n]);
});

Deno.test("EndToEnd.seal() goes on from what another process has sealed meanwhile", async () => {
  const { ana, bia } = await correspondents();
  await ana.seal(bia, content(1n));
  const other = new Correspondent("ana", { identity: ana.identity, store: ana.store });
  const sealed = await Promise.all(
    [2n, 3n, 4n, 5n, 6n, 7n].map((id) => (id % 2n ? ana : other).seal(bia, content(id))),
  );
  for (const [i, { envelope }] of sealed.entries()) {
    const id = BigInt(i + 2);
    const opened = assertOpened(await bia.endToEnd.open("ana", id, envelope));
    assertEquals(opened.content, content(id));
    assert(opened.keep());
  }
});

Deno.test("EndToEnd.open() tells what was opened and kept, after a restart too", async () => {
  const { ana, bia } = await correspondents();
  const { envelope } = await ana.seal(bia, content(1n));
  assertOpened(await bia.endToEnd.open("ana", 1n, envelope)).keep();
  assertEquals(await bia.endToEnd.open("ana", 1n, envelope), { kind: "repeated" });
  bia.restart();
  assertEquals(await bia.endToEnd.open("ana", 1n, envelope), { kind: "repeated" });
});

Deno.test("EndToEnd.open() tells a message that its author has sealed anew", async () => {
  const { ana, bia } = await correspondents();
  const first = await ana.seal(bia, content(1n));
  ana.endToEnd.forget("bia");
  const second = await ana.seal(bia, content(1n));
  assertNotEquals(first.groupId, second.groupId);
  assertOpened(await bia.endToEnd.open("ana", 1n, second.envelope)).keep();
  assertEquals(await bia.endToEnd.open("ana", 1n, first.envelope), { kind: "repeated" });
});

Deno.test("EndToEnd.open() writes nothing before keep()", async () => {
  const { ana, bia } = await correspondents();
  const { envelope } = await ana.seal(bia, content(1n));
  const before = bia.store.commits;
  assertOpened(await bia.endToEnd.open("ana", 1n, envelope));
  assertEquals(bia.store.commits, before);
  bia.restart();
  assertOpened(await bia.endToEnd.open("ana", 1n, envelope)).keep();
});

Deno.test("EndToEnd.open() waits until the message before is kept", async () => {
  const { ana, bia } = await correspondents();
  const [first, second] = [await ana.seal(bia, content(1n)), await ana.seal(bia, content(2n))];
  const opened = assertOpened(await bia.endToEnd.open("ana", 1n, first.envelope));
  let isOpen = false;
  const next = bia.endToEnd.open("ana", 2n, second.envelope).finally(() => isOpen = true);
  const caio = new Correspondent("caio"); // whom nobody keeps waiting
  const { envelope } = await caio.seal(bia, content(3n));
  assertOpened(await bia.endToEnd.open("caio", 3n, envelope)).keep();
  assert(!isOpen);
  assert(opened.keep());
  assert(assertOpened(await next).keep());
  for (const id of [1n, 2n]) {
    const { envelope } = id === 1n ? first : second;
    assertEquals(await bia.endToEnd.open("ana", id, envelope), { kind: "repeated" });
  }
});

Deno.test("EndToEnd.open() opens again what was dropped", async () => {
  const { ana, bia } = await correspondents();
  const { envelope } = await ana.seal(bia, content(1n));
  const opened = assertOpened(await bia.endToEnd.open("ana", 1n, envelope));
  opened.drop();
  assertEquals(opened.keep(), false);
  assertOpened(await bia.endToEnd.open("ana", 1n, envelope)).keep();
});

Deno.test("EndToEnd.open() lets the next one in where keep() fails", async () => {
  const { ana, bia } = await correspondents();
  const { envelope } = await ana.seal(bia, content(1n));
  const opened = assertOpened(await bia.endToEnd.open("ana", 1n, envelope));
  bia.store.beforeCommit = () => {
    throw new StoreError("x", "unusable");
  };
  await assertRejects(() => Promise.try(() => opened.keep()), StoreError);
  bia.store.beforeCommit = () => {};
  assertOpened(await bia.endToEnd.open("ana", 1n, envelope)).keep();
});

Deno.test("EndToEnd.open() keeps only one of two processes' openings", async () => {
  const { ana, bia } = await correspondents();
  const other = new Correspondent("bia", { identity: bia.identity, store: bia.store });
  for (const id of [1n, 2n]) { // the first joins, the second goes on
    const { envelope } = await ana.seal(bia, content(id));
    const [first, second] = await Promise.all(
      [bia, other].map(async ({ endToEnd }) =>
        assertOpened(await endToEnd.open("ana", id, envelope))
      ),
    );
    assertEquals([second!.keep(), first!.keep()], [true, false]);
  }
});

Deno.test("EndToEnd.open() can't read what it has no key for", async () => {
  const { ana, bia } = await correspondents();
  const { envelope } = await ana.seal(bia, content(1n));
  const { welcome, message } = decodeEnvelope(envelope);
  const other = (await ana.seal(bia, content(2n))).envelope;
  const flipped = message.with(-1, message.at(-1)! ^ 1);
  const cases = [
    {
      name: "no Welcome",
      from: "ana",
      id: 1n,
      envelope: encodeEnvelope({ welcome: nothing, message }),
    },
    {
      name: "altered",
      from: "ana",
      id: 1n,
      envelope: encodeEnvelope({ welcome, message: flipped }),
    },
    { name: "no envelope", from: "ana", id: 1n, envelope: nothing },
    { name: "another's name", from: "caio", id: 1n, envelope },
    { name: "no name", from: "\n", id: 1n, envelope },
    { name: "another id", from: "ana", id: 3n, envelope },
    { name: "another message's id", from: "ana", id: 2n, envelope },
  ];
  for (const { name, from, id, envelope } of cases) {
    assertEquals(await bia.endToEnd.open(from, id, envelope), { kind: "unreadable" }, name);
  }
  bia.restart(new SnapshotStore());
  assertEquals(await bia.endToEnd.open("ana", 2n, other), { kind: "unreadable" });
});

Deno.test("EndToEnd.open() takes a name as its owner writes it otherwise", async () => {
  const { ana, bia } = await correspondents();
  const { envelope } = await ana.seal(bia, content(1n));
  assertOpened(await bia.endToEnd.open("ANA", 1n, envelope)).keep();
});

Deno.test("EndToEnd.open() uses a key package once, and the last resort for each group once", async () => {
  const { ana, bia } = await correspondents();
  bia.published = { ...bia.published, keyPackages: bia.published.keyPackages.slice(0, 1) };
  const envelopes: Uint8Array[] = [];
  for (const id of [0n, 1n, 2n]) {
    const { envelope } = await ana.seal(bia, content(id));
    envelopes.push(envelope);
    ana.endToEnd.forget("bia");
    assertOpened(await bia.endToEnd.open("ana", id, envelope)).keep();
  }
  // as though the groups had been dropped for their age
  const groups = bia.store.keys("incomingGroup/").map((key) => ({
    key,
    value: undefined,
    version: bia.store.get(key)!.version,
  }));
  assertEquals(groups.length, 3);
  bia.store.commit(groups);
  for (const [id, envelope] of envelopes.entries()) {
    assertEquals(await bia.endToEnd.open("ana", BigInt(id), envelope), { kind: "unreadable" });
  }
});

Deno.test("EndToEnd.open() keeps the newest groups of a member, each for its time", async () => {
  const { ana, bia } = await correspondents();
  const count = maxIncomingGroupsPerMember + 2;
  for (let id = 0n; id < count; id++) {
    const { envelope } = await ana.seal(bia, content(id));
    ana.endToEnd.forget("bia");
    assertOpened(await bia.endToEnd.open("ana", id, envelope)).keep();
    bia.clock.advance(1);
  }
  assertEquals(bia.store.keys("incomingGroup/").length, maxIncomingGroupsPerMember);
  bia.clock.advance(incomingGroupLifeMs);
  const { envelope } = await ana.seal(bia, content(99n));
  assertOpened(await bia.endToEnd.open("ana", 99n, envelope)).keep();
  assertEquals(bia.store.keys("incomingGroup/").length, 1);
});

Deno.test("EndToEnd.open() has a group dropped by nobody else while it opens", async () => {
  const { ana, bia } = await correspondents();
  const caio = new Correspondent("caio");
  const { envelope: first } = await ana.seal(bia, content(1n));
  assertOpened(await bia.endToEnd.open("ana", 1n, first)).keep();
  const { envelope: second } = await ana.seal(bia, content(2n));
  bia.clock.advance(incomingGroupLifeMs + 1);
  const opened = assertOpened(await bia.endToEnd.open("ana", 2n, second));
  const { envelope: other } = await caio.seal(bia, content(3n));
  assertOpened(await bia.endToEnd.open("caio", 3n, other)).keep();
  await bia.replenish();
  assert(opened.keep());
  await bia.replenish();
  assertEquals(await bia.endToEnd.open("ana", 2n, second), { kind: "unreadable" });
});

Deno.test("EndToEnd recovers from a lost store of either side", async () => {
  const { ana, bia } = await correspondents();
  assertOpened(await bia.endToEnd.open("ana", 1n, (await ana.seal(bia, content(1n))).envelope))
    .keep();
  bia.restart(new SnapshotStore());
  const { envelope } = await ana.seal(bia, content(2n));
  assertEquals(await bia.endToEnd.open("ana", 2n, envelope), { kind: "unreadable" });
  await bia.replenish();
  ana.endToEnd.forget("bia");
  const anew = await ana.seal(bia, content(2n));
  assertOpened(await bia.endToEnd.open("ana", 2n, anew.envelope)).keep();
  ana.restart(new SnapshotStore());
  const afresh = await ana.seal(bia, content(3n));
  assertOpened(await bia.endToEnd.open("ana", 3n, afresh.envelope)).keep();
});

Deno.test("EndToEnd gives up on a store that refuses everything", async () => {
  const { ana, bia } = await correspondents();
  const { groupId } = await ana.seal(bia, content(1n));
  ana.store.commit = () => false;
  await assertRejects(() => ana.endToEnd.seal(bia.peer, content(2n)), Error, "refuses");
  await assertRejects(() => ana.endToEnd.begin(bia.peer, bia.handOut()), Error, "refuses");
  assertThrows(() => ana.endToEnd.delivered("bia", groupId), Error, "refuses");
  assertThrows(() => ana.endToEnd.forget("bia"), Error, "refuses");
});
