import config from "../../deno.json" with { type: "json" };
import { maxMemberLogLinesPerSecond, maxStrangerLogLinesPerSecond } from "../../lib/limits.ts";
import { english } from "../../lib/terminal/english.ts";

const root = new URL("../../", import.meta.url);

/** How a fault begins in the log, behind the time of day. */
const faultBeginning = english.fault("");

/** What a line in the log, a summary and a stop may add to the throttle's count. */
const logSlackLines = 50;

/** The real server in a process of its own, and what can be seen of it from outside. */
export class SoakServer {
  readonly #process: Deno.ChildProcess;
  readonly #dataDir: string;
  readonly #startedAt = Date.now();
  readonly #ended: Promise<unknown>;
  readonly #port = Promise.withResolvers<number>();
  #lineCount = 0;
  /** Faults in its log, and whatever it has written where nothing should be. */
  readonly faults: string[] = [];
  /** Whether its process is there. */
  isAlive = true;

  private constructor(dataDir: string) {
    this.#dataDir = dataDir;
    const [, ...taskArgs] = config.tasks.server.split(" ");
    const args = ["--host", "127.0.0.1", "--port", "0", "--data", dataDir, "--lang", "en"];
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [...taskArgs, ...args],
      cwd: root,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const lines = forEachLine(this.#process.stdout, (line) => this.#takeLine(line));
    const errors = forEachLine(this.#process.stderr, (line) => this.faults.push(line));
    const status = this.#process.status.then(({ code }) => {
      this.isAlive = false;
      this.#port.reject(new Error(`the server ended with ${code}: ${this.faults.join("\n")}`));
    });
    this.#port.promise.catch(() => {}); // whoever waits hears of it
    this.#ended = Promise.all([lines, errors, status]);
  }

  static async start(): Promise<SoakServer> {
    const server = new SoakServer(await Deno.makeTempDir({ prefix: "soak-" }));
    await server.port;
    return server;
  }

  get port(): Promise<number> {
    return this.#port.promise;
  }

  /** Resident memory, in bytes. */
  async rssBytes(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.#process.pid}/status`);
    return 1_024 * Number(status.match(/^VmRSS:\s+(\d+) kB$/m)![1]);
  }

  /** Files and sockets that it has open. */
  async openFiles(): Promise<number> {
    return (await Array.fromAsync(Deno.readDir(`/proc/${this.#process.pid}/fd`))).length;
  }

  /** User and system time so far, in seconds: Linux counts a hundred ticks in each. */
  async cpuSeconds(): Promise<number> {
    const stat = await Deno.readTextFile(`/proc/${this.#process.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** What its data take on disk. */
  async dataBytes(): Promise<number> {
    let bytes = 0;
    for await (const { name } of Deno.readDir(this.#dataDir)) {
      bytes += (await Deno.stat(`${this.#dataDir}/${name}`)).size;
    }
    return bytes;
  }

  /** Lines in its log, and how many there may be by now. */
  get log(): { readonly lines: number; readonly allowed: number } {
    const seconds = (Date.now() - this.#startedAt) / 1_000;
    const linesPerSecond = maxStrangerLogLinesPerSecond + maxMemberLogLinesPerSecond + 2; // summaries
    return { lines: this.#lineCount, allowed: linesPerSecond * seconds + logSlackLines };
  }

  /** Stops it in an orderly way, and takes its data away. */
  async stop(): Promise<void> {
    if (this.isAlive) this.#process.kill("SIGTERM");
    await this.#ended;
    await Deno.remove(this.#dataDir, { recursive: true });
  }

  #takeLine(line: string): void {
    this.#lineCount++;
    if (line.includes(faultBeginning)) this.faults.push(line);
    const port = line.match(/ port (\d+),/)?.[1];
    if (port) this.#port.resolve(Number(port));
  }
}

async function forEachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}
