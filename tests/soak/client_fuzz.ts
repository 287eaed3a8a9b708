import type { SeededRandom } from "../testing/seeded_random.ts";
import type { Encryption } from "./fuzzed_client.ts";
import { HostileServer } from "./hostile_server.ts";
import { inMib } from "./server_watch.ts";

/** What happens to one client. */
const stepsOfClient = 500;

/** One client in eight has real end-to-end encryption, whose keys take a while to make. */
const encryptions: readonly Encryption[] = [...Array(7).fill("plain"), "end-to-end"];

/** Meanwhile, of the client that goes on to the end, and whose memory is looked at. */
const stepsOfOldClient = 2_000;

/** 4,096 messages of 16 KiB may be held back behind a gap, and as many wait to be verified. */
const heapToleranceBytes = 192 * 1_048_576;

const reportPauseMs = 10_000;

/** Findings that are told; a thousand would be the same few. */
const maxFindings = 10;

/** What clients have been through. */
export interface ClientFuzzOutcome {
  readonly cases: number;
  readonly findings: readonly string[];
}

/** One client after the other, each at the mercy of a server that makes the same choices for the same seed. */
export async function fuzzClients(
  random: SeededRandom,
  clients: number,
  encryptions: readonly Encryption[],
): Promise<ClientFuzzOutcome> {
  let cases = 0;
  const findings: string[] = [];
  for (let i = 0; i < clients && findings.length < maxFindings; i++) {
    const server = new HostileServer(random.fork(), random.pick(encryptions));
    await server.run(stepsOfClient);
    cases += stepsOfClient;
    await server.client.end();
    findings.push(...server.client.findings);
  }
  return { cases, findings };
}

/** As many clients as there is time for, beside one that lives to the end. */
export async function fuzzClientFor(durationMs: number, random: SeededRandom): Promise<string[]> {
  const complaints: string[] = [];
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    complaints.push(`unhandled: ${event.reason?.stack ?? event.reason}`);
  });
  const old = new HostileServer(random.fork(), "plain");
  const startedAt = Date.now();
  let [cases, reportedAt, firstHeapBytes, heapBytes] = [0, startedAt, 0, 0];
  while (Date.now() < startedAt + durationMs && complaints.length < maxFindings) {
    const outcome = await fuzzClients(random.fork(), 20, encryptions);
    await old.run(stepsOfOldClient);
    cases += outcome.cases + stepsOfOldClient;
    complaints.push(...outcome.findings, ...old.client.findings);
    if (Date.now() < reportedAt + reportPauseMs) continue;
    reportedAt = Date.now();
    heapBytes = Deno.memoryUsage().heapUsed;
    firstHeapBytes ||= heapBytes;
    console.log(`client ${cases}; heap ${inMib(heapBytes)}; ${complaints.length} complaints`);
  }
  await old.client.end();
  if (heapBytes > firstHeapBytes + heapToleranceBytes) {
    complaints.push(`memory grew from ${inMib(firstHeapBytes)} to ${inMib(heapBytes)}`);
  }
  console.log(`cases: client ${cases}`);
  return complaints;
}
