/**
 * The server program: flags, signals, wiring.
 *
 * Exit status: 0 after an orderly stop or a command that was done; 1 where it can't start, or do what it
 * was told, or is stopped a second time.
 *
 * @module
 */
import { systemClock } from "./lib/clock.ts";
import { defaultPort } from "./lib/limits.ts";
import { Operator, type Server, startServer } from "./lib/server/mod.ts";
import {
  chooseLanguage,
  type Failure,
  flagFailure,
  formatFailure,
  reachableAddresses,
  readEnvironment,
  readFlags,
  runServerCommand,
  serverBanner,
  serverCommands,
  serverFailure,
  serverFlags,
  ServerLog,
  serverUsage,
} from "./lib/terminal/mod.ts";
import { version } from "./lib/version.ts";

const program = "chat-server";

const { values, command, errors } = readFlags(
  serverFlags,
  Deno.args,
  readEnvironment,
  serverCommands,
);
const { host, port = defaultPort, data: dataDir = "./chat-data", registration } = values;
const language = chooseLanguage(values.lang, readEnvironment);

if (values.help) leave(serverUsage(program, language));
if (values.version) leave(`${program} ${version}`);
if (errors[0]) fail(flagFailure(errors[0], program, language));
if (command) leave(operate(command));

const log = new ServerLog({ clock: systemClock, language, write });
const server = await start();
const addresses = reachableAddresses(server.addr.hostname, Deno.networkInterfaces());
const { addr: { port: boundPort }, fingerprint } = server;
const clientCommand = Deno.build.standalone ? "chat-client" : "deno task client";
write(serverBanner({ addresses, port: boundPort, fingerprint, clientCommand, language }));

// from here on nothing but the network is needed
for (const name of ["read", "write", "env", "sys"] as const) Deno.permissions.revokeSync({ name });

let isStopping = false;
const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
for (const signal of signals) Deno.addSignalListener(signal, stop);

async function start(): Promise<Server> {
  try {
    const report = log.report.bind(log);
    return await startServer({
      host,
      port,
      dataDir,
      maxMembers: values["max-members"],
      maxTransferRate: values["max-transfer-rate"],
      registration,
      report,
    });
  } catch (error) {
    return failFor(error);
  }
}

/** Does what an operator's command says, while the server runs or not; answers what there is to show. */
function operate(given: NonNullable<typeof command>): string {
  try {
    using operator = new Operator(dataDir);
    const result = runServerCommand(given, operator, { now: systemClock.wallTime(), language });
    return typeof result === "string" ? result : fail(result);
  } catch (error) {
    return failFor(error);
  }
}

async function stop(): Promise<void> {
  if (isStopping) Deno.exit(1);
  isStopping = true;
  log.write(language.stopping);
  await server.close();
  log.close();
  Deno.exit(0);
}

/** A full disk, or a terminal that was closed, keeps nobody from chatting. */
function write(text: string): void {
  try {
    console.log(text);
  } catch {
    // nobody can read it
  }
}

function leave(text: string): never {
  console.log(text);
  Deno.exit(0);
}

function failFor(error: unknown): never {
  const failure = serverFailure(error, { host, port, language });
  if (!failure) throw error;
  fail(failure);
}

function fail(failure: Failure): never {
  console.error(formatFailure(failure));
  Deno.exit(1);
}
