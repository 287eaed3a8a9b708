import { Member } from "./member.ts";
import { checkNoneLost, doubledTexts, lostTexts, noteFailures } from "./private_checks.ts";
import type { Stage } from "./stage.ts";
import { sleep, steadily } from "./steadily.ts";
import type { Verdict } from "./verdict.ts";

/** Nothing new from anybody for so long: nothing will come. */
const drainPatienceMs = 20_000;

export const clientKillsDefaults = { kills: 100, rate: 50, spread: 1_500 };

/**
 * An author's process dies at any moment and is started anew, half of the kills; then its addressee's.
 * What was accepted arrives. `spread` is the longest time in ms from when it is in to the next kill.
 */
export async function clientKills(
  stage: Stage,
  verdict: Verdict,
  flags: typeof clientKillsDefaults,
): Promise<void> {
  await stage.startServer();
  const [ana, bia] = [new Member("ana"), new Member("bia")];
  await stage.enter([bia]);
  await stage.enter([ana]);
  const authorKills = Math.ceil(flags.kills / 2);
  verdict.note(`${authorKills} kills of the author:`);
  await killWhileTelling(stage, ana, {
    author: ana,
    addressee: bia,
    prefix: "a",
    ...flags,
    kills: authorKills,
  });
  checkNoneLost(verdict, [ana], [bia]);
  const doubled = doubledTexts([bia]);
  verdict.check(doubled.length === 0, `${doubled.length} shown twice`);
  noteFailures(verdict, [ana]);

  const addresseeKills = flags.kills - authorKills;
  verdict.note(`${addresseeKills} kills of the addressee:`);
  await killWhileTelling(stage, bia, {
    author: ana,
    addressee: bia,
    prefix: "b",
    ...flags,
    kills: addresseeKills,
  });
  checkNoneLost(verdict, [ana], [bia]);
  // what was shown and not yet noted at the kill is shown in the next life too
  const inTwoLives = doubledTexts([bia]).length - doubled.length;
  verdict.note(`${inTwoLives} shown in two lives`);
  noteFailures(verdict, [ana]);
}

interface Telling {
  readonly author: Member;
  readonly addressee: Member;
  readonly prefix: string;
  readonly kills: number;
  readonly rate: number;
  readonly spread: number;
}

async function killWhileTelling(stage: Stage, victim: Member, telling: Telling): Promise<void> {
  const { author, addressee, prefix, kills, rate, spread } = telling;
  let isOver = false;
  const load = steadily(rate, (n) => author.tell(addressee.name, `${prefix}${n}`), () => isOver);
  try {
    for (let kill = 0; kill < kills; kill++) {
      await sleep(stage.random.fraction() * spread);
      await victim.process!.kill();
      await stage.enter([victim]);
    }
  } finally {
    isOver = true;
    await load;
  }
  await stage.changes.untilStalled(
    () => false, // what comes twice comes late
    () => addressee.told.length + author.accepted.size,
    lostTexts([author], [addressee]).length > 0 ? drainPatienceMs : drainPatienceMs / 4,
  );
}
