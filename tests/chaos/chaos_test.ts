import { assertEquals } from "@std/assert";
import { type ChaosEvent, ChaosProxy } from "../testing/chaos_proxy.ts";
import type { ChaosProfile, Direction } from "../testing/chaos_profile.ts";
import { fastForward } from "../testing/fast_forward.ts";
import { Log } from "../testing/log.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { TestChat, type TestMember } from "../testing/test_chat.ts";
import { within } from "../testing/within.ts";

/** A chat behind a bad network, with a time of its own that passes quickly. */
class Scene implements AsyncDisposable {
  readonly clock: ManualClock;
  /** What the network has done. */
  readonly deeds = new Log<ChaosEvent>();
  readonly #chat: TestChat;
  readonly network: ChaosProxy;

  private constructor(seed: number, clock: ManualClock, chat: TestChat) {
    this.#chat = chat;
    const report = (event: ChaosEvent) => this.deeds.add(event);
    this.clock = clock;
    this.network = new ChaosProxy({ upstreamPort: chat.port, seed, report, clock });
  }

  static async play(seed: number, test: (scene: Scene) => Promise<void>): Promise<void> {
    const clock = new ManualClock();
    const playing = async () => {
      await using chat = await TestChat.start({ clock });
      await using scene = new Scene(seed, clock, chat);
      await test(scene);
    };
    await fastForward(clock, playing());
  }

  /** Lets members in whose way leads through the bad network, and waits until they are on UDP. */
  async join(count: number): Promise<TestMember[]> {
    const members: TestMember[] = [];
    for (let i = 1; i <= count; i++) members.push(await this.#join(`m${i}`, this.network.port));
    return members;
  }

  /** Lets a member in whose network is good. */
  joinDirectly(name: string): Promise<TestMember> {
    return this.#join(name, this.#chat.port);
  }

  async #join(name: string, port: number): Promise<TestMember> {
    const member = await this.#chat.join(name, { port, clock: this.clock });
    assertEquals((await member.event("path")).transport, "udp");
    return member;
  }

  /** Whether the server has found fault with anybody. */
  get violations(): unknown[] {
    return this.#chat.log.entries.filter(({ kind }) => kind === "violated");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.network[Symbol.asyncDispose]();
  }
}

function changeBoth(network: ChaosProxy, change: Partial<ChaosProfile["up"]["udp"]>): void {
  network.change(({ up, down }) => {
    Object.assign(up.udp, change);
    Object.assign(down.udp, change);
  });
}

/** Whoever's turn it is says the next message, without waiting for the last one's number. */
function sayAll(members: readonly TestMember[], count: number, from = 0): Promise<unknown> {
  const saying = Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return members[n % members.length]!.client.say(`message ${n}`);
  });
  return within(Promise.all(saying), "everything to be numbered");
}

/** Everybody has shown the same, in one order, each message once. */
async function assertAllShown(members: readonly TestMember[], count: number): Promise<void> {
  for (const member of members) await member.count("said", count);
  const [order, ...others] = members.map(({ saidTexts }) => saidTexts);
  const expected = Array.from({ length: count }, (_, n) => `message ${n}`);
  assertEquals(order!.toSorted(), expected.toSorted());
  for (const other of others) assertEquals(other, order);
  for (const member of members) assertEquals(member.events("missing"), []);
}

test(
  "everybody sees everything once and in one order, though datagrams are lost, doubled and late",
  1,
  async (scene) => {
    const members = await scene.join(4);
    const trouble = { loss: 0.2, duplication: 0.1, reordering: 0.1, reorderingMs: 30 };
    changeBoth(scene.network, trouble);
    for (let from = 0; from < 100; from += 20) await sayAll(members, 20, from);
    await assertAllShown(members, 100);
    const copies = new Set(
      scene.deeds.entries.flatMap((e) => e.kind === "datagram" ? [e.fate.delaysMs.length] : []),
    );
    assertEquals(copies, new Set([0, 1, 2]));
  },
);

test("everybody sees everything though datagrams arrive with flipped bits", 2, async (scene) => {
  const members = await scene.join(3);
  changeBoth(scene.network, { corruption: 0.3 });
  await sayAll(members, 30);
  await assertAllShown(members, 30);
  assertEquals(scene.violations, []);
});

test("a member on the move misses nothing, and stays on UDP", 3, async (scene) => {
  const settled = await scene.joinDirectly("settled");
  const [roamer] = await scene.join(1);
  const members = [settled, roamer!];
  for (let move = 0; move < 10; move++) {
    if (move % 2 === 0 && Deno.build.os === "linux") scene.network.changeAddresses();
    else scene.network.changePorts();
    await sayAll(members, 10, 10 * move);
  }
  await assertAllShown(members, 100);
  assertEquals(roamer!.events("disconnected"), []);
  assertEquals(roamer!.events("path").length, 1);
});

test("a member whose connection is reset again and again misses nothing", 4, async (scene) => {
  const settled = await scene.joinDirectly("settled");
  const [unlucky] = await scene.join(1);
  const members = [settled, unlucky!];
  for (let resets = 0; resets < 3; resets++) {
    const saying = sayAll(members, 10, 10 * resets);
    scene.network.reset();
    await saying;
    await unlucky!.count("reconnected", resets + 1);
  }
  await assertAllShown(members, 30);
});

for (
  const { name, directions } of [
    { name: "up", directions: ["up"] },
    { name: "down", directions: ["down"] },
    { name: "both ways", directions: ["up", "down"] },
  ] satisfies { name: string; directions: Direction[] }[]
) {
  test(
    `UDP is cut ${name} and mended: everybody sees everything, also meanwhile`,
    5,
    async (scene) => {
      const members = await scene.join(3);
      const cut = (isCut: boolean) =>
        scene.network.change((profile) => {
          for (const direction of directions) profile[direction].udp.isCut = isCut;
        });
      await sayAll(members, 10);
      cut(true);
      await sayAll(members, 10, 10);
      await assertAllShown(members, 20);
      const isUpCut = directions.includes("up");
      if (isUpCut) { for (const member of members) await member.count("path", 2); }
      cut(false);
      if (isUpCut) { for (const member of members) await member.count("path", 3); }
      await sayAll(members, 10, 20);
      await assertAllShown(members, 30);
      const expected = isUpCut ? ["udp", "tcp", "udp"] : ["udp"];
      for (const member of members) {
        assertEquals(member.events("path").map(({ transport }) => transport), expected);
      }
    },
  );
}

function test(name: string, seed: number, body: (scene: Scene) => Promise<void>): void {
  Deno.test(name, () => Scene.play(seed, body));
}
