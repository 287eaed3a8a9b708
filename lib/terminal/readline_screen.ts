import process from "node:process";
import { createInterface, type Interface, type Key } from "node:readline";
import { PassThrough, Writable } from "node:stream";
import type { Completion } from "./complete.ts";
import { type InputLayout, layOutInput, maxWidth } from "./input_layout.ts";
import { InputDecoder, pastedLineEnd } from "./input_decoder.ts";
import type { InteractiveScreen } from "./interactive_chat.ts";
import { formatLine, type Line } from "./line.ts";
import { paintLine } from "./paint_line.ts";

const chatPrompt = "> ";
const bell = "\x07";
const bracketedPaste = { on: "\x1b[?2004h", off: "\x1b[?2004l" } as const;
const secretMask = "*";
const clearDown = "\r\x1b[J";
/** Columns that a status leaves, where there are so many, to the line being written. */
const minLineWidth = 28;
/** As much as a status is in any case. */
const minStatusWidth = 12;
const clearScreen = "\x1b[2J\x1b[H";
export interface ReadlineScreenOptions {
  readonly hasColor: boolean;
}

/**
 * This process's terminal. node:readline reads keys and edits the line; drawing is done here, so that
 * what is shown goes above the line being written, whatever its characters and its length. A line that
 * was entered is taken off the screen: it comes back as what became of it.
 */
export class ReadlineScreen implements InteractiveScreen {
  readonly #hasColor: boolean;
  readonly #readline: Interface;
  /** What node:readline reads. */
  readonly #keys = new PassThrough();
  readonly #decoder = new InputDecoder();
  readonly #utf8 = new TextDecoder();
  readonly #ended = Promise.withResolvers<void>();
  readonly #entered: string[] = [];
  #wake: (() => void) | undefined;
  /** `undefined` while nothing is asked for. */
  #prompt: string | undefined;
  /** Whether what is asked for is to be read by nobody. */
  #isSecret = false;
  /** What stands before the prompt for lines. */
  #status = "";
  #drawn: InputLayout | undefined;
  #isDrawingDue = false;
  #isEnded = false;
  #complete: (line: string) => Completion = (line) => [[], line];

