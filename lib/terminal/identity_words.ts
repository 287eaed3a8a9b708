import { formatColumns } from "./command_help.ts";
import type { FlagError } from "./flag.ts";
import type { Language } from "./language.ts";

/** What `chat-client identity` can do, and whether a file's name follows. */
const identityCommands = { show: false, new: false, export: true, import: true } as const;

export type IdentityCommandName = keyof typeof identityCommands;

export interface IdentityCommand {
  readonly kind: IdentityCommandName;
  /** The file's name, where one belongs there; otherwise empty. */
  readonly path: string;
}

/** Reads the words behind `chat-client`. */
export function parseIdentityCommand(
  words: readonly string[],
): IdentityCommand | { readonly kind: "error"; readonly error: FlagError } {
  const [word, name, path, ...rest] = words;
  const stray = (argument: string) =>
    ({ kind: "error", error: { kind: "strayArgument", argument } }) as const;
  const missing = (flag: string) =>
    ({ kind: "error", error: { kind: "missingValue", flag } }) as const;
  if (word !== "identity") return stray(word ?? "");
  if (name === undefined) return missing(word);
  if (!Object.hasOwn(identityCommands, name)) return stray(name);
  const kind = name as IdentityCommandName;
  if (!identityCommands[kind]) return path === undefined ? { kind, path: "" } : stray(path);
  if (path === undefined) return missing(`${word} ${name}`);
  return rest[0] === undefined ? { kind, path } : stray(rest[0]);
}

/** A line a command, for `--help`. */
export function describeIdentityCommands(program: string, language: Language): string[] {
  const names = Object.keys(identityCommands) as IdentityCommandName[];
  return formatColumns(names.map((name) => {
    const file = identityCommands[name] ? ` ${language.filePlaceholder}` : "";
    return [`${program} identity ${name}${file}`, language.identityHelp[name]] as const;
  }));
}
