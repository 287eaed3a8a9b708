import {
  IdentityFile,
  nameKey,
  newSecrets,
  normalServerAddress,
  ownerOf,
  type ProfileFiles,
} from "../client/mod.ts";
import { fingerprint } from "../crypto/mod.ts";
import { cleanName } from "./clean_text.ts";
import { clientFailure } from "./client_failure.ts";
import type { Failure } from "./failure.ts";
import type { IdentityCommand } from "./identity_words.ts";
import type { Language } from "./language.ts";
import { askNewPassphrase, type AskSecret, passphrasesFrom } from "./passphrase.ts";

/** Where identities are kept. */
export type IdentityFiles = Pick<
  ProfileFiles,
  "list" | "find" | "add" | "read" | "write" | "paths"
>;

export interface IdentityCommandOptions {
  readonly files: IdentityFiles;
  /** As it was given. */
  readonly server: string | undefined;
  readonly defaultServer: string;
  readonly name: string | undefined;
  /** Whether a new identity is to have a passphrase. */
  readonly sealsNew: boolean;
  /** Missing where there is nobody to ask. */
  readonly ask: AskSecret | undefined;
  readonly language: Language;
  readonly print: (line: string) => void;
}

/** Does it; answers why that couldn't be. */
export async function runIdentityCommand(
  { kind, path }: IdentityCommand,
  options: IdentityCommandOptions,
): Promise<Failure | undefined> {
  try {
    switch (kind) {
      case "show":
        return show(options);
      case "new":
        return await make(options);
      case "export":
        return await exportTo(path, options);
      case "import":
        return await importFrom(path, options);
      default:
        return kind satisfies never;
    }
  } catch (error) {
    return orThrow(error, options);
  }
}

function show({ files, ...options }: IdentityCommandOptions): Failure | undefined {
  let failure: Failure | undefined;
  let count = 0;
  for (const path of files.list()) {
    try {
      const file = files.read(path);
      if (!file || !isMeant(file, options)) continue;
      options.print(describe(file, options.language));
      count++;
    } catch (error) {
      failure ??= orThrow(error, { files, ...options }); // one damaged file doesn't hide the others
    }
  }
  if (count === 0 && !failure) options.print(options.language.noIdentities);
  return failure;
}

async function make(options: IdentityCommandOptions): Promise<Failure | undefined> {
  const { files, name, sealsNew, ask, language, print } = options;
  if (name === undefined) return language.noName;
  const owner = ownerOf(options.server ?? options.defaultServer, name);
  const path = files.paths(owner.server, name).identity;
  if (files.read(path)) return language.identityExists(path);
  const passphrase = await passphrasesFrom(ask, { sealsNew, language })("seal");
  const file = await IdentityFile.of(owner, newSecrets(), passphrase);
  if (!files.add(file)) return language.identityExists(path);
  print(language.identityMade(cleanName(file.name), file.server, fingerprint(file.signingKey)));
  return undefined;
}

async function exportTo(
  path: string,
  options: IdentityCommandOptions,
): Promise<Failure | undefined> {
  const { files, name, ask, language, print } = options;
  if (name === undefined) return language.noName;
  const server = options.server ?? options.defaultServer;
  const file = files.find(server, name);
  if (!file) return language.noIdentity(cleanName(name), server);
  if (!ask) return language.passphraseNeedsTerminal;
  const secrets = await open(file, options);
  const passphrase = await askNewPassphrase(ask, language);
  const copy = await IdentityFile.of(file, secrets, passphrase);
  if (!files.write(path, copy)) return language.fileExists(path);
  print(language.identityExported(path));
  return undefined;
}

async function importFrom(
  path: string,
  options: IdentityCommandOptions,
): Promise<Failure | undefined> {
  const { files, language, print } = options;
  const file = files.read(path);
  if (!file) return language.noFile(path);
  const who = cleanName(file.name);
  const where = cleanName(file.server);
  if (!isMeant(file, options)) return language.otherOwner(who, where);
  const place = files.paths(file.server, file.name).identity;
  if (files.read(place)) return language.identityExists(place);
  await open(file, options); // what doesn't open here would never let its owner in
  if (!files.add(file)) return language.identityExists(place);
  print(language.identityImported(who, where, fingerprint(file.signingKey)));
  return undefined;
}

async function open(file: IdentityFile, { ask, language }: IdentityCommandOptions) {
  const passphrase = passphrasesFrom(ask, { sealsNew: false, language });
  return await file.open(file.isSealed ? await passphrase("open") : undefined);
}

/** Whether a file is one of those that `--server` and `--name` ask for. */
function isMeant(
  file: IdentityFile,
  { server, name }: Pick<IdentityCommandOptions, "server" | "name">,
): boolean {
  const isServer = server === undefined || normalServerAddress(server) === file.server;
  return isServer && (name === undefined || nameKey(name) === nameKey(file.name));
}

function describe(file: IdentityFile, language: Language): string {
  const seal = file.isSealed ? language.isSealed : language.isNotSealed;
  const { server, name, signingKey } = file;
  return [cleanName(server), cleanName(name), fingerprint(signingKey), seal].join("  ");
}

function orThrow(error: unknown, options: IdentityCommandOptions): Failure {
  const { server, defaultServer, name = "", language } = options;
  const failure = clientFailure(error, { server: server ?? defaultServer, name, language });
  if (!failure) throw error;
  return failure;
}
