import config from "../../deno.json" with { type: "json" };
import { ChildProcess } from "./child_process.ts";
import type { Usage } from "./server_process.ts";

/** V8's options are the server's own. */
const v8Flags = config.tasks.server.split(" ").filter((word) => word.startsWith("--v8-flags="));

/** The server under measurement, as the benchmark sees it. */
export class BenchServer implements AsyncDisposable {
  readonly #process: ChildProcess;

  private constructor(readonly port: number, process: ChildProcess) {
    this.#process = process;
  }

  static async start(): Promise<BenchServer> {
    const process = new ChildProcess("server_process.ts", [], v8Flags);
    return new BenchServer(Number(await process.read()), process);
  }

  async usage(): Promise<Usage> {
    return JSON.parse(await this.#process.ask("usage"));
  }

  /** The most memory that it has had so far, in bytes. */
  peakBytes(): number {
    return this.#process.peakBytes();
  }

  /** User and system time so far, in seconds. */
  cpuSeconds(): number {
    return this.#process.cpuSeconds();
  }

  /** CPU time that the server spends while `work` runs, in µs. */
  async cpuUsOf(work: () => Promise<void>): Promise<number> {
    const before = await this.usage();
    await work();
    const after = await this.usage();
    return after.cpuUs - before.cpuUs;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