  constructor({ hasColor }: ReadlineScreenOptions) {
    this.#hasColor = hasColor;
    this.#readline = createInterface({
      input: this.#keys,
      output: new Writable({ write: (_chunk, _encoding, done) => done() }),
      terminal: true,
      prompt: "",
      removeHistoryDuplicates: true,
      completer: (line: string) => this.#showCandidates(this.#complete(line)),
    });
    this.#readline.on("line", (line) => this.#enter(line));
    this.#readline.on("history", (history) => this.#forgetAnswers(history));
    this.#readline.on("SIGINT", () => this.#interrupt());
    this.#readline.on("SIGTSTP", () => {}); // to stop itself a process needs more permission than to chat
    this.#readline.on("close", () => this.#end());
    this.#keys.on("keypress", (_, key: Key) => this.#clearOnDemand(key));
    process.stdin.setRawMode(true);
    process.stdin.on("data", this.#takeInput);
    process.stdin.on("end", () => this.close());
    process.stdout.on("resize", () => this.#drawSoon());
    process.stdout.write(bracketedPaste.on);
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  show(line: Line): void {
    const ring = line.tone === "privateToUs" || line.tone === "warning" ? bell : "";
    const text = this.#hasColor ? paintLine(line) : formatLine(line);
    process.stdout.write(`${this.#erased()}${text}\n${ring}${this.#drawing()}`);
  }

  showStatus(status: string): void {
    this.#status = status === "" ? "" : `${status} `;
    if (this.#prompt === chatPrompt) this.#drawSoon();
  }

  get statusWidth(): number {
    return Math.max(minStatusWidth, (process.stdout.columns ?? 80) - minLineWidth);
  }

  async ask(question: string): Promise<string | undefined> {
    this.#prompt = question;
    this.#drawSoon();
    const answer = await this.#next();
    this.#prompt = undefined;
    return answer;
  }

  /** As {@linkcode ask}, without showing what is typed. */
  async askSecret(question: string): Promise<string | undefined> {
    this.#isSecret = true;
    try {
      return await this.ask(question);
    } finally {
      this.#isSecret = false;
    }
  }

  async *lines(complete: (line: string) => Completion): AsyncIterable<string> {
    this.#complete = complete;
    this.#prompt = chatPrompt;
    this.#drawSoon();
    for (let line = await this.#next(); line !== undefined; line = await this.#next()) yield line;
  }

  /** Leaves the terminal as it was; what is shown from now on is simply written. */
  close(): void {
    this.#readline.close();
  }

  // ----------------------------------------------------------------------------------------- the input

  async #next(): Promise<string | undefined> {
    while (this.#entered.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#entered.shift();
  }

  /** Texts go in whole: key by key, node:readline measures the line anew for each. */
  readonly #takeInput = (chunk: Uint8Array): void => {
    for (const { kind, text } of this.#decoder.decode(this.#utf8.decode(chunk, { stream: true }))) {
      if (this.#isEnded) return; // a key before it was the last
      if (kind === "text") this.#readline.write(text);
      else this.#keys.emit("data", text); // at once, so that it keeps its place among the texts
    }
    this.#drawSoon();
  };

  #enter(line: string): void {
    const isAnswer = this.#prompt !== chatPrompt;
    const last = isAnswer && this.#prompt ? `${this.#prompt}${this.#masked(line)}\n` : "";
    process.stdout.write(this.#erased() + last);
    if (isAnswer) this.#prompt = undefined;
    this.#entered.push(line.replaceAll(pastedLineEnd, "\n").trimEnd());
    this.#wake?.();
  }

  #clearOnDemand(key: Key): void {
    if (!key.ctrl || key.name !== "l") return;
    process.stdout.write(clearScreen);
    this.#drawn = undefined;
  }

  /** As shells do: a line that has been begun is dropped; otherwise it is time to go. */
  #interrupt(): void {
    if (this.#readline.line === "") return this.close();
    this.#readline.write(null, { ctrl: true, name: "e" }); // to the end of the line
    this.#readline.write(null, { ctrl: true, name: "u" }); // and all of it away
  }

  #showCandidates(completion: Completion): Completion {
    const [candidates] = completion;
    if (candidates.length > 1) this.show({ tone: "notice", head: "", text: candidates.join(" ") });
    return completion;
  }

  /** What was asked for isn't something to enter again. */
  #forgetAnswers(history: string[]): void {
    if (this.#prompt !== chatPrompt) history.length = 0;
  }

  #end(): void {
    process.stdout.write(this.#erased() + bracketedPaste.off);
    this.#prompt = undefined;
    process.stdin.setRawMode(false);
    process.stdin.off("data", this.#takeInput);
    process.stdin.pause(); // what is typed from now on is for whatever comes next
    this.#isEnded = true;
    this.#ended.resolve();
    this.#wake?.();
  }

  // ---------------------------------------------------------------------------------------- the output

  /** Draws the line being written once the keys that have come are all taken in. */
  #drawSoon(): void {
    if (this.#isDrawingDue) return;
    this.#isDrawingDue = true;
    queueMicrotask(() => {
      this.#isDrawingDue = false;
      process.stdout.write(this.#erased() + this.#drawing());
    });
  }

  /** Takes the drawn line off, and leaves the cursor where it began. */
  #erased(): string {
    if (!this.#drawn) return "";
    const { rows, cursorRow, beforeCursor } = this.#drawn;
    this.#drawn = undefined;
    const above = rows.slice(0, cursorRow).reduce((sum, row) => sum + countRows(row), 0);
    return up(above + countRows(beforeCursor) - 1) + clearDown;
  }

  #masked(line: string): string {
    return this.#isSecret ? secretMask.repeat(line.length) : line;
  }

  #drawing(): string {
    if (this.#prompt === undefined) return "";
    const { line, cursor } = this.#readline;
    const { columns = 80, rows: maxRows = 24 } = process.stdout;
    const prompt = this.#prompt === chatPrompt ? this.#status + this.#prompt : this.#prompt;
    const text = prompt + this.#masked(line);
    const layout = layOutInput(text, prompt.length + cursor, { columns, maxRows });
    this.#drawn = layout;
    const { rows, cursorRow, beforeCursor } = layout;
    return `${rows.join("\r\n")}${up(rows.length - 1 - cursorRow)}\r${beforeCursor}`;
  }
}

/** Rows that a terminal which was made narrower has broken a row into. */
function countRows(row: string): number {
  return Math.max(1, Math.ceil(maxWidth(row) / (process.stdout.columns ?? 80)));
}

function up(rows: number): string {
  return rows > 0 ? `\x1b[${rows}A` : "";
}
