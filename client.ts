/**
 * The client program: flags, signals, wiring.
 *
 * Exit status: 0 where all went well; 1 where the room couldn't be entered or stayed in or, with a pipe on
 * standard input, where anything asked for couldn't be done; 128 and its number after a signal.
 *
 * @module
 */
import { promptSecret } from "@std/cli/prompt-secret";
import {
  type Client,
  connect,
  defaultDataDir,
  openProfile,
  ProfileFiles,
  ServerPins,
} from "./lib/client/mod.ts";
import { systemClock } from "./lib/clock.ts";
import { defaultHistory } from "./lib/limits.ts";
import {
  type AskSecret,
  chatInteractively,
  chatThroughPipe,
  chooseLanguage,
  clientFailure,
  clientFlags,
  clientUsage,
  defaultDownloads,
  Entrance,
  expandPath,
  type Failure,
  type FileOptions,
  flagFailure,
  formatFailure,
  homeOf,
  listDirectory,
  parseIdentityCommand,
  PipeScreen,
  readEnvironment,
  readFlags,
  runIdentityCommand,
} from "./lib/terminal/mod.ts";
import { ReadlineScreen } from "./lib/terminal/readline_screen.ts";
import { version } from "./lib/version.ts";

const program = "chat-client";
const defaultServer = "127.0.0.1";

/** How long leaving may take after a signal: longer than any farewell. */
const leavingPatienceMs = 10_000;

const { values, words, errors } = readFlags(clientFlags, Deno.args, readEnvironment, "words");
const { server = defaultServer, name, passphrase: sealsNew = false } = values;
const { history = defaultHistory } = values;
const { "accept-verified": acceptsFromVerified = false, "no-direct": isIndirect = false } = values;
const language = chooseLanguage(values.lang, readEnvironment);
const dataDir = values.data ?? defaultDataDir(readEnvironment, Deno.build.os);

const files = fileOptions();

Deno.exit(await main());

async function main(): Promise<number> {
  if (values.help) return print(clientUsage(program, language));
  if (values.version) return print(`${program} ${version}`);
  if (errors[0]) return fail(flagFailure(errors[0], program, language));
  if (dataDir === undefined) return fail(language.noDataDir);
  if (words.length > 0) return await manageIdentities(dataDir);
  const isDumb = readEnvironment("TERM") === "dumb";
  const isTerminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal() && !isDumb;
  return await (isTerminal ? chatAtTerminal(dataDir) : chatInPipe(dataDir));
}

async function manageIdentities(dataDir: string): Promise<number> {
  const command = parseIdentityCommand(words);
  if (command.kind === "error") return fail(flagFailure(command.error, program, language));
  const isTerminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const failure = await runIdentityCommand(command, {
    files: new ProfileFiles(dataDir),
    server: values.server,
    defaultServer,
    name,
    sealsNew,
    ask: isTerminal ? askSecret : undefined,
    language,
    print,
  });
  return failure ? fail(failure) : 0;
}

async function chatAtTerminal(dataDir: string): Promise<number> {
  const screen = new ReadlineScreen({ hasColor: !Deno.noColor });
  let signalStatus = 0;
  onSignals((status) => {
    signalStatus = status;
    screen.close();
  });
  const entrance = entranceTo(dataDir, (question) => screen.askSecret(question));
  const enter = (name: string, invitation = values.invite) => enterBy(entrance, name, invitation);
  const clock = systemClock;
  const { place } = files;
  const failure = await chatInteractively({
    ...{ screen, enter, server, name, language, clock, files },
    listDirectory: (path) => listDirectory(expandPath(path, place)),
  });
  screen.close();
  entrance.close();
  return failure ? fail(failure) : signalStatus;
}

async function chatInPipe(dataDir: string): Promise<number> {
  if (name === undefined) return fail(language.noName);
  const entrance = entranceTo(dataDir, undefined);
  let client: Client;
  try {
    client = await enterBy(entrance, name, values.invite);
  } catch (error) {
    entrance.close();
    const failure = clientFailure(error, { server, name, language });
    if (!failure) throw error;
    return fail(failure);
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
    files,
    history,
  });
  entrance.close();
  if (failure) return fail(failure);
  return signalStatus || (hasComplained ? 1 : 0);
}

function entranceTo(dataDir: string, ask: AskSecret | undefined): Entrance {
  return new Entrance({
    server,
    fingerprint: values.fingerprint,
    sealsNew,
    ask,
    language,
    openProfile: (name, passphrase) => openProfile({ dataDir, server, name, passphrase }),
    pins: new ServerPins(dataDir),
    connect: (options) =>
      connect({
        ...options,
        history,
        downloads: files.downloads,
        acceptsFromVerified,
        isDirect: !isIndirect,
      }),
  });
}

async function enterBy(
  entrance: Entrance,
  name: string,
  invitation: string | undefined,
): Promise<Client> {
  const client = await entrance.enter(name, invitation);
  // From here on the network is needed, and whatever files the user sends and receives: no list made beforehand has
  // all of those. So lib/transfer/ keeps what others send within the directory it is accepted into, where it takes the
  // place of nothing. Running programs and loading libraries was never allowed.
  Deno.permissions.revokeSync({ name: "env" });
  return client;
}

/** Where files are for this user. */
function fileOptions(): FileOptions {
  const place = { home: homeOf(readEnvironment, Deno.build.os), cwd: Deno.cwd() };
  const downloads = values.downloads === undefined
    ? defaultDownloads(place, isDirectory)
    : expandPath(values.downloads, place);
  return { downloads, acceptsFromVerified, place };
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function askSecret(question: string): Promise<string | undefined> {
  return Promise.resolve(promptSecret(question.trimEnd()) ?? undefined);
}

/**
 * Calls back with the exit status that a signal stands for. Whoever sends another one, or finds that leaving takes too
 * long, since nobody reads the output say, wants no more of it.
 */
function onSignals(leave: (status: number) => void): void {
  let isLeaving = false;
  const listen = (signal: Deno.Signal, status: number) =>
    Deno.addSignalListener(signal, () => {
      if (isLeaving) Deno.exit(status);
      isLeaving = true;
      systemClock.after(leavingPatienceMs, () => Deno.exit(status));
      leave(status);
    });
  listen("SIGINT", 130);
  if (Deno.build.os !== "windows") listen("SIGTERM", 143);
}

function print(text: string): number {
  console.log(text);
  return 0;
}

function fail(failure: Failure): number {
  console.error(formatFailure(failure));
  return 1;
}
