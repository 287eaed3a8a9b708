import type { ChaosProfile, Direction } from "../testing/chaos_profile.ts";
import type { ChaosProxy } from "../testing/chaos_proxy.ts";
import type { Member } from "./member.ts";
import { checkRoom, delaysMs, describeDelays, haveAllShown } from "./room_checks.ts";
import { makeMembers, type Stage } from "./stage.ts";
import { sleep, steadily } from "./steadily.ts";
import { ms, type Verdict } from "./verdict.ts";

const delayMs = 10;
/** A steady conversation, of all together. */
const saysPerSecond = 8;
const toTcpLimitMs = 5_000;
const toUdpLimitMs = 10_000;
const deliveryLimitMs = 5_000;
/** How long to wait for what has its limit, so that it can be said by how much it was missed. */
const patienceMs = 30_000;
/** A one-way cut lasts for this share of the one in both directions. */
const oneWayShare = 1 / 3;

export const cutDefaults = { seconds: 60, members: 4 };

/** UDP goes and comes back, in both directions and in each alone: nobody misses anything, or waits long. */
export async function cut(
  stage: Stage,
  verdict: Verdict,
  flags: typeof cutDefaults,
): Promise<void> {
  await stage.startServer();
  const network = stage.addNetwork();
  network.change(({ up, down }) => {
    for (const { udp, tcp } of [up, down]) udp.delayMs = tcp.delayMs = delayMs;
  });
  const members = makeMembers(flags.members);
  await stage.enter(members.slice(0, 2), network.port);
  await stage.enter(members.slice(2), network.port);
  const isOnUdp = () => members.every(({ paths }) => paths.at(-1)?.transport === "udp");
  verdict.check(await stage.changes.until(isOnUdp, patienceMs), "everybody is on UDP");

  let messages = 0;
  let isOver = false;
  const conversation = steadily(
    saysPerSecond,
    (n) => members[n % members.length]!.say(`message ${messages = n + 1}`),
    () => isOver,
  );
  try {
    const director = new Director(stage, verdict, network, members);
    const cutMs = flags.seconds * 1_000;
    await director.cut(["up", "down"], cutMs);
    await director.cut(["up"], cutMs * oneWayShare);
    await director.cut(["down"], cutMs * oneWayShare);
  } finally {
    isOver = true;
    await conversation;
  }
  await stage.changes.until(
    () =>
      haveAllShown(members, messages) &&
      members.reduce((sum, { numbered }) => sum + numbered.size, 0) === messages,
    patienceMs,
  );
  checkRoom(verdict, members, messages);
  const delays = delaysMs(members);
  verdict.note(`delay over all: ${describeDelays(delays)}`);
  verdict.check(
    delays.at(-1)! < deliveryLimitMs,
    `nothing took longer than ${ms(deliveryLimitMs)}`,
  );
}

/** Cuts and mends, and judges how the members take it. */
class Director {
  constructor(
    readonly stage: Stage,
    readonly verdict: Verdict,
    readonly network: ChaosProxy,
    readonly members: readonly Member[],
  ) {}

  async cut(directions: readonly Direction[], cutMs: number): Promise<void> {
    await sleep(5_000); // at peace before
    const isUpCut = directions.includes("up");
    const what = `cut ${directions.join(" and ")} for ${ms(cutMs)}`;
    const saidBefore = this.members.map(({ said }) => said.length);
    const startedAt = performance.now();
    this.#set(directions, true);
    if (isUpCut) await this.#expectPath("tcp", toTcpLimitMs, what);
    await sleep(Math.max(0, startedAt + cutMs - performance.now()));
    const newlySaid = this.members.flatMap(({ said }, i) => said.slice(saidBefore[i]));
    const calledAt = new Map(this.members.flatMap(({ numbered }) => [...numbered]));
    const delays = newlySaid.map(({ text, at }) => at - (calledAt.get(text) ?? at))
      .sort((a, b) => a - b);
    this.verdict.note(`${what}: ${newlySaid.length} shown meanwhile, ${describeDelays(delays)}`);
    if (directions.includes("down")) {
      const longest = delays.at(-1) ?? Infinity;
      this.verdict.check(longest < deliveryLimitMs, `${what}: messages came within 5 s`);
    }
    this.#set(directions, false);
    if (isUpCut) await this.#expectPath("udp", toUdpLimitMs, `${what}, and back`);
  }

  #set(directions: readonly Direction[], isCut: boolean): void {
    this.network.change((profile: ChaosProfile) => {
      for (const direction of directions) profile[direction].udp.isCut = isCut;
    });
  }

  async #expectPath(transport: "tcp" | "udp", limitMs: number, what: string): Promise<void> {
    const since = performance.timeOrigin + performance.now();
    const times = () =>
      this.members.map(({ paths }) =>
        paths.find((path) => path.at >= since && path.transport === transport)?.at ?? Infinity
      );
    await this.stage.changes.until(() => times().every(Number.isFinite), patienceMs);
    const longest = Math.max(...times()) - since;
    this.verdict.check(longest < limitMs, `${what}: path ${transport} within ${ms(longest)}`);
  }
}
