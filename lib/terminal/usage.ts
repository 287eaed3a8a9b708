import { clientFlags } from "./client_flags.ts";
import { describeCommands, formatColumns } from "./command_help.ts";
import type { FlagTable } from "./flag.ts";
import { describeIdentityCommands } from "./identity_words.ts";
import type { Language } from "./language.ts";
import { type ServerCommandName, serverCommands } from "./server_commands.ts";
import { serverFlags } from "./server_flags.ts";

/** What `chat-server --help` shows. */
export function serverUsage(program: string, language: Language): string {
  const flags = describeFlags(serverFlags, language.serverFlagHelp, language);
  const commands = Object.entries(serverCommands).map(([name, value]) => {
    const command = `${program} ${name} ${language.placeholders[value]}`.trimEnd();
    return [command, language.serverCommandHelp[name as ServerCommandName]] as const;
  });
  return [language.usage(program), "", ...flags, "", ...formatColumns(commands)].join("\n");
}

/** What `chat-client --help` shows. */
export function clientUsage(program: string, language: Language): string {
  const flags = describeFlags(clientFlags, language.clientFlagHelp, language);
  const identity = describeIdentityCommands(program, language);
  const commands = describeCommands(language);
  return [language.usage(program), "", ...flags, "", ...identity, "", ...commands].join("\n");
}

/** A line a flag: how it is written, what it does, and the variable in its place. */
function describeFlags<Table extends FlagTable>(
  table: Table,
  help: Readonly<Record<keyof Table, string>>,
  { placeholders }: Language,
): string[] {
  const rows = Object.entries(table).map(([name, { value, variable, letter }]) => {
    const start = letter ? `-${letter}, --${name}` : `--${name}`;
    const end = variable ? ` [${variable}]` : "";
    return [`${start} ${placeholders[value]}`.trimEnd(), help[name]! + end] as const;
  });
  return formatColumns(rows);
}
