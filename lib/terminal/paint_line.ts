import { formatText, type Line, type Tone } from "./line.ts";

/** Colours of what a line begins with (ECMA-48 §8.3.117). */
const colors: Readonly<Record<Tone, string>> = {
  global: "\x1b[36m",
  privateToUs: "\x1b[1;35m",
  privateFromUs: "\x1b[35m",
  past: "\x1b[2m",
  notice: "\x1b[2m",
  warning: "\x1b[1;7;31m",
  mistake: "\x1b[31m",
};
const reset = "\x1b[0m";

/** Those of which all is coloured; of others it is what the line begins with. */
const coloredWhole: ReadonlySet<Tone> = new Set<Tone>(["past", "notice", "warning", "mistake"]);

/** A line in colours: all of what is ours or past, and of a new message what it begins with. */
export function paintLine(line: Line): string {
  const text = formatText(line);
  const [colored, plain] = coloredWhole.has(line.tone) ? [line.head + text, ""] : [line.head, text];
  return `${colors[line.tone]}${colored}${reset}${plain}`;
}
