/** A word and where it stands. */
export interface Word {
  /** What it says, without quotes and what escapes. */
  readonly text: string;
  /** Index of its first code unit in the line. */
  readonly start: number;
  /** Index behind its last one. */
  readonly end: number;
  /** The quote that is still open at its end, where one is. */
  readonly quote: string | undefined;
}

/** What a backslash before it makes plain: all but what stands in names, so that `C:\photos` stays what it is. */
const escapable = /[^\p{L}\p{N}._\\/-]/u;

/**
 * Splits a line where there is white space outside quotes, as shells do: `a "b c" 'd e' f\ g` are four words. Within
 * quotes all stands for itself.
 */
export function splitWords(line: string): Word[] {
  const words: Word[] = [];
  let word: { text: string; start: number } | undefined;
  let quote: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (quote === undefined && /\s/.test(character)) {
      if (word) words.push({ ...word, end: i, quote });
      word = undefined;
      continue;
    }
    word ??= { text: "", start: i };
    if (character === quote) quote = undefined;
    else if (quote === undefined && (character === '"' || character === "'")) quote = character;
    else if (quote === undefined && character === "\\" && escapable.test(line[i + 1] ?? "a")) {
      word.text += line[++i];
    } else word.text += character;
  }
  if (word) words.push({ ...word, end: line.length, quote });
  return words;
}

/** The texts of all words; `undefined` where a quote is left open. */
export function wordsOf(line: string): string[] | undefined {
  const words = splitWords(line);
  return words.at(-1)?.quote === undefined ? words.map(({ text }) => text) : undefined;
}
