import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { BenchServer } from "./bench_server.ts";
import { ChildProcess } from "./child_process.ts";
import type { GoalName } from "./goals.ts";
import type { Latencies } from "./latency_process.ts";

type Results = Partial<Record<GoalName, number>>;

const gib = 2 ** 30;

/** Of a GiB each: enough for the time in which latency is measured. */
const preparedFiles = 5;

/** Two dumb members, from one to the other through the server. */
export async function relay(): Promise<Results> {
  await using server = await BenchServer.start();
  await using sides = await Sides.start(server.port);
  await sides.transfer(gib / 4); // warm up
  const before = await server.usage();
  const seconds = await sides.transfer(gib);
  const after = await server.usage();
  const grownMiB = (after.rssBytes - before.rssBytes) / 2 ** 20;
  console.error(`  server: ${((after.cpuUs - before.cpuUs) / 1e6).toFixed(2)} s of CPU for 1 GiB`);
  console.error(
    `  its memory: ${grownMiB.toFixed(1)} MiB more, ${Math.round(after.rssBytes / 2 ** 20)} MiB`,
  );
  return { relay: gib / 1e6 / seconds };
}

/** Private messages while a transfer goes as fast as it can. */
export async function latencyUnderTransfer(): Promise<Results> {
  await using server = await BenchServer.start();
  await using sides = await Sides.start(server.port);
  await using pair = new ChildProcess("latency_process.ts", [String(server.port), "pair"]);
  await pair.read();
  await pair.ask("warm up");
  let isOver = false;
  const transfers = (async () => {
    while (!isOver) await sides.transfer(gib / 4);
  })();
  const { p50, p99 }: Latencies = JSON.parse(await pair.ask("measure"));
  isOver = true;
  await transfers;
  console.error(`  during a transfer: p50 ${p50.toFixed(2)} ms`);
  return { latencyUnderTransfer: p99 };
}

/** A file from one client to another, through the server. */
export async function file(): Promise<Results> {
  await using server = await BenchServer.start();
  await using ends = await FileEnds.start(server.port, "relayed");
  const seconds = await ends.send(gib, server);
  const peaks = [...ends.peaks, server.peakBytes()].map((bytes) => bytes / 1e6);
  console.error(
    `  memory at most: sender, receiver, server ${peaks.map(Math.round).join(", ")} MB`,
  );
  return { file: gib / 1e6 / seconds, fileMemory: Math.max(...peaks) };
}

/** The same, straight from one to the other. */
export async function fileDirect(): Promise<Results> {
  await using server = await BenchServer.start();
  await using ends = await FileEnds.start(server.port, "direct");
  return { fileDirect: gib / 1e6 / await ends.send(gib, server) };
}

/** Private messages while files go through the server, one after the other. */
export async function latencyUnderFile(): Promise<Results> {
  await using server = await BenchServer.start();
  await using ends = await FileEnds.start(server.port, "relayed");
  await using pair = new ChildProcess("latency_process.ts", [String(server.port), "pair"]);
  await pair.read();
  await pair.ask("warm up");
  for (let i = 0; i < preparedFiles; i++) await ends.offer(gib);
  let isOver = false;
  const rates: number[] = [];
  const sending = (async () => {
    while (!isOver) {
      if (rates.length === preparedFiles) throw new Error("too few files for so fast a machine");
      rates.push(Math.round(gib / 1e6 / await ends.accept()));
    }
  })();
  const { p50, p99 }: Latencies = JSON.parse(await pair.ask("measure"));
  isOver = true;
  await sending;
  console.error(`  during files at ${rates.join(", ")} MB/s: p50 ${p50.toFixed(2)} ms`);
  return { latencyUnderFile: p99 };
}

/** Two clients, each in a process of its own, and a directory for their files. */
class FileEnds implements AsyncDisposable {
  readonly #directory: string;
  readonly #sender: ChildProcess;
  readonly #receiver: ChildProcess;

  private constructor(directory: string, sender: ChildProcess, receiver: ChildProcess) {
    this.#directory = directory;
    this.#sender = sender;
    this.#receiver = receiver;
  }

  static async start(port: number, way: "relayed" | "direct"): Promise<FileEnds> {
    const directory = await Deno.makeTempDir({ prefix: "chat-bench-" });
    const flags = ["--allow-read", "--allow-write"];
    const start = (name: string, other: string) =>
      new ChildProcess("file_process.ts", [
        ...[String(port), name, other],
        ...[`${directory}/received`, way],
      ], flags);
    const ends = new FileEnds(directory, start("ana", "bia"), start("bia", "ana"));
    await ends.#sender.read();
    await ends.#receiver.read();
    return ends;
  }

  /** The most memory that each has had, in bytes. */
  get peaks(): number[] {
    return [this.#sender.peakBytes(), this.#receiver.peakBytes()];
  }

  /** Sends one file, looks whether it has come as it was, and answers the seconds that it took. */
  async send(bytes: number, server: BenchServer): Promise<number> {
    await this.offer(bytes);
    const all = [this.#sender, this.#receiver, server];
    const before = all.map((each) => each.cpuSeconds());
    const seconds = await this.accept();
    const cpu = all.map((each, i) => (each.cpuSeconds() - before[i]!).toFixed(2));
    console.error(`  CPU: sender, receiver, server ${cpu.join(", ")} s, from accepting on`);
    const digests = await Promise.all(
      ["file", "received/file"].map((name) => digestOf(`${this.#directory}/${name}`)),
    );
    if (digests[0] !== digests[1]) throw new Error("another file has come than was sent");
    console.error(`  SHA-256 of both files: ${digests[0]}`);
    return seconds;
  }

  /** Makes the file, the first time, and offers it. */
  async offer(bytes: number): Promise<void> {
    const path = `${this.#directory}/file`;
    if (!existsSync(path)) await makeFile(path, bytes);
    await this.#sender.ask(path);
  }

  async accept(): Promise<number> {
    return Number(await this.#receiver.ask(""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sender[Symbol.asyncDispose]();
    await this.#receiver[Symbol.asyncDispose]();
    await Deno.remove(this.#directory, { recursive: true });
  }
}

async function makeFile(path: string, bytes: number): Promise<void> {
  const piece = new Uint8Array(65_536);
  using file = await Deno.open(path, { write: true, createNew: true });
  for (let left = bytes; left > 0; left -= piece.length) {
    await file.write(crypto.getRandomValues(piece).subarray(0, left));
  }
  await file.sync(); // rather than while it is measured
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1_048_576);
  for (let count; (count = await file.read(buffer)) !== null;) {
    hash.update(buffer.subarray(0, count));
  }
  return hash.digest("hex");
}

/** The two sides of transfers, each in a process of its own. */
class Sides implements AsyncDisposable {
  readonly #sides: readonly ChildProcess[];

  private constructor(sides: readonly ChildProcess[]) {
    this.#sides = sides;
  }

  static async start(port: number): Promise<Sides> {
    const sides = ["sender", "receiver"].map((role) =>
      new ChildProcess("transfer_process.ts", [String(port), role, role])
    );
    for (const side of sides) await side.read();
    return new Sides(sides);
  }

  /** Answers the seconds that it took. */
  async transfer(bytes: number): Promise<number> {
    const id = crypto.getRandomValues(new Uint8Array(16)).toHex();
    const seconds = await Promise.all(this.#sides.map((side) => side.ask(`${id} ${bytes}`)));
    return Math.max(...seconds.map(Number));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const side of this.#sides) await side[Symbol.asyncDispose]();
  }
}
