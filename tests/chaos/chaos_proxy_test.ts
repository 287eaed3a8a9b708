import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { pause, systemClock } from "../../lib/clock.ts";
import { calmProfile, type ChaosProfile } from "../testing/chaos_profile.ts";
import { ChaosProxy } from "../testing/chaos_proxy.ts";
import { drawFate } from "../testing/datagram_fate.ts";
import { SeededRandom } from "../testing/seeded_random.ts";
import { within } from "../testing/within.ts";
import { Inbox, loopback, openSocket, ProxyScene, read, write } from "./proxy_scene.ts";

const worse = { loss: 0.3, duplication: 0.2, corruption: 0.1 };
const datagrams = 100;

/** Sends numbered datagrams up, and answers all that has arrived. */
async function arrivals(seed: number): Promise<string[]> {
  await using scene = new ProxyScene(seed);
  scene.proxy.change(({ up }) => Object.assign(up.udp, worse));
  for (let i = 0; i < datagrams; i++) await scene.send("up", `datagram ${1_000 + i}`);
  const random = SeededRandom.derived(seed, "udp up 0");
  const profile = { ...calmProfile().up.udp, ...worse };
  let expected = 0;
  for (let i = 0; i < datagrams; i++) expected += drawFate(random, profile, 13).delaysMs.length;
  await scene.server.log.until((entries) => entries.length === expected, "those not lost");
  return scene.server.texts;
}

Deno.test("ChaosProxy does the same again with the same seed, and something else with another", async () => {
  const [once, again, other] = [await arrivals(7), await arrivals(7), await arrivals(8)];
  assertEquals(once, again);
  assertNotEquals(once, other);
  assert(once.length < datagrams && new Set(once).size < once.length);
});

Deno.test("ChaosProxy does to one client what it would without the others", async () => {
  await using scene = new ProxyScene(7);
  await scene.greet();
  await using disposal = new AsyncDisposableStack();
  const other = new Inbox(openSocket());
  disposal.defer(async () => {
    other.socket.close();
    await other.ended;
  });
  scene.proxy.change(({ up }) => up.udp.loss = 0.5);
  const random = SeededRandom.derived(7, "udp up 0");
  const profile = { ...calmProfile().up.udp, loss: 0.5 };
  drawFate(random, profile, 5); // the greeting's
  const expected: string[] = [];
  for (let i = 0; i < 50; i++) {
    await scene.send("up", `one ${i}`);
    await scene.send("up", `other ${i}`, other);
    if (drawFate(random, profile, 6).delaysMs.length > 0) expected.push(`one ${i}`);
  }
  const ones = () => scene.server.texts.filter((text) => text.startsWith("one"));
  await scene.server.log.until(() => ones().length === expected.length, "those not lost");
  assertEquals(ones(), expected);
});

Deno.test("ChaosProxy lets a delayed datagram be overtaken", async () => {
  await using scene = new ProxyScene();
  scene.proxy.change(({ up }) => up.udp.delayMs = 100);
  await scene.send("up", "first");
  await scene.deeds.until((deeds) => deeds.length === 1, "the first to be under way");
  scene.proxy.change(({ up }) => up.udp.delayMs = 50);
  await scene.send("up", "second");
  await scene.deeds.until((deeds) => deeds.length === 2, "the second to be under way");
  scene.clock.advance(99);
  await scene.server.log.until((entries) => entries.length === 1, "the second");
  scene.clock.advance(1);
  await scene.server.log.until((entries) => entries.length === 2, "the first");
  assertEquals(scene.server.texts, ["second", "first"]);
});

