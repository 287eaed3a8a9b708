import config from "../../deno.json" with { type: "json" };

const root = new URL("../../", import.meta.url);

/** What a program leaves behind. */
export interface Outcome {
  readonly code: number;
  readonly output: readonly string[];
  readonly errors: readonly string[];
}

/** One of the programs in a process of its own, with the permissions that its task gives it. */
export class Program {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: Lines;
  readonly #errors: Lines;

  constructor(task: keyof typeof config.tasks, ...args: string[]) {
    const [, ...taskArgs] = config.tasks[task].split(" ");
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [...taskArgs, ...args],
      cwd: root,
      env: { LC_ALL: "C", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#output = new Lines(this.#process.stdout);
    this.#errors = new Lines(this.#process.stderr);
  }

  /** Writes a line to its standard input. */
  async enter(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Resolves with the first line of its output, past or to come, that matches. */
  prints(pattern: RegExp): Promise<RegExpMatchArray> {
    return this.#output.find(pattern);
  }

  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Ends its standard input and waits for it. */
  async finish(): Promise<Outcome> {
    await this.#input.close().catch(() => {}); // it may have gone before
    const [{ code }, output, errors] = await Promise.all([
      this.#process.status,
      this.#output.ended,
      this.#errors.ended,
    ]);
    return { code, output, errors };
  }
}

/** The lines of a stream, as they come. */
class Lines {
  readonly ended: Promise<readonly string[]>;
  readonly #lines: string[] = [];
  #onLine: () => void = () => {};
  #isEnded = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#read(stream);
  }

  async find(pattern: RegExp): Promise<RegExpMatchArray> {
    for (let i = 0;; i++) {
      while (i === this.#lines.length) {
        if (this.#isEnded) throw new Error(`Nothing matched ${pattern}: ${this.#lines.join("\n")}`);
        await new Promise<void>((resolve) => this.#onLine = resolve);
      }
      const match = this.#lines[i]!.match(pattern);
      if (match) return match;
    }
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<readonly string[]> {
    const utf8 = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + utf8.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      this.#lines.push(...lines);
      this.#onLine();
    }
    this.#isEnded = true;
    this.#onLine();
    return rest === "" ? this.#lines : [...this.#lines, rest];
  }
}
