import { Member } from "./member.ts";
import { checkNoneLost, doubledTexts, lostTexts, noteFailures } from "./private_checks.ts";
import type { Stage } from "./stage.ts";
import { sleep, steadily } from "./steadily.ts";
import type { Verdict } from "./verdict.ts";

/** Nothing new from anybody for so long: nothing will come. */
const drainPatienceMs = 20_000;

export const clientKillsDefaults = {
  "author-kills": 100,
  "addressee-kills": 100,
  rate: 50,
  spread: 1_500,
};

/**
 * An author's process dies at any moment and is started anew, again and again; then its addressee's does.
 * What was accepted arrives. `spread` is the longest time in ms from when it is in to the next kill.
 */
export async function clientKills(
  stage: Stage,
  verdict: Verdict,
  flags: typeof clientKillsDefaults,
): Promise<void> {
  await stage.startServer();
  const [author, addressee] = [new Member("ana"), new Member("bia")];
  await stage.enter([addressee]);
  await stage.enter([author]);
  const telling = { author, addressee, ...flags };

  const authorKills = flags["author-kills"];
  await killWhileTelling(stage, { ...telling, victim: author, kills: authorKills, prefix: "a" });
  verdict.note(`the author was killed ${authorKills} times:`);
  checkNoneLost(verdict, [author], [addressee]);
  const doubled = doubledTexts([addressee]).length;
  verdict.check(doubled === 0, `${doubled} shown twice`);
  noteFailures(verdict, [author]);

  const addresseeKills = flags["addressee-kills"];
  await killWhileTelling(stage, {
    ...telling,
    victim: addressee,
    kills: addresseeKills,
    prefix: "b",
  });
  verdict.note(`the addressee was killed ${addresseeKills} times:`);
  checkNoneLost(verdict, [author], [addressee]);
  // what is shown before it is noted may be shown in the next life too
  verdict.note(`${doubledTexts([addressee]).length - doubled} shown in two lives`);
  noteFailures(verdict, [author]);
}

interface Telling {
  readonly victim: Member;
  readonly author: Member;
  readonly addressee: Member;
  readonly prefix: string;
  readonly kills: number;
  readonly rate: number;
  readonly spread: number;
}

async function killWhileTelling(stage: Stage, telling: Telling): Promise<void> {
  const { victim, author, addressee, prefix, kills, rate, spread } = telling;
  if (kills === 0) return;
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
