import {
  historyBytes,
  historyMessages,
  mailLimits,
  maxOwners,
  rememberIdsMs,
  resumeMs,
} from "../../lib/limits.ts";
import { SqliteStore } from "../../lib/server/sqlite_store.ts";
import { outboxPrefix } from "../../lib/client/outbox_key.ts";
import { DayWorld } from "./day_world.ts";
import type { Stage } from "./stage.ts";
import type { Verdict } from "./verdict.ts";

const minute = 60_000;
const hour = 60 * minute;
const mib = 1_048_576;

export const dayDefaults = {
  hours: 24,
  members: 200,
  messages: 6_000,
  letters: 3_000,
  restarts: 5,
};

/** Simulated hours in one process, with everybody in it. */
export async function day(
  stage: Stage,
  verdict: Verdict,
  flags: typeof dayDefaults,
): Promise<void> {
  const dataDir = `${stage.dataDir}/server`;
  const startedAt = performance.now();
  const world = new DayWorld({
    ...flags,
    seed: stage.seed,
    openStore: () => new SqliteStore(dataDir),
  });
  world.begin();
  for (let h = 1; h <= flags.hours; h++) {
    await world.run(hour);
    const { room, letters } = world;
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
    verdict.note(
      `${h} h: ${world.present.length} present, ${room.said} said, ${room.shown} shown, ` +
        `${room.missing} missing, ${letters.written} written, ${letters.shown} shown, ` +
        `heap ${
          (heapBytes() / mib).toFixed(1)
        } MiB, ids ${room.rememberedIds}, events ${world.events}, ${seconds} s`,
    );
  }
  world.gather();
  await world.run(5 * minute);
  for (const [what, count] of world.reports) verdict.note(`${what}: ${count}`);
  for (const kind of world.complaints.kinds) {
    verdict.check(
      false,
      `${kind}: ${world.complaints.count(kind)}: ${world.complaints.describe(kind)}`,
    );
  }
}

function heapBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
void [historyBytes, historyMessages, mailLimits, maxOwners, rememberIdsMs, resumeMs, outboxPrefix];
