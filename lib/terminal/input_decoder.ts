/** What the terminal says that its user did. */
export type Keystrokes =
  /** Keys that may mean something to a line editor, as the terminal sends them. */
  | { readonly kind: "keys"; readonly text: string }
  /** Text to insert as it is, in one go. */
  | { readonly kind: "text"; readonly text: string };

/** Set around pasted text by a terminal in bracketed paste mode (xterm, "Bracketed Paste Mode"). */
const pasteStart = "\x1b[200~";
const pasteEnd = "\x1b[201~";

/** Stands for an end of line within a pasted text, so that pasting sends nothing by itself. */
export const pastedLineEnd = "⏎";

/** Escape alone is a key, and so is what begins with `ESC [` and isn't followed by a 2. */
const shortestHeldBack = 3;

/**
 * Tells text from keys. Within what is pasted nothing is a key: ends of lines become
 * {@linkcode pastedLineEnd}, tabs spaces, and other control characters nothing.
 */
export class InputDecoder {
  #isPasting = false;
  /** What may be the beginning of a mark, or of CRLF, whose rest has not come yet. */
  #heldBack = "";

  /** Takes input, cut anywhere. */
  *decode(input: string): Generator<Keystrokes> {
    let rest = this.#heldBack + input;
    for (;;) {
      const mark = this.#isPasting ? pasteEnd : pasteStart;
      const at = rest.indexOf(mark);
      if (at < 0) break;
      yield* this.#split(rest.slice(0, at));
      rest = rest.slice(at + mark.length);
      this.#isPasting = !this.#isPasting;
    }
    const end = rest.length - this.#unfinished(rest);
    this.#heldBack = rest.slice(end);
    yield* this.#split(rest.slice(0, end));
  }

  /** How many characters at the end of `rest` mean nothing before the next ones have come. */
  #unfinished(rest: string): number {
    if (this.#isPasting && rest.endsWith("\r")) return 1;
    const [mark, shortest] = this.#isPasting ? [pasteEnd, 1] : [pasteStart, shortestHeldBack];
    for (let length = mark.length - 1; length >= shortest; length--) {
      if (rest.endsWith(mark.slice(0, length))) return length;
    }
    return 0;
  }

  *#split(input: string): Generator<Keystrokes> {
    if (this.#isPasting) return yield* nonEmpty("text", cleanPaste(input));
    if (input.includes("\x1b")) return yield* nonEmpty("keys", input);
    const parts = input.split(/(\p{Cc}+)/u); // every other part is control characters
    for (const [i, part] of parts.entries()) yield* nonEmpty(i % 2 === 0 ? "text" : "keys", part);
  }
}

function* nonEmpty(kind: Keystrokes["kind"], text: string): Generator<Keystrokes> {
  if (text !== "") yield { kind, text };
}

function cleanPaste(text: string): string {
  return text
    .replace(/\r\n?|\n/g, pastedLineEnd)
    .replaceAll("\t", " ")
    .replace(/\p{Cc}/gu, "");
}
