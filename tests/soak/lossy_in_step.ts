import { connect } from "../../lib/client/mod.ts";
import { pause } from "../../lib/clock.ts";
import { startServer } from "../../lib/server/mod.ts";
import { ChaosProxy } from "../testing/chaos_proxy.ts";
import { fastForward } from "../testing/fast_forward.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { judgeLossy, worsen } from "./lossy.ts";
import type { Member } from "./member.ts";
import { haveAllShown } from "./room_checks.ts";
import { makeMembers, type Stage } from "./stage.ts";
import type { Verdict } from "./verdict.ts";

/** Each way through a socket takes as long as this. */
const stepMs = 1;
/** Time for everybody to be on UDP before it gets worse. */
const calmMs = 1_000;
/** After the last message; beyond it nothing will come. */
const patienceMs = 60_000;

export const lossyInStepDefaults = { members: 20, messages: 1_000, rate: 150 };

/**
 * The same as `lossy` in one process, at a time that waits for the sockets: what it measures is the
 * protocol's doing alone, however busy the machine.
 */
export async function lossyInStep(
  stage: Stage,
  verdict: Verdict,
  flags: typeof lossyInStepDefaults,
): Promise<void> {
  const clock = new ManualClock();
  await fastForward(clock, play(stage, verdict, flags, clock), stepMs);
}

async function play(
  { seed, random }: Stage,
  verdict: Verdict,
  { members: count, messages, rate }: typeof lossyInStepDefaults,
  clock: ManualClock,
): Promise<void> {
  const server = await startServer({ host: "127.0.0.1", port: 0, clock });
  await using network = new ChaosProxy({ upstreamPort: server.addr.port, seed, clock });
  const members = makeMembers(count);
  const says: ((text: string) => Promise<void>)[] = [];
  const closes: (() => Promise<void>)[] = [];
  for (const member of members) {
    const address = `127.0.0.1:${network.port}`;
    const client = await connect({ server: address, name: member.name, clock });
    void listen(member, client, clock);
    says.push(async (text) => {
      const calledAt = clock.now();
      await client.say(text);
      member.take({ who: member.name, at: clock.now(), kind: "numbered", text, calledAt });
    });
    closes.push(() => client.close());
  }
  await pause(clock, calmMs);
  network.change(worsen);
  const startedAt = clock.now();
  for (let n = 0; n < messages; n++) {
    await pause(clock, startedAt + n * 1_000 / rate - clock.now());
    void says[random.below(count)]!(`message ${n}`);
  }
  const deadline = clock.now() + patienceMs;
  while (!haveAllShown(members, messages) && clock.now() < deadline) await pause(clock, stepMs);
  await pause(clock, calmMs); // for authors to hear of the last numbers
  judgeLossy(verdict, members, messages);
  for (const close of closes) await close();
  await server.close();
}

async function listen(
  member: Member,
  client: Awaited<ReturnType<typeof connect>>,
  clock: ManualClock,
): Promise<void> {
  for await (const event of client.events()) {
    const plain = "id" in event ? { ...event, id: String(event.id) } : event;
    member.take({ who: member.name, at: clock.now(), kind: "event", event: plain });
  }
}
