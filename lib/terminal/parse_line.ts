import { type Command, findCommand, optionalParameters } from "./command.ts";
import { wordsOf } from "./split_words.ts";

/** What a line that was entered asks for. */
export type Input =
  | { readonly kind: "nothing" }
  /** Something to say to everybody. */
  | { readonly kind: "text"; readonly text: string }
  | {
    readonly kind: "command";
    readonly command: Command;
    readonly args: readonly (string | undefined)[];
  }
  /** The command is there, but what it takes isn't. */
  | { readonly kind: "misused"; readonly command: Command }
  | { readonly kind: "unknownCommand"; readonly name: string };

/** Reads a line: `/command …`, `//text beginning with a slash`, or just text. */
export function parseLine(line: string): Input {
  if (line.trim() === "") return { kind: "nothing" };
  if (!line.startsWith("/")) return { kind: "text", text: line };
  if (line.startsWith("//")) return { kind: "text", text: line.slice(1) };
  const [, name = "", rest = ""] = /^\/(\S*)\s*([^]*)$/.exec(line)!;
  const command = findCommand(name);
  if (!command) return { kind: "unknownCommand", name };
  const args = splitArguments(rest, command);
  return args ? { kind: "command", command, args } : { kind: "misused", command };
}

/**
 * One argument a parameter, `undefined` for what may be missing and is, and as many paths as there are; `undefined`
 * where there are more or fewer.
 */
function splitArguments(
  rest: string,
  { parameters }: Command,
): (string | undefined)[] | undefined {
  const args: (string | undefined)[] = [];
  for (const parameter of parameters) {
    if (parameter === "paths" || parameter === "directory") {
      const paths = wordsOf(rest);
      const most = parameter === "paths" ? Infinity : 1;
      const least = parameter === "paths" ? 1 : 0;
      if (!paths || paths.length < least || paths.length > most || paths.includes("")) {
        return undefined;
      }
      return [...args, ...paths];
    }
    const [, argument = "", after = ""] = patterns[parameter].exec(rest)!;
    if (argument.trim() !== "") {
      args.push(argument);
      rest = after;
    } else if (optionalParameters.has(parameter)) args.push(undefined);
    else return undefined;
  }
  return rest.trim() === "" ? args : undefined;
}

/** What an argument is, and what is left behind it. */
const patterns = {
  member: /^(\S*)\s*([^]*)$/,
  answer: /^(\S*)\s*([^]*)$/,
  number: /^(?:(\d+)(?:\s+|$))?([^]*)$/,
  text: /^([^]*)$/,
} as const;
