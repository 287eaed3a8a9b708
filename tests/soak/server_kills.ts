import { ChatError, connect } from "../../lib/client/mod.ts";
import type { Member } from "./member.ts";
import { checkNoneLost, doubledTexts, lostTexts, noteFailures } from "./private_checks.ts";
import { makeMembers, type Stage } from "./stage.ts";
import { sleep, steadily } from "./steadily.ts";
import { ms, quantile, type Verdict } from "./verdict.ts";

const backLimitMs = 10_000;
/** How long to wait for who isn't back in time, so that it can be said by how much it was missed. */
const patienceMs = 45_000;
/** One in so many messages is for everybody. */
const globalShare = 1 / 5;
/** Nothing new from anybody for so long: nothing will come. */
const drainPatienceMs = 20_000;

export const serverKillsDefaults = { kills: 100, members: 6, rate: 40, spread: 3_000 };

/**
 * The server dies at any moment and comes back: what it had accepted is not lost, nor shown twice, and
 * everybody is back soon. `spread` is the longest time in ms from when all are back to the next kill.
 */
export async function serverKills(
  stage: Stage,
  verdict: Verdict,
  flags: typeof serverKillsDefaults,
): Promise<void> {
  await stage.startServer();
  const members = makeMembers(flags.members);
  const half = Math.ceil(members.length / 2);
  await stage.enter(members.slice(0, half));
  await stage.enter(members.slice(half));

  let isOver = false;
  const load = steadily(flags.rate, (n) => speak(stage, members, n), () => isOver);
  const backAfterMs: number[] = [];
  try {
    for (let kill = 0; kill < flags.kills; kill++) {
      await sleep(stage.random.fraction() * flags.spread);
      backAfterMs.push(...await killOnce(stage, members));
    }
  } finally {
    isOver = true;
    await load;
  }
  await stage.changes.untilStalled(
    () => false, // what comes twice comes late
    () => members.reduce((sum, { told, accepted }) => sum + told.length + accepted.size, 0),
    lostTexts(members, members).length > 0 ? drainPatienceMs : drainPatienceMs / 4,
  );

  backAfterMs.sort((a, b) => a - b);
  const [median, longest] = [quantile(backAfterMs, 0.5), backAfterMs.at(-1)!];
  const late = backAfterMs.filter((time) => time > backLimitMs).length;
  verdict.note(`${flags.kills} kills; back after median ${ms(median)}, longest ${ms(longest)}`);
  verdict.check(late === 0, `${late} of ${backAfterMs.length} came back later than 10 s`);
  checkNoneLost(verdict, members, members);
  const doubled = doubledTexts(members);
  verdict.check(doubled.length === 0, `${doubled.length} shown twice`);
  noteFailures(verdict, members);
  const said = members.map(({ said }) => said.length).join(" ");
  verdict.note(
    `global messages shown: ${said}; reported missing: ${
      members.map((member) => member.count("missing")).join(" ")
    }`,
  );
  for (const { name } of members) await checkNameIsKept(stage, verdict, name);
}

function speak(stage: Stage, members: readonly Member[], n: number): Promise<void> {
  const author = stage.random.below(members.length);
  const addressee = (author + 1 + stage.random.below(members.length - 1)) % members.length;
  const { name } = members[addressee]!;
  const isGlobal = stage.random.fraction() < globalShare;
  const text = `${members[author]!.name} ${n}`;
  return isGlobal ? members[author]!.say(`all: ${text}`) : members[author]!.tell(name, text);
}

/** After how long each member was back, in ms from when the server listened again. */
async function killOnce(stage: Stage, members: readonly Member[]): Promise<number[]> {
  const before = members.map(({ entrances }) => entrances);
  await stage.killServer();
  await stage.startServer();
  const since = performance.timeOrigin + performance.now();
  const isBack = (member: Member, i: number) => member.entrances > before[i]!;
  const areBack = () => members.every(isBack);
  await stage.changes.until(areBack, patienceMs);
  return members.map((member, i) =>
    isBack(member, i) ? Math.max(0, member.lastEntranceAt - since) : Infinity
  );
}

/** Who isn't the owner of a name can't come in under it. */
async function checkNameIsKept(stage: Stage, verdict: Verdict, name: string): Promise<void> {
  const entering = connect({ server: `127.0.0.1:${stage.port}`, name });
  const code = await entering.then(
    async (client) => {
      await client.close();
      return "nothing";
    },
    (error) => error instanceof ChatError ? error.code : String(error),
  );
  verdict.check(code === "nameTaken", `a stranger who calls himself ${name} is refused: ${code}`);
}
