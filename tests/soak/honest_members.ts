import type { HonestReport, Sort } from "./honest_pair.ts";

const sorts: readonly Sort[] = ["global", "private"];

/** The honest pair, in a process of its own, and all that it has reported. */
export class HonestMembers {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;
  readonly #latencies: { readonly [key in Sort]: number[] } = { global: [], private: [] };
  readonly complaints: string[] = [];
  #newest: HonestReport | undefined;

  private constructor(port: number) {
    const script = new URL("honest_process.ts", import.meta.url).pathname;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-net", script, String(port)],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#lines = linesOf(this.#process.stdout);
  }

  static async enter(port: number): Promise<HonestMembers> {
    const members = new HonestMembers(port);
    await members.#line(); // they are in
    return members;
  }

  /** Asks for what has happened since the last time; after `finish` they are gone. */
  async ask(request: "report" | "finish" = "report"): Promise<HonestReport> {
    await this.#input.write(new TextEncoder().encode(`${request}\n`));
    const report: HonestReport = JSON.parse(await this.#line());
    for (const sort of sorts) this.#latencies[sort].push(...report.latencies[sort]);
    this.complaints.push(...report.complaints);
    return this.#newest = report;
  }

  /** Lets them finish, and waits for their process. */
  async finish(): Promise<void> {
    await this.ask("finish");
    await this.#input.close().catch(() => {}); // it may have gone before
    const { code } = await this.#process.status;
    if (code !== 0) this.complaints.push(`the honest members' process ended with ${code}`);
  }

  /** How long their messages took since the last call. */
  takeLatencies(): string {
    return sorts.map((sort) => `${sort} ${latencySummary(this.#latencies[sort].splice(0))}`)
      .join(", ");
  }

  /** How they have fared, on one line. */
  get summary(): string {
    const { sent = 0, received = 0, strangersMessages = 0 } = this.#newest ?? {};
    return `${received} of ${2 * sent} received, ` +
      `${strangersMessages} messages of attackers shown`;
  }

  async #line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error("the honest members' process ended before its time");
    return value;
  }
}

function latencySummary(latencies: readonly number[]): string {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]?.toFixed(1) ?? "-";
  return `p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)} ms`;
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
