import { assert, assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteStore } from "../../lib/client/sqlite_store.ts";
import { StoreError } from "../../lib/client/store.ts";
import { mayNotWrite, withDirectory } from "../testing/temporary_directory.ts";
import { change, textOf } from "./store_contract.ts";

function test(name: string, body: (path: string) => void, ignore = mayNotWrite): void {
  Deno.test({ name, ignore, fn: () => withDirectory((dir) => body(`${dir}/store.sqlite`)) });
}

test("SqliteStore finds again what was written before", (path) => {
  const first = new SqliteStore(path);
  first.commit([change("a", "1", 0)]);
  first.commit([change("a", undefined, first.get("a")!.version), change("b", "2", 0)]);
  const lastVersion = first.get("b")!.version;
  first.close();
  const second = new SqliteStore(path);
  assertEquals([second.keys(""), textOf(second, "b")], [["b"], "2"]);
  second.commit([change("b", undefined, lastVersion)]);
  second.commit([change("c", "3", 0)]);
  assert(second.get("c")!.version > lastVersion);
  second.close();
});

test("SqliteStore lets one of two that go on from the same state win", (path) => {
  const [ana, bia] = [new SqliteStore(path), new SqliteStore(path)];
  ana.commit([change("ratchet", "1", 0)]);
  const { version } = bia.get("ratchet")!;
  assert(ana.commit([change("ratchet", "2 of ana", version)]));
  assertEquals(bia.commit([change("ratchet", "2 of bia", version)]), false);
  assertEquals(textOf(bia, "ratchet"), "2 of ana");
  ana.close();
  assert(bia.commit([change("ratchet", "3", bia.get("ratchet")!.version)]));
  bia.close();
});

test("SqliteStore keeps what was committed when the process is killed", (path) => {
  const store = new SqliteStore(path);
  store.commit([change("a", "1", 0)]);
  for (const suffix of ["", "-wal"]) Deno.copyFileSync(path + suffix, `${path}.copy${suffix}`);
  const copy = new SqliteStore(`${path}.copy`); // what a process that ended here would find
  assertEquals(textOf(copy, "a"), "1");
  for (const each of [store, copy]) each.close();
});

test("SqliteStore is its owner's alone", (path) => {
  const store = new SqliteStore(path);
  store.commit([change("a", "1", 0)]);
  for (const suffix of ["", "-wal", "-shm"]) {
    assertEquals(Deno.statSync(path + suffix).mode! & 0o777, 0o600, suffix);
  }
  store.close();
}, mayNotWrite || Deno.build.os === "windows");

function makeDatabase(path: string, ...statements: string[]): void {
  const database = new DatabaseSync(path);
  for (const statement of statements) database.exec(statement);
  database.close();
}

const unusable: readonly {
  readonly what: string;
  readonly make: (path: string) => void;
  readonly reason: StoreError["reason"];
}[] = [
  {
    what: "a newer version's file",
    make(path) {
      new SqliteStore(path).close();
      makeDatabase(path, "PRAGMA user_version = 2");
    },
    reason: "newerVersion",
  },
  {
    what: "a file that isn't a database",
    make: (path) => Deno.writeTextFileSync(path, "not a database ".repeat(100)),
    reason: "damaged",
  },
  {
    what: "somebody else's database",
    make: (path) => makeDatabase(path, "CREATE TABLE records (a)", "PRAGMA user_version = 1"),
    reason: "damaged",
  },
];

for (const { what, make, reason } of unusable) {
  test(`SqliteStore refuses ${what}, and leaves it as it was`, (path) => {
    make(path);
    const before = Deno.readFileSync(path);
    const error = assertThrows(() => new SqliteStore(path), StoreError);
    assertEquals([error.path, error.reason], [path, reason]);
    assertEquals(Deno.readFileSync(path), before);
  });
}

test("SqliteStore refuses a path where no file can be", (path) => {
  Deno.mkdirSync(path);
  for (const each of [path, `${path}/none/store`]) {
    assertEquals(assertThrows(() => new SqliteStore(each), StoreError).reason, "unusable");
  }
});

test("SqliteStore reports damage that it finds later", (path) => {
  const store = new SqliteStore(path);
  store.commit(Array.from({ length: 200 }, (_, i) => change(`${i}`, "x".repeat(1_000), 0)));
  store.close();
  const bytes = Deno.readFileSync(path);
  bytes.fill(0xff, 8_192);
  Deno.writeFileSync(path, bytes);
  const error = assertThrows(() => {
    const damaged = new SqliteStore(path);
    try {
      damaged.keys("");
    } finally {
      damaged.close();
    }
  }, StoreError);
  assertEquals(error.reason, "damaged");
});
