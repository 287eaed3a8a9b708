import type { Failure } from "./failure.ts";
import type { FlagError } from "./flag.ts";
import type { Language } from "./language.ts";

/** What is wrong with the arguments of `program`, in words. */
export function flagFailure(error: FlagError, program: string, language: Language): Failure {
  const seeHelp = language.seeHelp(program);
  switch (error.kind) {
    case "unknownFlag":
      return { error: language.unknownFlag(error.flag, error.suggestion), hint: seeHelp };
    case "strayArgument":
      return { error: language.strayArgument(error.argument), hint: seeHelp };
    case "unknownCommand":
      return { error: language.noSuchCommand(error.command, error.suggestion), hint: seeHelp };
    case "missingArgument": {
      const { command, expected } = error;
      const usage = `${program} ${command} ${language.placeholders[expected]}`;
      return { error: language.misused(usage), hint: seeHelp };
    }
    case "unwantedValue":
      return { error: `${error.flag}: ${language.expected.none}`, hint: seeHelp };
    case "missingValue":
      return { error: language.missingValue(error.flag), hint: seeHelp };
    case "badValue": {
      const { flag, value, expected } = error;
      return { error: language.badValue(flag, value), hint: language.expected[expected] };
    }
    default:
      return error satisfies never;
  }
}
