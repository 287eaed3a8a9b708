/** A program of this folder, started with Deno, that is spoken with line by line. */
export class ChildProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  /** @param flags for Deno, beside the permissions */
  constructor(fileName: string, args: readonly string[] = [], flags: readonly string[] = []) {
    const script = new URL(fileName, import.meta.url).pathname;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, "--allow-net", "--allow-sys", "--allow-env", script, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  /** The most memory that it has had so far, in bytes; on Linux. */
  peakBytes(): number {
    const status = Deno.readTextFileSync(`/proc/${this.#child.pid}/status`);
    return 1_024 * Number(status.match(/^VmHWM:\s+(\d+) kB$/m)![1]);
  }

  /** User and system time so far, in seconds: Linux counts a hundred ticks in each. */
  cpuSeconds(): number {
    const stat = Deno.readTextFileSync(`/proc/${this.#child.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** The next line that the program prints. */
  async read(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error("a process of the benchmark ended before its time");
    return value;
  }

  /** Sends a line and waits for the one that answers it. */
  async ask(line: string): Promise<string> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
    return await this.read();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#child.status;
  }
}

export async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
