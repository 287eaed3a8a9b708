import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { pause, systemClock } from "../../lib/clock.ts";
import { listen, type Listening } from "../../lib/server/listen.ts";
import { calmProfile, type ChaosProfile, type Direction } from "../testing/chaos_profile.ts";
import { type ChaosEvent, ChaosProxy } from "../testing/chaos_proxy.ts";
import { drawFate } from "../testing/datagram_fate.ts";
import { Log } from "../testing/log.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { SeededRandom } from "../testing/seeded_random.ts";
import { within } from "../testing/within.ts";

const loopback = "127.0.0.1";

/** What comes to a socket. */
class Inbox {
  readonly log = new Log<{ readonly text: string; readonly from: Deno.NetAddr }>();
  readonly ended: Promise<void>;

  constructor(readonly socket: Deno.DatagramConn) {
    this.ended = this.#receive();
  }

  get texts(): string[] {
    return this.log.entries.map(({ text }) => text);
  }

  async #receive(): Promise<void> {
    for await (const [bytes, from] of this.socket) {
      this.log.add({ text: new TextDecoder().decode(bytes), from: from as Deno.NetAddr });
    }
  }
}

/** A server's sockets, a client's, and the proxy in between. */
class Scene implements AsyncDisposable {
  readonly #listening: Listening = listen(loopback, 0);
  readonly server = new Inbox(this.#listening.datagrams);
  readonly client = new Inbox(openSocket());
  readonly clock = new ManualClock();
  readonly proxy: ChaosProxy;
  /** What the proxy has done. */
  readonly deeds = new Log<ChaosEvent>();
  readonly #conns: Deno.TcpConn[] = [];

  constructor(seed = 1) {
    const { port } = this.#listening.listener.addr as Deno.NetAddr;
    const report = (event: ChaosEvent) => this.deeds.add(event);
    this.proxy = new ChaosProxy({ upstreamPort: port, seed, report, clock: this.clock });
  }

  /** Sends one datagram in a direction; down only once one has come up. */
  async send(direction: Direction, text: string, client = this.client): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    const through = { transport: "udp", hostname: loopback, port: this.proxy.port } as const;
    if (direction === "up") await client.socket.send(bytes, through);
    else await this.server.socket.send(bytes, this.server.log.entries.at(-1)!.from);
  }

  /** Makes the proxy and the server know the client. */
  async greet(): Promise<void> {
    const before = this.server.texts.length;
    await this.send("up", "hello");
    await this.server.log.until((entries) => entries.length > before, "a greeting");
  }

  /** A connection through the proxy: the client's end, and the server's. */
  async connect(): Promise<Record<Direction, Deno.TcpConn>> {
    const accepting = this.#listening.listener.accept();
    const up = await this.dial();
    const down = await within(accepting, "a connection");
    this.#conns.push(down);
    return { up, down };
  }

  /** The client's end only. */
  async dial(): Promise<Deno.TcpConn> {
    const conn = await Deno.connect({ hostname: loopback, port: this.proxy.port });
    this.#conns.push(conn);
    return conn;
  }

  accept(): Promise<Deno.TcpConn> {
    return this.#listening.listener.accept().then((conn) => {
      this.#conns.push(conn);
      return conn;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    for (const conn of this.#conns) conn.close();
    this.#listening.listener.close();
    for (const { socket, ended } of [this.server, this.client]) {
      socket.close();
      await ended;
    }
  }
}

function openSocket(): Deno.DatagramConn {
  return Deno.listenDatagram({ transport: "udp", hostname: loopback, port: 0 });
}

const worse = { loss: 0.3, duplication: 0.2, corruption: 0.1 };
const datagrams = 100;

/** Sends numbered datagrams up, and answers all that has arrived. */
async function arrivals(seed: number): Promise<string[]> {
  await using scene = new Scene(seed);
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
  await using scene = new Scene(7);
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
  await using scene = new Scene();
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
    await using scene = new Scene();
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
    await using scene = new Scene();
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
    await using scene = new Scene();
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
  await using scene = new Scene();
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
  await using scene = new Scene();
  const first = await scene.connect();
  scene.proxy.reset();
  for (const conn of [first.up, first.down]) assertEquals(await read(conn), "the end");
  const second = await scene.connect();
  scene.proxy.change(({ up }) => up.tcp.resets = 1);
  await write(second.up, "too much");
  for (const conn of [second.up, second.down]) assertEquals(await read(conn), "the end");
});

Deno.test("ChaosProxy closes a connection where nobody listens, or whose other side has closed", async () => {
  await using scene = new Scene();
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
  await using scene = new Scene();
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

async function write(conn: Deno.TcpConn, text: string): Promise<void> {
  await conn.write(new TextEncoder().encode(text));
}

/** What comes next, or that nothing will. */
async function read(conn: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(1_024);
  const count = await within(conn.read(buffer).catch(() => null), "bytes or the end");
  return count === null ? "the end" : new TextDecoder().decode(buffer.subarray(0, count));
}
