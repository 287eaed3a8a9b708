import { datagramHeaderBytes, encodedMessage } from "../../lib/codec/mod.ts";
import { BenchServer } from "./bench_server.ts";
import { ChildProcess } from "./child_process.ts";
import type { GoalName } from "./goals.ts";
import type { Latencies } from "./latency_process.ts";
import { connectMany, type LoadMember } from "./load_member.ts";

type Results = Partial<Record<GoalName, number>>;

const text = "x".repeat(100);
const measuredMs = 5_000;
const deliveriesPerSecond = 20_000;
const authors = 10;
/** Header and tag. */
const datagramOverheadBytes = datagramHeaderBytes + 16;
/** Enough that every round of the server finds datagrams' worth of messages waiting. */
const inFlightPerAuthor = 32;
/** A message whose own copy has not come after this long was lost: UDP, and nobody repeats here. */
const lostAfterMs = 3_000;
/** What one of the messages takes in a datagram: an author's name is two letters long. */
const saidBytes = encodedMessage({
  kind: "said",
  seq: 1,
  from: "m0",
  id: 1n,
  sentAt: 1,
  text,
  signature: new Uint8Array(),
}).length;

/** Global messages at a steady pace. */
export async function steady(members: 100 | 1000): Promise<Results> {
  await using server = await BenchServer.start();
  const room = await connectMany(server.port, members);
  let deliveries = 0;
  for (const member of room) member.onSaid = () => deliveries++;
  const perSecond = deliveriesPerSecond / members;
  await sayAtPace(room, perSecond, 1_000);
  deliveries = 0;
  const cpuUs = await server.cpuUsOf(() => sayAtPace(room, perSecond, measuredMs));
  const expected = perSecond * measuredMs / 1_000 * members;
  console.error(`  ${members} members: ${deliveries} of ${expected} deliveries arrived`);
  dispose(room);
  return { [`global${members}`]: cpuUs / deliveries };
}

/** Global messages as fast as the server takes them. */
export async function saturated(members: 100 | 1000): Promise<Results> {
  await using server = await BenchServer.start();
  const room = await connectMany(server.port, members);
  const flood = new Flood(room);
  await pause(1_000);
  const before = flood.deliveries;
  const start = performance.now();
  const cpuUs = await server.cpuUsOf(() => pause(measuredMs));
  const seconds = (performance.now() - start) / 1_000;
  const deliveries = flood.deliveries - before;
  flood.stop();
  console.error(`  ${members} members: ${(cpuUs / deliveries).toFixed(2)} µs a delivery`);
  dispose(room);
  return { [`saturated${members}`]: deliveries / seconds / 1_000 };
}

/** Private messages while global ones take all that is left of the server. */
export async function latencyUnderFanOut(): Promise<Results> {
  await using server = await BenchServer.start();
  const room = await connectMany(server.port, 1_000);
  await using pair = new ChildProcess("latency_process.ts", [String(server.port), "pair"]);
  await pair.read();
  const flood = new Flood(room);
  await pause(500);
  const { p99 }: Latencies = JSON.parse(await pair.ask("measure"));
  flood.stop();
  dispose(room);
  return { latencyUnderFanOut: p99 };
}

/**
 * Ten authors, each with so many messages under way at any time. The rest only counts what comes, by its
 * length, since it shares a machine with the server: opening everything would measure the load, not the
 * server. What carries a probe is opened, and answered.
 */
class Flood {
  deliveries = 0;
  #isStopped = false;

  constructor(room: readonly LoadMember[]) {
    for (const member of room.slice(authors)) {
      member.shouldOpen = (datagram) => {
        const contentBytes = datagram.length - datagramOverheadBytes;
        const messages = Math.floor(contentBytes / saidBytes);
        this.deliveries += messages;
        return contentBytes !== messages * saidBytes;
      };
    }
    for (const author of room.slice(0, authors)) this.#keepSaying(author);
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #keepSaying(author: LoadMember): Promise<void> {
    const own = new Set<bigint>();
    let wake = () => {};
    author.onSaid = ({ from, id }) => {
      this.deliveries++;
      if (from === author.name && own.delete(id) && own.size === 0) wake();
    };
    while (!this.#isStopped) {
      own.clear();
      const ids = [...crypto.getRandomValues(new BigUint64Array(inFlightPerAuthor))];
      for (const id of ids) own.add(id);
      author.say(ids, text);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, lostAfterMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

async function sayAtPace(
  room: readonly LoadMember[],
  perSecond: number,
  durationMs: number,
): Promise<void> {
  const start = performance.now();
  const total = perSecond * durationMs / 1_000;
  for (let i = 0; i < total; i++) {
    const wait = start + i * 1_000 / perSecond - performance.now();
    if (wait > 0) await pause(wait);
    room[i % authors]!.say([crypto.getRandomValues(new BigUint64Array(1))[0]!], text);
  }
  await pause(100);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function dispose(room: readonly LoadMember[]): void {
  for (const member of room) member[Symbol.dispose]();
}
