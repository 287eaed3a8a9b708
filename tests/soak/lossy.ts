import type { ChaosProfile } from "../testing/chaos_profile.ts";
import type { Member } from "./member.ts";
import {
  checkRoom,
  delaysFromFirstMs,
  delaysMs,
  delaysToFirstMs,
  describeDelays,
  haveAllShown,
} from "./room_checks.ts";
import { makeMembers, type Stage } from "./stage.ts";
import { steadily } from "./steadily.ts";
import { ms, quantile, type Verdict } from "./verdict.ts";

/** One way of the link, each way; mobile networks on a bad day. */
const delayMs = 10;
const loss = 0.2;
const duplication = 0.1;
const reordering = 0.1;
/** Enough to be overtaken by one or two others. */
const reorderingMs = 10;

const medianLimitMs = 100;
const p99LimitMs = 1_000;
/** Nothing new from anybody for so long: nothing will come. */
const patienceMs = 15_000;
/** So many members share a process, so that there are no more processes than a small machine can run. */
const membersPerProcess = 5;

export const lossyDefaults = { members: 20, messages: 10_000, rate: 150 };

/** A full room through a bad network: everybody sees everything, once, in one order, and soon. */
export async function lossy(
  stage: Stage,
  verdict: Verdict,
  flags: typeof lossyDefaults,
): Promise<void> {
  await stage.startServer();
  const network = stage.addNetwork();
  const members = makeMembers(flags.members);
  for (let i = 0; i < members.length; i += membersPerProcess) {
    await stage.enter(members.slice(i, i + membersPerProcess), network.port);
  }
  network.change(worsen);
  const startedAt = performance.now();
  await steadily(
    flags.rate,
    (n) => members[stage.random.below(members.length)]!.say(`message ${n}`),
    (n) => n === flags.messages,
  );
  const saidMs = performance.now() - startedAt;
  await stage.changes.untilStalled(
    () =>
      haveAllShown(members, flags.messages) &&
      members.reduce((sum, { numbered }) => sum + numbered.size, 0) === flags.messages,
    () => members.reduce((sum, { said }) => sum + said.length, 0),
    patienceMs,
  );
  const tookMs = performance.now() - startedAt;
  verdict.note(`said in ${ms(saidMs)}, shown to all after ${ms(tookMs)}`);
  const { mean, max } = network.latenessMs;
  verdict.note(
    `the proxy itself has delayed datagrams by ${ms(mean)} on average, ${ms(max)} at most`,
  );
  judgeLossy(verdict, members, flags.messages);
}

/** Says how long messages took, and judges it. */
export function judgeLossy(verdict: Verdict, members: readonly Member[], messages: number): void {
  checkRoom(verdict, members, messages);
  const delays = delaysMs(members).map((delay) => delay - 2 * delayMs);
  verdict.note(`delay beyond the link's ${2 * delayMs} ms: ${describeDelays(delays)}`);
  verdict.note(`  to whoever shows it first: ${describeDelays(delaysToFirstMs(members))}`);
  verdict.note(`  from there to the others: ${describeDelays(delaysFromFirstMs(members))}`);
  const [median, p99] = [quantile(delays, 0.5), quantile(delays, 0.99)];
  verdict.check(median < medianLimitMs, `median below ${medianLimitMs} ms`);
  verdict.check(p99 < p99LimitMs, `p99 below ${p99LimitMs} ms`);
}

/** Makes a network such as this is about. */
export function worsen(profile: ChaosProfile): void {
  for (const { udp, tcp } of [profile.up, profile.down]) {
    Object.assign(udp, { loss, duplication, reordering, reorderingMs, delayMs });
    tcp.delayMs = delayMs;
  }
}
