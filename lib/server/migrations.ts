import type { DatabaseSync } from "node:sqlite";

/**
 * What leads from each version of the database to the next, the first from an empty one. Append, and
 * never change what a release has had: databases out there have been through it.
 *
 * Numbers of 64 bits stand as text, since SQLite's have a sign. Times are ms since 1970.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE owners (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    identity_key BLOB NOT NULL,
    signing_key BLOB NOT NULL,
    claimed_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    is_banned INTEGER NOT NULL DEFAULT 0,
    supply TEXT NOT NULL DEFAULT '0',
    last_resort BLOB NOT NULL DEFAULT x''
  ) STRICT;
  CREATE INDEX banned_identity_keys ON owners (identity_key) WHERE is_banned = 1;
  CREATE INDEX banned_signing_keys ON owners (signing_key) WHERE is_banned = 1;

  CREATE TABLE key_packages (
    number INTEGER PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES owners (key) ON DELETE CASCADE,
    key_package BLOB NOT NULL
  ) STRICT;
  CREATE INDEX key_packages_of ON key_packages (owner);

  CREATE TABLE invitations (
    hash BLOB PRIMARY KEY,
    created_at INTEGER NOT NULL,
    used_by TEXT,
    used_at INTEGER
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE letters (
    delivery INTEGER PRIMARY KEY,
    author TEXT NOT NULL REFERENCES owners (key) ON DELETE CASCADE,
    author_name TEXT NOT NULL,
    addressee TEXT NOT NULL REFERENCES owners (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    envelope BLOB NOT NULL,
    accepted_at INTEGER NOT NULL,
    UNIQUE (author, id)
  ) STRICT;
  CREATE INDEX letters_for ON letters (addressee, delivery);
  CREATE INDEX letters_by_age ON letters (accepted_at);

  CREATE TABLE deliveries (
    reserved INTEGER NOT NULL
  ) STRICT;
  INSERT INTO deliveries VALUES (0);

  CREATE TABLE conclusions (
    author TEXT NOT NULL REFERENCES owners (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    conclusion TEXT NOT NULL,
    concluded_at INTEGER NOT NULL,
    PRIMARY KEY (author, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX conclusions_by_age ON conclusions (concluded_at);

  CREATE TABLE room (
    id TEXT NOT NULL
  ) STRICT;

  CREATE TABLE history (
    seq INTEGER PRIMARY KEY,
    said BLOB NOT NULL
  ) STRICT;
  `,
];

/** The version of a database: how many of the migrations it has been through. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()!.user_version);
}

/** Brings a database to the newest version, each step all or not at all. */
export function migrate(database: DatabaseSync, steps: readonly string[] = migrations): void {
  for (;;) {
    database.exec("BEGIN IMMEDIATE"); // no other process may be at the same step
    try {
      const version = versionOf(database);
      const step = steps[version];
      if (step !== undefined) database.exec(`${step}; PRAGMA user_version = ${version + 1}`);
      database.exec("COMMIT");
      if (step === undefined) return;
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }
}
