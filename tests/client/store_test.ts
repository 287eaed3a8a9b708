import { MemoryStore } from "../../lib/client/memory_store.ts";
import { SealedStore } from "../../lib/client/sealed_store.ts";
import { SqliteStore } from "../../lib/client/sqlite_store.ts";
import { mayNotWrite, withDirectory } from "../testing/temporary_directory.ts";
import { testStore } from "./store_contract.ts";

testStore("MemoryStore", {
  ignore: false,
  withStore: (test) => test(new MemoryStore()),
});

testStore("SealedStore", {
  ignore: false,
  withStore: (test) => test(new SealedStore(new MemoryStore(), new Uint8Array(32), "store")),
});

testStore("SqliteStore", {
  ignore: mayNotWrite,
  withStore: (test) =>
    withDirectory((dir) => {
      const store = new SqliteStore(`${dir}/store.sqlite`);
      try {
        test(store);
      } finally {
        store.close();
      }
    }),
});
