import { type Command, type CommandName, commands, namesOf } from "./command.ts";
import type { Language } from "./language.ts";

/** How a command is written: `/tcp NAME TEXT`. */
export function usageOf({ name, parameters }: Command, language: Language): string {
  const words = parameters.map((each) => language.parameters[each]);
  return [`/${name[language.tag]}`, ...words].join(" ").trimEnd();
}

/** What can be entered, a line each. */
export function describeCommands(language: Language): string[] {
  const { bare, slash } = language.otherInput;
  const rows: [string, string][] = commands.map((command) => [
    usageOf(command, language),
    describe(command, command.id, language),
  ]);
  rows.push([bare.example, bare.help], [slash.example, slash.help]);
  return formatColumns(rows);
}

function describe(command: Command, id: CommandName, language: Language): string {
  const [, ...others] = namesOf(command, language.tag).map((name) => `/${name}`);
  const help = language.commandHelp[id];
  return others.length > 0 ? `${help} (${language.alsoNamed(others)})` : help;
}

/** Rows of a text each with its explanation, aligned. */
export function formatColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
