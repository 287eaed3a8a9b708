import { congestedBytes, rememberIdsMs, resumeMs } from "../../lib/limits.ts";
import { SqliteStore } from "../../lib/server/sqlite_store.ts";
import { bytesOf, checkComplaints, checkGathered } from "./day_checks.ts";
import { DayWorld, type Inhabitant } from "./day_world.ts";
import type { Stage } from "./stage.ts";
import type { Verdict } from "./verdict.ts";

const minute = 60_000;
const mib = 1_048_576;

/** Who has been undisturbed for so long has everything that was there when it began. */
const steadyMs = 5 * minute;
/** After the day; then nothing is on its way any more. */
const quietMs = 5 * minute;

/** Heap and buffers that a client takes for the id of a message that it has shown: a 64-bit number in a set. */
const bytesPerRememberedId = 80;
/** The same for another member: its record, and what its messages are verified with. */
const bytesPerContact = 1_024;
/** By so much memory may grow from the middle of the day to its end, besides those: noise of compiled code. */
const maxGrowthBytes = 6 * mib;
/** By so much more than at the beginning the server may hold without members, besides its history. */
const maxServerBytes = 12 * mib;

/** SQLite copies the log into the database after 1,000 pages (4 KiB and a header each), and begins it anew. */
const maxWalBytes = 1_000 * (4_096 + 24) + 2 * congestedBytes;
/** Names, keys and a last resort. */
const ownerBytes = 1_024;
/** Tables and indexes with nothing in them, and the pages that are begun. */
const emptyDatabaseBytes = 262_144;

export const dayDefaults = {
  hours: 24,
  members: 200,
  messages: 3_500,
  letters: 3_000,
  novel: 600,
  restarts: 5,
};

/** What was measured at the end of an hour. */
interface Measure {
  /** Besides the ids that clients remember, whom they know, and the server's history. */
  readonly heapBytes: number;
  /** Members that members know, over all. */
  readonly contacts: number;
  readonly databaseBytes: number;
  readonly walBytes: number;
  /** What the database has to hold: history, letters, owners. */
  readonly contentBytes: number;
}

/**
 * A day in the life of a chat, in one process and at a time of its own: members join, leave, sleep and talk, the
 * server is stopped and killed; at the end memory and database are where the limits say.
 */
export async function day(
  stage: Stage,
  verdict: Verdict,
  flags: typeof dayDefaults,
): Promise<void> {
  const dataDir = `${stage.dataDir}/server`;
  const world = new DayWorld({
    ...flags,
    seed: stage.seed,
    openStore: () => new SqliteStore(dataDir),
  });
  const emptyBytes = heapBytes();
  const startedAt = performance.now();
  world.begin();
  const measures: Measure[] = [];
  for (let hour = 1; hour <= flags.hours; hour++) {
    await world.run(60 * minute - steadyMs);
    await runSteadily(world);
    const measure = measureNow(world, dataDir);
    measures.push(measure);
    noteHour(verdict, world, hour, measure, performance.now() - startedAt);
  }
  world.gather();
  await world.run(quietMs);
  checkGathered(verdict, world);
  checkDatabase(verdict, measures);
  checkGrowth(verdict, measures);
  const historyBytes = bytesOf(world.server.store!.room.load().messages);

  world.disperse();
  await world.run(resumeMs + rememberIdsMs + minute);
  verdict.check(world.server.core!.registry.size === 0, "everybody has left");
  world.forgetInhabitants();
  const serverBytes = heapBytes() - emptyBytes - historyBytes;
  verdict.check(
    serverBytes <= maxServerBytes,
    `the server alone: ${inMib(serverBytes)} besides its history of ${inMib(historyBytes)}`,
  );
  world.server.stop("orderly");
  await world.run(minute);
  verdict.check(world.clock.pending === 0, `${world.clock.pending} timers left`);
  verdict.check(sizeOf(`${dataDir}/chat.db-wal`) === 0, "the database's log is in the database");
  checkComplaints(verdict, world);
  for (const [what, count] of [...world.reports].sort()) verdict.note(`${count} ${what}`);
  verdict.note(`to compare a replay by: ${world.digest}`);
}

/** Whoever nothing happens to for a while is shown everything meanwhile. */
export async function runSteadily(world: DayWorld): Promise<void> {
  const { newestSeq } = world.room;
  await world.run(steadyMs);
  for (const { member: { name } } of world.steadyFor(steadyMs)) {
    if (!world.room.hasUpTo(name, newestSeq)) {
      world.complaints.add("behind", `${name} ${newestSeq}`);
    }
  }
}

function noteHour(
  verdict: Verdict,
  world: DayWorld,
  hour: number,
  { heapBytes, contacts, databaseBytes }: Measure,
  tookMs: number,
): void {
  const { room, letters, present } = world;
  verdict.note([
    `${hour} h: ${present.length} present`,
    `${room.said} said, ${room.shown} times shown, ${room.missing} missing`,
    `${letters.written} private, ${letters.shown} shown`,
    `heap ${inMib(heapBytes)} besides ${room.rememberedIds} ids and ${contacts} contacts`,
    `database ${inMib(databaseBytes)}`,
    `${world.complaints.total} complaints`,
    `${(tookMs / 1_000).toFixed(0)} s`,
  ].join("; "));
}

function measureNow({ room, server, inhabitants }: DayWorld, dataDir: string): Measure {
  const store = server.store;
  const letterBytes = store?.mail.waiting().reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
  const historyBytes = bytesOf(store?.room.load().messages ?? []);
  const contacts = inhabitants.reduce((sum, each) => sum + contactsOf(each), 0);
  return {
    heapBytes: heapBytes() - historyBytes - room.rememberedIds * bytesPerRememberedId -
      contacts * bytesPerContact,
    contacts,
    databaseBytes: sizeOf(`${dataDir}/chat.db`),
    walBytes: sizeOf(`${dataDir}/chat.db-wal`),
    contentBytes: historyBytes + letterBytes + inhabitants.length * ownerBytes,
  };
}

/**
 * A database is as large as at its fullest, since pages that become free are used again; and pages of a B-tree are
 * at least half full.
 */
function checkDatabase(verdict: Verdict, measures: readonly Measure[]): void {
  const fullest = Math.max(...measures.map(({ contentBytes }) => contentBytes));
  const largest = Math.max(...measures.map(({ databaseBytes }) => databaseBytes));
  const allowed = 2 * fullest + emptyDatabaseBytes;
  verdict.check(
    largest <= allowed,
    `database: ${inMib(largest)} for ${inMib(fullest)}, of ${inMib(allowed)} allowed`,
  );
  const wal = Math.max(...measures.map(({ walBytes }) => walBytes));
  verdict.check(wal <= maxWalBytes, `its log: ${inMib(wal)} of ${inMib(maxWalBytes)} allowed`);
}

function checkGrowth(verdict: Verdict, measures: readonly Measure[]): void {
  const half = measures.slice(Math.floor(measures.length / 2)).map(({ heapBytes }) => heapBytes);
  const growth = half.at(-1)! - half[0]!;
  verdict.check(
    growth <= maxGrowthBytes,
    `heap: ${inMib(growth)} more than at half time, of ${inMib(maxGrowthBytes)} allowed`,
  );
}

function contactsOf({ member: { store } }: Inhabitant): number {
  return store.keys("contact/").length;
}

/** After a collection, where `--v8-flags=--expose-gc` lets us ask for one. */
function heapBytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  for (let time = 0; time < 2; time++) gc?.(); // the second finds what the first has still been sweeping
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

function inMib(bytes: number): string {
  return `${(bytes / mib).toFixed(1)} MiB`;
}
