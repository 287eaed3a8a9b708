import { cleanName } from "./clean_text.ts";
import { type Command, commands, findCommand, namesOf } from "./command.ts";
import type { LanguageTag } from "./language.ts";

/** What a line's end could become, and the end itself, as node:readline wants them. */
export type Completion = [candidates: string[], completed: string];

/**
 * Completes the last word of a line: a command's name, the name of a member that a command takes, or
 * that of the member whom a text begins by addressing.
 */
export function complete(line: string, members: readonly string[], tag: LanguageTag): Completion {
  const commandStart = /^\/(\S*)$/.exec(line);
  if (commandStart) return [commandsFrom(commandStart[1]!, tag), line];
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
