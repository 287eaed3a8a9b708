/**
 * The server program: flags, signals, wiring.
 *
 * Exit status: 0 after an orderly stop, 1 where it can't start or is stopped a second time.
 *
 * @module
 */
import { systemClock } from "./lib/clock.ts";
import { defaultPort } from "./lib/limits.ts";
import { type Server, startServer } from "./lib/server/mod.ts";
import {
  chooseLanguage,
  type Failure,
  flagFailure,
  formatFailure,
  reachableAddresses,
  readEnvironment,
  readFlags,
  serverBanner,
  serverFailure,
  serverFlags,
  ServerLog,
  serverUsage,
} from "./lib/terminal/mod.ts";
import { version } from "./lib/version.ts";

const program = "chat-server";

const { values, errors } = readFlags(serverFlags, Deno.args, readEnvironment);
const { host, port = defaultPort, data: dataDir = "./chat-data" } = values;
const language = chooseLanguage(values.lang, readEnvironment);

if (values.help) leave(serverUsage(program, language));
if (values.version) leave(`${program} ${version}`);
if (errors[0]) fail(flagFailure(errors[0], program, language));

const log = new ServerLog({ clock: systemClock, language, write: (line) => console.log(line) });
const server = await start();
const addresses = reachableAddresses(server.addr.hostname, Deno.networkInterfaces());
const { addr: { port: boundPort }, fingerprint } = server;
const clientCommand = Deno.build.standalone ? "chat-client" : "deno task client";
console.log(serverBanner({ addresses, port: boundPort, fingerprint, clientCommand, language }));

// from here on nothing but the network is needed
for (const name of ["read", "write", "env", "sys"] as const) Deno.permissions.revokeSync({ name });

let isStopping = false;
const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
for (const signal of signals) Deno.addSignalListener(signal, stop);

async function start(): Promise<Server> {
  try {
    const report = log.report.bind(log);
    return await startServer({ host, port, dataDir, maxMembers: values["max-members"], report });
  } catch (error) {
    const failure = serverFailure(error, { host, port, language });
    if (!failure) throw error;
    return fail(failure);
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

function leave(text: string): never {
  console.log(text);
  Deno.exit(0);
}

function fail(failure: Failure): never {
  console.error(formatFailure(failure));
  Deno.exit(1);
}
