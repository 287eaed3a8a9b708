/** What a line is about, for a screen that has colours. */
export type Tone =
  /** Said to everybody. */
  | "global"
  /** Told to us alone. */
  | "privateToUs"
  /** Told by us. */
  | "privateFromUs"
  /** Said before we came. */
  | "past"
  | "notice"
  /** Something that nobody may overlook. */
  | "warning"
  /** Something that the user asked for and that can't be done. */
  | "mistake";

/** Something to show. Both parts are clean: see `cleanText`. */
export interface Line {
  readonly tone: Tone;
  /** What the line begins with, which nobody but this program writes. */
  readonly head: string;
  readonly text: string;
}

/** Set before every further line of a text, so that none can pass for the head of another. */
const continuation = "    ";

/** The text with its continuation lines. */
export function formatText({ text }: Line): string {
  return text.replaceAll("\n", `\n${continuation}`);
}

export function formatLine(line: Line): string {
  return line.head + formatText(line);
}

export function notice(text: string): Line {
  return { tone: "notice", head: "* ", text };
}
