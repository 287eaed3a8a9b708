import { BenchServer } from "./bench_server.ts";
import { ChildProcess } from "./child_process.ts";
import type { GoalName } from "./goals.ts";
import type { Latencies } from "./latency_process.ts";
import { connectMany, type LoadMember } from "./load_member.ts";

type Results = Partial<Record<GoalName, number>>;

/** A 100-byte text in its envelope. */
const envelope = new Uint8Array(111);
const pairs = 10;
const measuredMs = 4_000;
const warmUpMs = 1_000;

/** Ten pairs, in each of which one message goes to and fro. */
export async function oneInFlight(): Promise<Results> {
  return { private1: await cpuADelivery(1) };
}

/** Ten pairs, in each of which so many are under way to and fro. */
export async function manyInFlight(): Promise<Results> {
  return { private256: await cpuADelivery(256) };
}

export async function latency(): Promise<Results> {
  await using server = await BenchServer.start();
  await using pair = new ChildProcess("latency_process.ts", [String(server.port), "pair"]);
  await pair.read();
  await pair.ask("warm up");
  const { p50, p99 }: Latencies = JSON.parse(await pair.ask("measure"));
  return { latencyP50: p50, latencyP99: p99 };
}

/** Two real clients in one process, which seal and open what the server can't read. */
export async function endToEnd(): Promise<Results> {
  await using server = await BenchServer.start();
  await using pair = new ChildProcess("end_to_end_process.ts", [String(server.port)]);
  await pair.read();
  await pair.ask("warm up");
  const { p50, p99 }: Latencies = JSON.parse(await pair.ask("measure"));
  console.error(`  end to end: p99 ${p99.toFixed(2)} ms`);
  return { endToEndP50: p50 };
}

async function cpuADelivery(inFlight: number): Promise<number> {
  await using server = await BenchServer.start();
  const members = await connectMany(server.port, 2 * pairs);
  let deliveries = 0;
  let isOver = false;
  let nextId = 0n;
  const answer = (from: LoadMember, to: LoadMember) => {
    if (!isOver) from.send(to.name, nextId++, envelope);
  };
  for (let i = 0; i < members.length; i += 2) {
    const [a, b] = [members[i]!, members[i + 1]!];
    for (const [self, other] of [[a, b], [b, a]] as const) {
      self.onTold = () => {
        deliveries++;
        answer(self, other);
      };
    }
    for (let n = 0; n < inFlight; n++) answer(a, b);
  }
  await pause(warmUpMs);
  deliveries = 0;
  const cpuUs = await server.cpuUsOf(() => pause(measuredMs));
  const perSecond = Math.round(deliveries / measuredMs);
  console.error(`  ${inFlight} in flight: ${perSecond} k deliveries/s`);
  isOver = true;
  for (const member of members) member[Symbol.dispose]();
  return cpuUs / deliveries;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
