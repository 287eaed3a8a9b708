import { checkRoom, delaysMs, describeDelays, haveAllShown } from "./room_checks.ts";
import { makeMembers, type Stage } from "./stage.ts";
import { steadily } from "./steadily.ts";
import type { Verdict } from "./verdict.ts";

const delayMs = 10;
/** Nothing new from anybody for so long: nothing will come. */
const patienceMs = 20_000;

export const roamDefaults = { messages: 1_000, rate: 20, moves: 10, resets: 3 };

/** A member on the move, whose address changes and whose connection breaks, misses nothing. */
export async function roam(
  stage: Stage,
  verdict: Verdict,
  flags: typeof roamDefaults,
): Promise<void> {
  await stage.startServer();
  const network = stage.addNetwork();
  network.change(({ up, down }) => {
    for (const { udp, tcp } of [up, down]) udp.delayMs = tcp.delayMs = delayMs;
  });
  const members = makeMembers(3);
  const [roamer, ...settled] = members;
  await stage.enter(settled);
  await stage.enter([roamer!], network.port);
  // each at its place, no two together
  const after = (n: number, of: number) => Math.floor((n + 1) * flags.messages / (of + 1));
  const moves = new Set(Array.from({ length: flags.moves }, (_, i) => after(i, flags.moves)));
  const resets = new Set(
    Array.from({ length: flags.resets }, (_, i) => after(i, flags.resets) + 3),
  );
  let isAddressNext = false;
  await steadily(
    flags.rate,
    async (n) => {
      if (moves.has(n)) {
        if (isAddressNext) network.changeAddresses();
        else network.changePorts();
        isAddressNext = !isAddressNext;
      }
      if (resets.has(n)) network.reset();
      await members[stage.random.below(members.length)]!.say(`message ${n}`);
    },
    (n) => n === flags.messages,
  );
  await stage.changes.untilStalled(
    () =>
      haveAllShown(members, flags.messages) &&
      members.reduce((sum, { numbered }) => sum + numbered.size, 0) === flags.messages,
    () => members.reduce((sum, { said }) => sum + said.length, 0),
    patienceMs,
  );
  const reconnected = roamer!.count("reconnected");
  verdict.note(`moved ${moves.size} times, connected anew ${reconnected} times`);
  verdict.note(`paths of the roamer: ${roamer!.paths.map(({ transport }) => transport).join(" ")}`);
  verdict.note(`delay: ${describeDelays(delaysMs(members))}`);
  verdict.check(reconnected === resets.size, `came back after each of ${resets.size} resets`);
  checkRoom(verdict, members, flags.messages);
}
