import { MemoryStore } from "../../lib/server/memory_store.ts";
import { SqliteStore } from "../../lib/server/sqlite_store.ts";
import type { ServerStore } from "../../lib/server/store.ts";
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";

/** What every store promises, each promise with a store of its own. */
export function promise(what: string, test: (store: ServerStore) => void): void {
  const limits = { maxOwners: 3 };
  Deno.test(`MemoryStore ${what}`, () => test(new MemoryStore(limits)));
  Deno.test({
    name: `SqliteStore ${what}`,
    ignore: !mayUseFiles,
    fn: () =>
      withDataDir((dataDir) => {
        const store = new SqliteStore(dataDir, limits);
        try {
          test(store);
        } finally {
          store.close();
        }
      }),
  });
}
