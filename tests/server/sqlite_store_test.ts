import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { DataDirError, type DataDirErrorReason } from "../../lib/server/data_dir_error.ts";
import { SqliteStore } from "../../lib/server/sqlite_store.ts";
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";
import { claimant, keyPackages } from "../testing/owners.ts";

const ana = claimant("ana", 1);

function test(name: string, fn: (dataDir: string) => void | Promise<void>): void {
  Deno.test({ name, ignore: !mayUseFiles, fn: () => withDataDir(fn) });
}

/** Opens a store that is closed at the end of its block. */
function open(dataDir: string): SqliteStore & Disposable {
  const store = new SqliteStore(dataDir);
  return Object.assign(store, { [Symbol.dispose]: () => store.close() });
}

function reasonOf(open: () => unknown): DataDirErrorReason {
  return assertThrows(open, DataDirError).reason;
}

test("SqliteStore finds everything again", (dataDir) => {
  {
    using store = open(dataDir);
    store.claim(ana, 5);
    store.ban(ana.key);
    store.publish(ana.key, keyPackages(7n, "last", "one"));
  }
  using store = open(dataDir);
  assertEquals(store.findOwner(ana.key), { ...ana, claimedAt: 5, lastSeenAt: 5, isBanned: true });
  assertEquals(store.published(ana.key), { supply: 7n, left: 1 });
});

Deno.test({
  name: "SqliteStore leaves files that only their owner can read",
  ignore: !mayUseFiles || Deno.build.os === "windows",
  fn: () =>
    withDataDir((dir) => {
      const dataDir = `${dir}/new`;
      using store = open(dataDir);
      store.claim(ana, 1);
      const files = [...Deno.readDirSync(dataDir)].map(({ name }) => name).toSorted();
      assertEquals(files, ["chat.db", "chat.db-shm", "chat.db-wal"]);
      for (const name of files) {
        assertEquals(Deno.statSync(`${dataDir}/${name}`).mode! & 0o777, 0o600, name);
      }
      assertEquals(Deno.statSync(dataDir).mode! & 0o777, 0o700);
    }),
});

test("SqliteStore.changed() notices once what another has written", (dataDir) => {
  using store = open(dataDir);
  using other = open(dataDir);
  assertEquals(store.changed(), false);
  store.claim(ana, 1);
  assertEquals(store.changed(), false);
  other.ban(ana.key);
  assertEquals([store.changed(), store.changed()], [true, false]);
  assertEquals(store.isBanned(ana), true);
});

test("SqliteStore lets one of two have a name, or use an invitation", (dataDir) => {
  using store = open(dataDir);
  using other = open(dataDir);
  const hash = new Uint8Array(32);
  store.addInvitation(hash, 1);
  assertEquals(other.claim(ana, 1, hash), "claimed");
  assertEquals(store.claim(ana, 1), "taken");
  assertEquals(store.claim(claimant("bia", 2), 1, hash), "invitationInvalid");
});

test("SqliteStore makes no database where there has to be one", (dataDir) => {
  const missing = `${dataDir}/missing`;
  assertEquals(reasonOf(() => new SqliteStore(dataDir, { ifMissing: "fail" })), "noDatabase");
  assertEquals(reasonOf(() => new SqliteStore(missing, { ifMissing: "fail" })), "noDatabase");
  assertEquals([...Deno.readDirSync(dataDir)], []);
});

/** Whether a database is refused for this reason, and left as it was, byte for byte. */
function assertRefused(dataDir: string, reason: DataDirErrorReason): void {
  const path = `${dataDir}/chat.db`;
  const before = Deno.readFileSync(path);
  assertEquals(reasonOf(() => new SqliteStore(dataDir)), reason);
  assertEquals(Deno.readFileSync(path), before);
}

test("SqliteStore refuses a database of a newer version, and leaves it as it was", (dataDir) => {
  open(dataDir).close();
  const database = new DatabaseSync(`${dataDir}/chat.db`);
  database.exec("PRAGMA user_version = 1000");
  database.close();
  assertRefused(dataDir, "newerDatabase");
});

test("SqliteStore refuses a file that is no database", (dataDir) => {
  Deno.writeTextFileSync(`${dataDir}/chat.db`, "no database ".repeat(1_000));
  assertRefused(dataDir, "damagedDatabase");
});

test("SqliteStore refuses a database that isn't a server's", (dataDir) => {
  const database = new DatabaseSync(`${dataDir}/chat.db`);
  database.exec("CREATE TABLE owners (somebody TEXT)");
  database.close();
  assertRefused(dataDir, "damagedDatabase");
});

test("SqliteStore refuses a database cut short, or overwritten in the middle", (dataDir) => {
  const path = `${dataDir}/chat.db`;
  const database = open(dataDir);
  for (let i = 0; i < 100; i++) database.claim(claimant(`ana${i}`, i, 1), 1);
  database.close();
  const whole = Deno.readFileSync(path);
  Deno.writeFileSync(path, whole.subarray(0, whole.length - 4_096));
  assertRefused(dataDir, "damagedDatabase");
  Deno.writeFileSync(path, whole.fill(0xaa, 4_096));
  assertRefused(dataDir, "damagedDatabase");
});

test("SqliteStore says where the directory can't serve", (dataDir) => {
  Deno.writeTextFileSync(`${dataDir}/file`, "");
  assertEquals(reasonOf(() => new SqliteStore(`${dataDir}/file`)), "unusable");
  Deno.mkdirSync(`${dataDir}/chat.db`);
  assertEquals(reasonOf(() => new SqliteStore(dataDir)), "unusable");
});

test("SqliteStore says so where the database fails under it", (dataDir) => {
  using store = open(dataDir);
  using database = new DatabaseSync(`${dataDir}/chat.db`);
  database.exec("DROP TABLE key_packages; DROP TABLE owners");
  assertEquals(reasonOf(() => store.findOwner(ana.key)), "unusable");
  assertEquals(reasonOf(() => store.claim(ana, 1)), "unusable");
});
