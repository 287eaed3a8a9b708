import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { encodedMessage } from "../../lib/codec/mod.ts";
import { mls } from "../../lib/crypto/mod.ts";
import {
  keyPackagesLow,
  lastResortKeptMs,
  lastResortLifeMs,
  maxFrameBytes,
  maxKeptKeyPackages,
  maxKeyPackagesPerMessage,
  replaceSupplyPauseMs,
} from "../../lib/limits.ts";
import { assertOpened, content, Correspondent } from "../testing/end_to_end_pair.ts";
import { hex } from "../testing/hex.ts";
import { SnapshotStore } from "../testing/snapshot_store.ts";

function secrets(of: Correspondent): string[] {
  return of.store.keys("keyPackage/");
}

async function supplied(): Promise<Correspondent> {
  const bia = new Correspondent("bia");
  await bia.replenish();
  return bia;
}

Deno.test("EndToEnd.supply() publishes everything at first, as its owner's", async () => {
  const bia = new Correspondent("bia");
  const publish = await bia.replenish();
  assert(publish && publish.supply !== 0n && publish.lastResort.length > 0);
  assertEquals(publish.keyPackages.length, maxKeyPackagesPerMessage);
  const all = new Set([publish.lastResort, ...publish.keyPackages].map(hex));
  assertEquals(all.size, maxKeyPackagesPerMessage + 1);
  assert(encodedMessage(publish).length < maxFrameBytes);
  const { group } = await mls.startGroup(
    { name: "ana", signingKeyPair: new Correspondent("ana").identity.signingKeyPair },
    publish.lastResort,
  );
  assertEquals(group.peer, bia.peer);
});

Deno.test("EndToEnd.supply() has written the secrets down when it answers", async () => {
  const bia = new Correspondent("bia");
  await bia.replenish();
  assertEquals(bia.store.commits, 1);
  assertEquals(secrets(bia).length, maxKeyPackagesPerMessage + 1);
});

Deno.test("EndToEnd.supply() has nothing to add while there is enough, after a restart too", async () => {
  const bia = await supplied();
  assertEquals(await bia.replenish(), undefined);
  bia.restart();
  const { supply } = bia.published;
  assertEquals(await bia.endToEnd.supply({ supply, left: keyPackagesLow + 1 }), undefined);
});

Deno.test("EndToEnd.supply() fills up what runs low", async () => {
  const bia = await supplied();
  const { supply } = bia.published;
  const publish = await bia.endToEnd.supply({ supply, left: keyPackagesLow });
  assertEquals(publish?.supply, supply);
  assertEquals(publish?.keyPackages.length, maxKeyPackagesPerMessage - keyPackagesLow);
  assertEquals(publish?.lastResort, new Uint8Array(0));
});

Deno.test("EndToEnd.supply() replaces what isn't its own", async () => {
  const bia = await supplied();
  const publish = await bia.endToEnd.supply({ supply: 5n, left: 10 });
  assertEquals(publish?.keyPackages.length, maxKeyPackagesPerMessage);
  assert(publish!.lastResort.length > 0 && publish!.supply !== 5n);
});

Deno.test("EndToEnd.supply() draws another supply for a lost store", async () => {
  const bia = await supplied();
  const { supply } = bia.published;
  bia.restart(new SnapshotStore());
  const publish = await bia.replenish();
  assertNotEquals(publish?.supply, supply);
  assertEquals(publish?.keyPackages.length, maxKeyPackagesPerMessage);
});

Deno.test("EndToEnd.supply() draws another supply under another name", async () => {
  const bia = await supplied();
  const { supply } = bia.published;
  bia.name = "BIA";
  assertEquals(await bia.replenish(), undefined);
  bia.name = "bea";
  assertNotEquals((await bia.replenish())?.supply, supply);
});

Deno.test("EndToEnd.supply() replaces a last resort that was used", async () => {
  const bia = await supplied();
  const ana = new Correspondent("ana");
  bia.published = { ...bia.published, keyPackages: [] };
  const { envelope } = await ana.seal(bia, content(1n));
  assertOpened(await bia.endToEnd.open("ana", 1n, envelope)).keep();
  const publish = await bia.replenish();
  assert(publish!.lastResort.length > 0);
  assertEquals(await bia.replenish(), undefined);
});

Deno.test("EndToEnd.supply() replaces a last resort after its time, and forgets it later", async () => {
  const bia = await supplied();
  const ana = new Correspondent("ana");
  const old = bia.published.lastResort;
  await ana.endToEnd.begin(bia.peer, old);
  bia.clock.advance(lastResortLifeMs);
  assertEquals(await bia.replenish(), undefined);
  bia.clock.advance(1);
  const publish = await bia.replenish();
  assert(publish!.lastResort.length > 0);
  assertEquals(publish!.keyPackages, []);
  bia.clock.advance(lastResortKeptMs - lastResortLifeMs - 1);
  assertEquals(secrets(bia).length, maxKeyPackagesPerMessage + 2);
  const { envelope } = await ana.seal(bia, content(1n));
  assertOpened(await bia.endToEnd.open("ana", 1n, envelope)).drop();
  bia.clock.advance(1);
  await bia.replenish();
  assertEquals(await bia.endToEnd.open("ana", 1n, envelope), { kind: "unreadable" });
});

Deno.test("EndToEnd.supply() forgets a secret with its use, and the oldest of too many", async () => {
  const bia = await supplied();
  const ana = new Correspondent("ana");
  const { envelope } = await ana.seal(bia, content(1n));
  const before = secrets(bia).length;
  assertOpened(await bia.endToEnd.open("ana", 1n, envelope)).keep();
  assertEquals(secrets(bia).length, before - 1);
  const first = secrets(bia);
  for (let i = 0; i < maxKeptKeyPackages / maxKeyPackagesPerMessage; i++) {
    await bia.endToEnd.supply({ supply: bia.published.supply, left: 0 });
  }
  assertEquals(secrets(bia).length, maxKeptKeyPackages + 1);
  assertEquals(secrets(bia).filter((key) => first.includes(key)).length, 1); // the last resort
});

Deno.test("EndToEnd.supply() replaces all where secrets turn out to be lost, but seldom", async () => {
  const bia = await supplied();
  const ana = new Correspondent("ana");
  const older = new SnapshotStore(bia.store);
  const { supply } = bia.published;
  bia.take((await bia.endToEnd.supply({ supply, left: 0 }))!);
  bia.restart(older); // somebody has restored a backup
  bia.published = { ...bia.published, keyPackages: bia.published.keyPackages.slice(-7) };
  const { envelope } = await ana.seal(bia, content(1n));
  assertEquals(await bia.endToEnd.open("ana", 1n, envelope), { kind: "unreadable" });
  assertEquals(await bia.replenish(), undefined);
  bia.clock.advance(replaceSupplyPauseMs + 1);
  const publish = await bia.replenish();
  assertNotEquals(publish?.supply, supply);
  assertEquals(publish?.keyPackages.length, maxKeyPackagesPerMessage);
  assertEquals(await bia.replenish(), undefined);
});
