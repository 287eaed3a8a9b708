/**
 * The client program: flags, signals, wiring.
 *
 * Exit status: 0 where all went well; 1 where the room couldn't be entered or stayed in or, with a pipe on
 * standard input, where anything asked for couldn't be done; 128 and its number after a signal.
 *
 * @module
 */
import { ChatError, type Client, connect } from "./lib/client/mod.ts";
import { systemClock } from "./lib/clock.ts";
import {
  chatInteractively,
  chatThroughPipe,
  chooseLanguage,
  clientFlags,
  clientUsage,
  entryFailure,
  type Failure,
  flagFailure,
  formatFailure,
  PipeScreen,
  readEnvironment,
  readFlags,
} from "./lib/terminal/mod.ts";
import { ReadlineScreen } from "./lib/terminal/readline_screen.ts";
import { version } from "./lib/version.ts";

const program = "chat-client";

const { values, errors } = readFlags(clientFlags, Deno.args, readEnvironment);
const { server = "127.0.0.1", name } = values;
const language = chooseLanguage(values.lang, readEnvironment);

Deno.exit(await main());

async function main(): Promise<number> {
  if (values.help) return print(clientUsage(program, language));
  if (values.version) return print(`${program} ${version}`);
  if (errors[0]) return fail(flagFailure(errors[0], program, language));
  const isDumb = readEnvironment("TERM") === "dumb";
  const isTerminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal() && !isDumb;
  return await (isTerminal ? chatAtTerminal() : chatInPipe());
}

async function chatAtTerminal(): Promise<number> {
  const screen = new ReadlineScreen({ hasColor: !Deno.noColor });
  let signalStatus = 0;
  onSignals((status) => {
    signalStatus = status;
    screen.close();
  });
  const enter = (name: string) => connect({ server, name });
  const clock = systemClock;
  const failure = await chatInteractively({ screen, enter, server, name, language, clock });
  screen.close();
  return failure ? fail(failure) : signalStatus;
}

async function chatInPipe(): Promise<number> {
  if (name === undefined) return fail(language.noName);
  let client: Client;
  try {
    client = await connect({ server, name });
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return fail(entryFailure(error.code, { server, name, language }));
  }
  let signalStatus = 0;
  onSignals((status) => {
    signalStatus = status;
    void client.close();
  });
  const screen = new PipeScreen(Deno.stdout, Deno.stderr);
  const input = Deno.stdin.readable;
  const { failure, hasComplained } = await chatThroughPipe({
    client,
    input,
    screen,
    language,
    clock: systemClock,
  });
  if (failure) return fail(failure);
  return signalStatus || (hasComplained ? 1 : 0);
}

/** Calls back with the exit status that a signal stands for. */
function onSignals(leave: (status: number) => void): void {
  Deno.addSignalListener("SIGINT", () => leave(130));
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => leave(143));
}

function print(text: string): number {
  console.log(text);
  return 0;
}

function fail(failure: Failure): number {
  console.error(formatFailure(failure));
  return 1;
}
