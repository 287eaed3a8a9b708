import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { fingerprint } from "../../lib/crypto/mod.ts";
import { DataDirError } from "../../lib/server/data_dir_error.ts";
import { loadOrCreateKeyPair } from "../../lib/server/key_file.ts";
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";

const ignore = !mayUseFiles;

Deno.test({
  name: "loadOrCreateKeyPair() makes a key once, and finds it again",
  ignore,
  fn: () =>
    withDataDir(async (dir) => {
      const made = await loadOrCreateKeyPair(`${dir}/a/b`);
      const found = await loadOrCreateKeyPair(`${dir}/a/b`);
      assertEquals(fingerprint(found.publicKey), fingerprint(made.publicKey));
      const other = await loadOrCreateKeyPair(`${dir}/c`);
      assertNotEquals(fingerprint(other.publicKey), fingerprint(made.publicKey));
    }),
});

Deno.test({
  name: "loadOrCreateKeyPair() leaves one file, which only its owner can read",
  ignore: ignore || Deno.build.os === "windows",
  fn: () =>
    withDataDir(async (dir) => {
      await loadOrCreateKeyPair(dir);
      const names = (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name);
      assertEquals(names, ["server.key"]);
      assertEquals((await Deno.stat(`${dir}/server.key`)).mode! & 0o777, 0o600);
    }),
});

for (const content of ["", "no key", "AAAA", "A".repeat(42)]) {
  Deno.test({
    name: `loadOrCreateKeyPair() refuses a damaged key: ${content.length} characters`,
    ignore,
    fn: () =>
      withDataDir(async (dir) => {
        await Deno.writeTextFile(`${dir}/server.key`, content);
        const error = await assertRejects(() => loadOrCreateKeyPair(dir), DataDirError);
        assertEquals(error.reason, "damagedKey");
        assertEquals(await Deno.readTextFile(`${dir}/server.key`), content); // it is not replaced
      }),
  });
}

Deno.test({
  name: "loadOrCreateKeyPair() says where the directory can't serve",
  ignore,
  fn: () =>
    withDataDir(async (dir) => {
      await Deno.writeTextFile(`${dir}/file`, "");
      const error = await assertRejects(() => loadOrCreateKeyPair(`${dir}/file`), DataDirError);
      assertEquals(error.reason, "unusable");
    }),
});
