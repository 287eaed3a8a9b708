import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { migrate, migrations, versionOf } from "../../lib/server/migrations.ts";

const steps = [
  "CREATE TABLE fruit (name TEXT); INSERT INTO fruit VALUES ('apple')",
  "ALTER TABLE fruit ADD COLUMN colour TEXT DEFAULT 'red'",
];

function fruit(database: DatabaseSync): unknown[] {
  return database.prepare("SELECT * FROM fruit").all().map((row) => ({ ...row }));
}

Deno.test("migrate() brings an empty database to the newest version", () => {
  using database = new DatabaseSync(":memory:");
  migrate(database);
  assertEquals(versionOf(database), migrations.length);
});

Deno.test("migrate() brings an older database up, and leaves the newest one alone", () => {
  using database = new DatabaseSync(":memory:");
  migrate(database, steps.slice(0, 1));
  assertEquals(versionOf(database), 1);
  for (let i = 0; i < 2; i++) {
    migrate(database, steps);
    assertEquals(versionOf(database), 2);
    assertEquals(fruit(database), [{ name: "apple", colour: "red" }]);
  }
});

Deno.test("migrate() takes a step all or not at all", () => {
  using database = new DatabaseSync(":memory:");
  const broken = [steps[0]!, "INSERT INTO fruit VALUES ('pear'); nonsense"];
  assertThrows(() => migrate(database, broken));
  assertEquals(versionOf(database), 1);
  assertEquals(fruit(database), [{ name: "apple" }]);
  assertEquals(database.isTransaction, false);
});
