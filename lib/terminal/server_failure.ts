import type { DataDirError, DataDirErrorReason } from "../server/mod.ts";
import type { Failure } from "./failure.ts";
import type { Language } from "./language.ts";

/** Why a server can't start, or an operator's command can't be done. */
export type ServerFailureKind =
  | "portTaken"
  | "portForbidden"
  | "addressUnavailable"
  | "dataDirUnusable"
  | "keyDamaged"
  | "databaseDamaged"
  | "databaseNewer"
  | "databaseMissing";

const ofDataDir: Readonly<Record<DataDirErrorReason, ServerFailureKind>> = {
  unusable: "dataDirUnusable",
  damagedKey: "keyDamaged",
  damagedDatabase: "databaseDamaged",
  newerDatabase: "databaseNewer",
  noDatabase: "databaseMissing",
};

/** Puts into words why a server can't start; `undefined` for what no user can do anything about. */
export function serverFailure(
  error: unknown,
  { host, port, language }: { host: string | undefined; port: number; language: Language },
): Failure | undefined {
  const describe = language.serverFailures;
  if (isDataDirError(error)) return describe[ofDataDir[error.reason]](error.path);
  if (error instanceof Deno.errors.AddrInUse) return describe.portTaken(String(port));
  if (error instanceof Deno.errors.PermissionDenied) return describe.portForbidden(String(port));
  if (host !== undefined) return describe.addressUnavailable(host);
  return undefined;
}

/** By its name: the client, too, is made of this folder, and has no use for the server's code. */
function isDataDirError(error: unknown): error is DataDirError {
  return error instanceof Error && error.name === "DataDirError";
}
