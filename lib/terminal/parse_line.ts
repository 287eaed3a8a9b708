import { type Command, findCommand } from "./command.ts";

/** What a line that was entered asks for. */
export type Input =
  | { readonly kind: "nothing" }
  /** Something to say to everybody. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "command"; readonly command: Command; readonly args: readonly string[] }
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

/** One argument a parameter, an answer apart, which may be missing; `undefined` where there are more or fewer. */
function splitArguments(rest: string, { parameters }: Command): string[] | undefined {
  const args: string[] = [];
  for (const parameter of parameters) {
    const [, argument = "", after = ""] = parameter === "text"
      ? [rest, rest]
      : /^(\S*)\s*([^]*)$/.exec(rest)!;
    if (argument.trim() === "" && parameter === "answer") break;
    if (argument.trim() === "") return undefined;
    args.push(argument);
    rest = after;
  }
  return rest.trim() === "" ? args : undefined;
}
