import { formatLine, type Line } from "./line.ts";
import type { Screen } from "./screen.ts";
import { type ByteSink, TextWriter } from "./text_writer.ts";

/** Plain lines: what happens to one output, what can't be done to another. */
export class PipeScreen implements Screen {
  readonly #output: TextWriter;
  readonly #errors: TextWriter;

  constructor(output: ByteSink, errors: ByteSink) {
    this.#output = new TextWriter(output);
    this.#errors = new TextWriter(errors);
  }

  /** Whether the output couldn't be written, on a full disk say; that nobody reads it is no failure. */
  get hasFailed(): boolean {
    return this.#output.failure !== undefined;
  }

  /** Resolves when nobody reads the output any more, or it can't be written. */
  get broken(): Promise<void> {
    return this.#output.broken;
  }

  show(line: Line): void | Promise<void> {
    if (this.#output.isBroken) return; // whoever closed the output wants to hear no more
    const isForPeople = line.tone === "mistake" || line.tone === "warning";
    const writer = isForPeople ? this.#errors : this.#output;
    return writer.write(`${formatLine(line)}\n`);
  }

  /** Resolves when everything shown has been written. */
  async flushed(): Promise<void> {
    await Promise.all([this.#output.flushed(), this.#errors.flushed()]);
  }
}
