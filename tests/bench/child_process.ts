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

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