for (const direction of ["up", "down"] as const) {
  const other = direction === "up" ? "down" : "up";

  Deno.test(`ChaosProxy cuts UDP ${direction} alone, and mends it`, async () => {
    await using scene = new ProxyScene();
    await scene.greet();
    const [there, back] = direction === "up"
      ? [scene.server, scene.client]
      : [scene.client, scene.server];
    scene.proxy.change((profile) => profile[direction].udp.isCut = true);
    await scene.send(direction, "into the void");
    await scene.send(other, "the other way");
    await back.log.until(() => back.texts.includes("the other way"), "the other way");
    await scene.deeds.until((deeds) => deeds.length === 3, "all to be taken");
    scene.proxy.change((profile) => profile[direction].udp.isCut = false);
    await scene.send(direction, "after");
    await there.log.until(() => there.texts.includes("after"), "what was sent after");
    assert(!there.texts.includes("into the void"));
  });

  Deno.test(`ChaosProxy stalls TCP ${direction} alone, and loses nothing`, async () => {
    await using scene = new ProxyScene();
    const conns = await scene.connect();
    scene.proxy.change((profile) => profile[direction].tcp.isStalled = true);
    await write(conns[direction], "waits");
    await write(conns[other], "the other way");
    const reading = read(conns[other]);
    assertEquals(await read(conns[direction]), "the other way");
    assertEquals(await Promise.race([reading, Promise.resolve("nothing")]), "nothing");
    scene.proxy.change((profile) => profile[direction].tcp.isStalled = false);
    assertEquals(await reading, "waits");
  });

  Deno.test(`ChaosProxy cuts TCP ${direction}, and resets what has lost bytes`, async () => {
    await using scene = new ProxyScene();
    const unharmed = await scene.connect();
    const harmed = await scene.connect();
    const cut = (isCut: boolean) => (profile: ChaosProfile) => {
      profile[direction].tcp.isCut = isCut;
    };
    scene.proxy.change(cut(true));
    await write(harmed[direction], "lost");
    await write(harmed[other], "the other way");
    assertEquals(await read(harmed[direction]), "the other way");
    const accepting = scene.accept();
    const late = await scene.dial();
    await scene.deeds.until((deeds) => deeds.some(({ kind }) => kind === "lost"), "the loss");
    scene.proxy.change(cut(false));
    assertEquals(await read(harmed[other]), "the end");
    await write(unharmed[direction], "after");
    assertEquals(await read(unharmed[other]), "after");
    await write(late, "late");
    assertEquals(await read(await within(accepting, "a late connection")), "late");
  });
}

Deno.test("ChaosProxy delays TCP, and keeps every byte in its place", async () => {
  await using scene = new ProxyScene();
  const { up, down } = await scene.connect();
  scene.proxy.change((profile) => Object.assign(profile.up.tcp, { delayMs: 50, jitterMs: 50 }));
  const sent = Array.from({ length: 50 }, (_, i) => `piece ${i};`).join("");
  let received = "";
  const reading = (async () => {
    while (received.length < sent.length) received += await read(down);
  })();
  for (const piece of sent.match(/[^;]+;/g)!) {
    await write(up, piece);
    assertEquals(received, ""); // for time stands still
  }
  while (received.length < sent.length) {
    scene.clock.advance(10);
    await pause(systemClock, 0); // for sockets to have their turn
  }
  await reading;
  assertEquals(received, sent);
});

Deno.test("ChaosProxy resets connections: all at once, or where the profile says so", async () => {
  await using scene = new ProxyScene();
  const first = await scene.connect();
  scene.proxy.reset();
  for (const conn of [first.up, first.down]) assertEquals(await read(conn), "the end");
  const second = await scene.connect();
  scene.proxy.change(({ up }) => up.tcp.resets = 1);
  await write(second.up, "too much");
  for (const conn of [second.up, second.down]) assertEquals(await read(conn), "the end");
});

Deno.test("ChaosProxy closes a connection where nobody listens, or whose other side has closed", async () => {
  await using scene = new ProxyScene();
  const { up, down } = await scene.connect();
  await write(up, "last words");
  up.closeWrite();
  assertEquals(await read(down), "last words");
  assertEquals(await read(down), "the end");
  const nobody = Deno.listen({ hostname: loopback, port: 0 });
  const { port } = nobody.addr as Deno.NetAddr;
  nobody.close();
  await using proxy = new ChaosProxy({ upstreamPort: port, seed: 1 });
  const conn = await Deno.connect({ hostname: loopback, port: proxy.port });
  assertEquals(await read(conn), "the end");
  conn.close();
});

Deno.test("ChaosProxy lets datagrams come from another port, and from another address", async () => {
  await using scene = new ProxyScene();
  await scene.greet();
  scene.proxy.changePorts();
  await scene.greet();
  if (Deno.build.os === "linux") scene.proxy.changeAddresses();
  await scene.greet();
  await scene.send("down", "to the newest address");
  await scene.client.log.until((entries) => entries.length > 0, "an answer");
  const [first, second, third] = scene.server.log.entries.map(({ from }) => from);
  assertEquals(first!.hostname, second!.hostname);
  assertNotEquals(first!.port, second!.port);
  if (Deno.build.os === "linux") assertNotEquals(second!.hostname, third!.hostname);
});
