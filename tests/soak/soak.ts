/**
 * Shows, between real processes, what the chat promises of bad networks and sudden deaths:
 *
 *     deno task soak NAME [--seed N] [flags of the scenario, each with a number]
 *
 * Prints the seed, what was measured, and PASS or FAIL; exits with 0 or 1.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { clientKills, clientKillsDefaults } from "./client_kills.ts";
import { cut, cutDefaults } from "./cut.ts";
import { day, dayDefaults } from "./day.ts";
import { lossy, lossyDefaults } from "./lossy.ts";
import { lossyInStep, lossyInStepDefaults } from "./lossy_in_step.ts";
import { roam, roamDefaults } from "./roam.ts";
import { serverKills, serverKillsDefaults } from "./server_kills.ts";
import { Stage } from "./stage.ts";
import { transferKills, transferKillsDefaults } from "./transfer_kills.ts";
import { Verdict } from "./verdict.ts";

type Flags = Record<string, number>;

/** A scenario, with its flags and their defaults. */
interface Scenario {
  readonly defaults: Flags;
  readonly run: (stage: Stage, verdict: Verdict, flags: Flags) => Promise<void>;
}

const scenarios: ReadonlyMap<string, Scenario> = new Map([
  scenario("lossy", lossyDefaults, lossy),
  scenario("lossy-in-step", lossyInStepDefaults, lossyInStep),
  scenario("cut", cutDefaults, cut),
  scenario("roam", roamDefaults, roam),
  scenario("server-kills", serverKillsDefaults, serverKills),
  scenario("client-kills", clientKillsDefaults, clientKills),
  scenario("day", dayDefaults, day),
  scenario("transfer-kills", transferKillsDefaults, transferKills),
]);

function scenario<Known extends Flags>(
  name: string,
  defaults: Known,
  run: (stage: Stage, verdict: Verdict, flags: Known) => Promise<void>,
): [string, Scenario] {
  return [name, { defaults, run: (stage, verdict, flags) => run(stage, verdict, flags as Known) }];
}

/** The scenario and its flags, or how to name them. */
function readArgs(): { name: string; chosen: Scenario; flags: Flags } | undefined {
  const { _: [name], ...texts } = parseArgs(Deno.args);
  const given = Object.fromEntries(
    Object.entries(texts).map(([flag, text]) => [flag, readNumber(String(text))]),
  );
  const chosen = scenarios.get(String(name));
  if (!chosen) return undefined;
  const flags = {
    seed: Math.floor(Math.random() * 2 ** 32),
    ...chosen.defaults,
    ...given,
  } as Flags;
  const known = new Set(["seed", ...Object.keys(chosen.defaults)]);
  const isRight = Object.entries(flags).every(([flag, value]) =>
    known.has(flag) && Number.isFinite(value)
  );
  return isRight ? { name: String(name), chosen, flags } : undefined;
}

/** A number, which may end in K, M or G for as many KiB, MiB or GiB. */
function readNumber(text: string): number {
  const unit = "KMG".indexOf(text.at(-1)!) + 1;
  return unit === 0 ? Number(text) : Number(text.slice(0, -1)) * 1_024 ** unit;
}

function usage(): string {
  const lines = [...scenarios].map(([name, { defaults }]) => {
    const flags = Object.entries({ seed: "N", ...defaults });
    return `  ${name} ${flags.map(([flag, value]) => `[--${flag} ${value}]`).join(" ")}`;
  });
  return ["usage: deno task soak NAME [--FLAG NUMBER]…", ...lines].join("\n");
}

/** The exit status. */
async function main(): Promise<number> {
  const args = readArgs();
  if (!args) {
    console.error(usage());
    return 1;
  }
  const { name, chosen, flags } = args;
  console.log(name, Object.entries(flags).map(([flag, value]) => `--${flag} ${value}`).join(" "));
  const verdict = new Verdict();
  await using stage = new Stage(flags.seed!);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      stage.killAll();
      Deno.exit(1);
    });
  }
  try {
    await chosen.run(stage, verdict, flags);
  } catch (error) {
    console.error(error);
    verdict.check(false, "the scenario came to its end");
  }
  console.log(verdict.hasPassed ? "PASS" : "FAIL");
  return verdict.hasPassed ? 0 : 1;
}

Deno.exit(await main());
