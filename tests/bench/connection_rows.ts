import { BenchServer } from "./bench_server.ts";
import type { GoalName } from "./goals.ts";
import { connectMany } from "./load_member.ts";

type Results = Partial<Record<GoalName, number>>;

const registered = 1_000;
const idle = 5_000;
/** Long enough for the room to have been told of everybody and for memory to settle. */
const settleMs = 5_000;

/** What it costs to let somebody in, to show who is there, and to tell the others. */
export async function registration(): Promise<Results> {
  await using server = await BenchServer.start();
  const warmUp = await connectMany(server.port, 100);
  for (const member of warmUp) member[Symbol.dispose]();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const members: Disposable[] = [];
  const cpuUs = await server.cpuUsOf(async () => {
    members.push(...await connectMany(server.port, registered));
  });
  for (const member of members) member[Symbol.dispose]();
  return { registration: cpuUs / registered / 1_000 };
}

export async function memory(): Promise<Results> {
  await using server = await BenchServer.start();
  const { rssBytes: before } = await server.usage();
  const members = await connectMany(server.port, idle, { udp: false });
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const { rssBytes: after } = await server.usage();
  for (const member of members) member[Symbol.dispose]();
  return { memory: (after - before) / idle / 1_024 };
}
