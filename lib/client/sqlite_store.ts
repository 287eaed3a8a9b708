import { DatabaseSync, type StatementSync } from "node:sqlite";
import { makeOwnFile } from "../durable_file.ts";
import { type Change, type ClientStore, type Stored, StoreError } from "./store.ts";

/** Tells our databases from others': "chat" in ASCII. */
const applicationId = 0x63686174;

/** How long one process waits for another that is writing; it takes a few ms. */
const busyTimeoutMs = 5_000;

/**
 * What makes each version of the schema of the one before it; the first of an empty file. A version that
 * was ever released is never changed.
 */
const migrations: readonly string[] = [
  // AUTOINCREMENT: no version comes twice, not even after its record was deleted
  `CREATE TABLE records (
     version INTEGER PRIMARY KEY AUTOINCREMENT,
     key TEXT NOT NULL UNIQUE,
     value BLOB NOT NULL
   ) STRICT`,
];

/** The last character there is: what begins with a prefix comes before the prefix and this. */
const lastCharacter = "\u{10ffff}";

/** SQLite's SQLITE_CORRUPT and SQLITE_NOTADB. */
const damageCodes: ReadonlySet<unknown> = new Set([11, 26]);

/**
 * A store in a file, which several processes may have open.
 *
 * Every commit is on the disk when it returns (`synchronous=FULL`). `NORMAL` would lose nothing when the
 * process is killed, and takes 0.1 ms instead of 0.4 ms; but when the power fails it may take back the last
 * commits, and a ratchet taken back uses the same keys for other messages.
 */
export class SqliteStore implements ClientStore {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #keys: StatementSync;
  readonly #delete: StatementSync;
  readonly #insert: StatementSync;

  /**
   * Opens the store at `path`, and makes it where there is none.
   *
   * @throws {StoreError} where that can't be, as `reason` says; the file is then as it was
   */
  constructor(path: string) {
    this.#path = path;
    this.#database = this.#guard(() => open(path));
    const prepare = (sql: string) => this.#guard(() => this.#database.prepare(sql));
    this.#get = prepare("SELECT value, version FROM records WHERE key = ?");
    this.#keys = prepare("SELECT key FROM records WHERE key >= ? AND key < ?");
    this.#delete = prepare("DELETE FROM records WHERE key = ?");
    this.#insert = prepare("INSERT INTO records (key, value) VALUES (?, ?)");
  }

  get(key: string): Stored | undefined {
    return this.#guard(() => this.#get.get(key)) as Stored | undefined;
  }

  keys(prefix: string): string[] {
    const rows = this.#guard(() => this.#keys.all(prefix, prefix + lastCharacter));
    return rows.map(({ key }) => key as string).sort(); // SQLite's order is another beyond U+FFFF
  }

  commit(changes: readonly Change[]): boolean {
    return this.#guard(() =>
      inTransaction(this.#database, () => {
        const hold = changes.every(({ key, version }) => (this.get(key)?.version ?? 0) === version);
        if (!hold) return false;
        for (const { key, value } of changes) {
          this.#delete.run(key);
          if (value) this.#insert.run(key, value);
        }
        return true;
      })
    );
  }

  close(): void {
    this.#database.close();
  }

  #guard<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const code = (error as { errcode?: unknown }).errcode;
      const reason = error instanceof NewerVersion
        ? "newerVersion"
        : error instanceof Foreign || damageCodes.has(code)
        ? "damaged"
        : "unusable";
      throw error instanceof StoreError
        ? error
        : new StoreError(this.#path, reason, { cause: error });
    }
  }
}

class NewerVersion extends Error {}
class Foreign extends Error {}

function open(path: string): DatabaseSync {
  makeOwnFile(path); // SQLite gives its own files beside it the same mode
  using asItIs = new DatabaseSync(path, { readOnly: true }); // not to touch what isn't ours
  readVersion(asItIs);
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    inTransaction(database, () => migrate(database));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync): void {
  const version = readVersion(database);
  if (version === migrations.length) return;
  for (const migration of migrations.slice(version)) database.exec(migration);
  database.exec(`PRAGMA application_id = ${applicationId}`);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
}

/** The version of its schema; 0 where it is empty. */
function readVersion(database: DatabaseSync): number {
  const read = (sql: string) => Number(Object.values(database.prepare(sql).get()!)[0]);
  const version = read("PRAGMA user_version");
  const isEmpty = version === 0 && read("SELECT count(*) FROM sqlite_schema") === 0;
  if (isEmpty) return 0;
  if (read("PRAGMA application_id") !== applicationId || version < 1) throw new Foreign();
  if (version > migrations.length) throw new NewerVersion();
  return version;
}

function inTransaction<Result>(database: DatabaseSync, action: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = action();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
