/**
 * A fuzzer: attackers misbehave in every way that they can think of, while two honest members chat, and
 * the server is watched.
 *
 * ```sh
 * deno task fuzz tcp-handshake|tcp-frames|udp|client|all [--minutes N] [--seed N]
 * ```
 *
 * It prints its seed: the same one makes the same choices again, though not at the same moments. Needs
 * Linux, for it reads `/proc`, to which Deno gives access only with all permissions.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { SeededRandom } from "../testing/seeded_random.ts";
import { pause } from "./attack.ts";
import { Campaign, modes } from "./campaign.ts";
import { fuzzClientFor } from "./client_fuzz.ts";
import { HonestMembers } from "./honest_members.ts";
import { inMib, ServerWatch } from "./server_watch.ts";
import { SoakServer } from "./soak_server.ts";

/** Attacked for so long, the server has compiled and cached what it will ever compile and cache. */
const warmUpMs = 20_000;

/** Before the first attack, the two chat for so long: how quick this machine is today. */
const calmMs = 10_000;

/** Attackers that were thrown out, or not yet, are gone after this long. */
const breakMs = 8_000;

/** An attacker's own mistakes, of which a hundred would say no more than one. */
const maxMistakes = 10;

if (import.meta.main) Deno.exit(await main(Deno.args) ? 0 : 1);

/** Whether all went well. */
async function main(args: string[]): Promise<boolean> {
  const options = parseArgs(args, { string: ["minutes", "seed"] });
  const mode = String(options._[0] ?? "all");
  const seed = Number(options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  const minutes = Number(options.minutes ?? 3);
  if (!(modes.includes(mode) || mode === "client" || mode === "all") || !(minutes > 0)) {
    console.error("usage: fuzz tcp-handshake|tcp-frames|udp|client|all [--minutes N] [--seed N]");
    return false;
  }
  console.log(`fuzz ${mode} --minutes ${minutes} --seed ${seed}`);
  const random = new SeededRandom(seed);
  const complaints: string[] = [];
  if (mode !== "client") {
    const chosen = mode === "all" ? modes : [mode];
    complaints.push(...await fuzzServer(chosen, minutes * 60_000, random.fork()));
  }
  if (mode === "client" || mode === "all") {
    complaints.push(...await fuzzClientFor(minutes * 60_000, random.fork()));
  }
  for (const complaint of complaints) console.log(`  ${complaint}`);
  console.log(complaints.length === 0 ? "PASS" : `FAIL (${complaints.length})`);
  return complaints.length === 0;
}

async function fuzzServer(
  chosen: readonly string[],
  durationMs: number,
  random: SeededRandom,
): Promise<string[]> {
  const server = await SoakServer.start();
  const port = await server.port;
  const honest = await HonestMembers.enter(port);
  const watch = new ServerWatch(server);
  const campaign = new Campaign(chosen, port, random);
  const report = async () => {
    await honest.ask();
    const { rssBytes, openFiles } = await watch.sample();
    const cpu = (await server.cpuSeconds()).toFixed(0);
    console.log(
      `${campaign.summary}; RSS ${inMib(rssBytes)}, ${openFiles} files, ${cpu} s of CPU; ` +
        `${honest.complaints.length} complaints`,
    );
  };
  try {
    await pause(calmMs);
    await honest.ask();
    const calm = honest.takeLatencies();
    await campaign.run(warmUpMs, report);
    await pause(breakMs);
    await watch.settle();
    await honest.ask();
    honest.takeLatencies(); // those of the break are neither
    await campaign.run(durationMs, report);
    console.log(`latencies: before ${calm}`);
    console.log(`latencies: under attack ${honest.takeLatencies()}`);
    await watch.calmDown();
    await honest.finish();
  } catch (error) {
    honest.complaints.push(String(error)); // a process is gone, and which one the rest will say
  }
  console.log(`cases: ${campaign.summary}`);
  console.log(`server: ${await watch.summary()}`);
  console.log(`honest: ${honest.summary}`);
  const complaints = [
    ...await watch.complaints(),
    ...honest.complaints,
    ...campaign.mistakes.slice(0, maxMistakes).map((mistake) => `an attacker: ${mistake}`),
  ];
  await server.stop();
  return complaints;
}
