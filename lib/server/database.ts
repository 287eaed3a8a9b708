import { DatabaseSync } from "node:sqlite";
import { makeOwnDirectory, makeOwnFile } from "../durable_file.ts";
import { databaseBusyMs } from "../limits.ts";
import { DataDirError } from "./data_dir_error.ts";
import { migrate, migrations, versionOf } from "./migrations.ts";

const fileName = "chat.db";

/** Whether a database is made where there is none. */
export type IfMissing = "create" | "fail";

/** A database that is open, and where it is. */
export interface OpenDatabase {
  readonly database: DatabaseSync;
  readonly path: string;
}

/**
 * Opens the server's database in `dataDir` and brings it to the newest version. What can't serve is left
 * as it was.
 *
 * @throws {DataDirError} whatever is wrong with it
 */
export function openDatabase(dataDir: string, ifMissing: IfMissing): OpenDatabase {
  const path = `${dataDir}/${fileName}`;
  try {
    if (ifMissing === "create") {
      makeOwnDirectory(dataDir);
      makeOwnFile(path); // SQLite would let everybody read it; its other files get the mode of this one
    }
    examine(path);
    return { path, database: openForWriting(path) };
  } catch (error) {
    throw dataDirErrorOf(error, path);
  }
}

/** What SQLite or the system says of the file at `path`, in our words; a bug of ours as it is. */
export function dataDirErrorOf(error: unknown, path: string): unknown {
  if (error instanceof Deno.errors.NotFound) return new DataDirError(path, "noDatabase", error);
  if (Object.values(Deno.errors).some((kind) => error instanceof kind)) {
    return new DataDirError(path, "unusable", error);
  }
  if (!(error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR")) {
    return error;
  }
  // Deno keeps SQLite's own code to itself, and gives its words, which SQLite has never changed
  const isDamaged = /not a database|malformed/.test(error.message);
  return new DataDirError(path, isDamaged ? "damagedDatabase" : "unusable", error);
}

/** Throws for a database that can't serve, without writing to it. */
function examine(path: string): void {
  Deno.statSync(path);
  using database = new DatabaseSync(path, { readOnly: true });
  database.exec(`PRAGMA busy_timeout = ${databaseBusyMs}`);
  const version = versionOf(database);
  if (version > migrations.length) throw new DataDirError(path, "newerDatabase");
  const [row] = database.prepare("PRAGMA quick_check(1)").all();
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  const isOurs = version > 0 || isEmpty;
  if (row?.quick_check !== "ok" || !isOurs) throw new DataDirError(path, "damagedDatabase");
}

function openForWriting(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(`
      PRAGMA busy_timeout = ${databaseBusyMs};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA foreign_keys = ON;
    `);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
