import { cleanName } from "./clean_text.ts";
import { type Command, commands, findCommand, namesOf } from "./command.ts";
import type { LanguageTag } from "./language.ts";
import { splitWords } from "./split_words.ts";

/** What a line's end could become, and the end itself, as node:readline wants them. */
export type Completion = [candidates: string[], completed: string];

/** Names in the directory of this path, as the user writes it, those of directories with a `/` behind them. */
export type ListDirectory = (path: string) => readonly string[];

/**
 * Completes the last word of a line: a command's name, the name of a member or a path that a command takes, or
 * that of the member whom a text begins by addressing.
 */
export function complete(
  line: string,
  members: readonly string[],
  tag: LanguageTag,
  listDirectory?: ListDirectory,
): Completion {
  const commandStart = /^\/(\S*)$/.exec(line);
  if (commandStart) return [commandsFrom(commandStart[1]!, tag), line];
  const pathsStart = startOfPaths(line);
  if (pathsStart !== undefined) return completePath(line.slice(pathsStart), listDirectory);
  const { word, isMember } = lastWord(line);
  const candidates = isMember ? membersFrom(word, members) : [];
  const end = line.startsWith("/") ? " " : ": ";
  return [candidates.map((name) => name + end), word];
}

function commandsFrom(start: string, tag: LanguageTag): string[] {
  return commands.flatMap((command: Command) => {
    const names = start === "" ? [command.name[tag]] : namesOf(command, tag);
    const end = command.parameters.length > 0 ? " " : "";
    return names.filter((name) => name.startsWith(start.toLowerCase())).map((name) =>
      `/${name}${end}`
    );
  });
}

/** The word being written, and whether it stands where a member's name goes. */
function lastWord(line: string): { word: string; isMember: boolean } {
  const words = line.split(/\s+/);
  const word = words.at(-1)!;
  if (!line.startsWith("/")) return { word, isMember: words.length === 1 && word !== "" };
  const command = findCommand(words[0]!.slice(1));
  return { word, isMember: command?.parameters[words.length - 2] === "member" };
}

/**
 * Names that begin so, however they are capitalised and, unless that is how they were begun, accented;
 * none that could move the cursor.
 */
function membersFrom(start: string, members: readonly string[]): string[] {
  const usable = members.filter((name) => name === cleanName(name) && !/\s/.test(name)).toSorted();
  const asWritten = usable.filter((name) => beginsWith(name, start, lowerCase));
  return asWritten.length > 0 ? asWritten : usable.filter((name) => beginsWith(name, start, plain));
}

function beginsWith(name: string, start: string, fold: (text: string) => string): boolean {
  return fold(name).startsWith(fold(start));
}

function lowerCase(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

function plain(text: string): string {
  return lowerCase(text).normalize("NFD").replace(/\p{M}/gu, "");
}

/** Where the paths begin that a command takes; `undefined` where it takes none, or they aren't reached. */
function startOfPaths(line: string): number | undefined {
  const [, name] = /^\/(\S+)\s/.exec(line) ?? [];
  const parameters = name === undefined ? [] : findCommand(name)?.parameters ?? [];
  const takesPaths = parameters.some((each) => each === "paths" || each === "directory");
  if (!takesPaths) return undefined;
  const before = parameters[0] === "member" ? /^\/\S+\s+\S+\s+/ : /^\/\S+\s+(?:\d+\s+)?/;
  return before.exec(line)?.[0].length;
}

/** Completes the last of these words as a path, quoted as it has begun to be or, where it must be, by backslashes. */
function completePath(words: string, listDirectory: ListDirectory | undefined): Completion {
  const newest = splitWords(words).at(-1);
  const last = newest?.end === words.length ? newest : undefined;
  const written = last === undefined ? "" : words.slice(last.start);
  const text = last?.text ?? "";
  const directory = /^.*[/\\]/.exec(text)?.[0] ?? "";
  const start = text.slice(directory.length);
  const names = listDirectory?.(directory || ".") ?? [];
  const candidates = names
    .filter((name) => name.startsWith(start) && (start !== "" || !name.startsWith(".")))
    .filter((name) => name === cleanName(name))
    .toSorted()
    .map((name) => quote(directory + name, last?.quote));
  return [candidates, written];
}

function quote(path: string, mark: string | undefined): string {
  const isOpen = path.endsWith("/");
  if (mark !== undefined) return `${mark}${path}${isOpen ? "" : `${mark} `}`;
  return path.replace(/[^\p{L}\p{N}\p{M}._\\/:~-]/gu, "\\$&") + (isOpen ? "" : " ");
}
