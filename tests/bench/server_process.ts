/**
 * The server under measurement, in a process of its own: prints its port, then for each line on standard
 * input what it has used so far. Flood limits are out of the way, since a flood is what is measured.
 *
 * @module
 */
import process from "node:process";
import { startServer } from "../../lib/server/mod.ts";

/** What a process has used since it started. */
export interface Usage {
  /** User and system time, in µs. */
  readonly cpuUs: number;
  /** Resident memory. */
  readonly rssBytes: number;
}

if (import.meta.main) {
  const unlimited = { burst: 1e9, perSecond: 1e9 };
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    floodLimits: { say: unlimited, other: unlimited, repair: unlimited },
  });
  console.log(server.addr.port);
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  for await (const _ of lines) console.log(JSON.stringify(usage()));
  await server.close();
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, rssBytes: Deno.memoryUsage().rss };
}
