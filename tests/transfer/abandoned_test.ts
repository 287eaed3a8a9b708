import { assertEquals } from "@std/assert";
import { basename } from "node:path";
import { discardAbandoned } from "../../lib/transfer/mod.ts";
import { Partial, partialPath } from "../../lib/transfer/partial.ts";
import { listDirectory, mayNotWrite, withDirectory } from "../testing/temporary_directory.ts";

const dayMs = 86_400_000;
const [known, forgotten, recent, used] = ["1", "2", "3", "4"].map((digit) => digit.repeat(32)) as [
  string,
  string,
  string,
  string,
];

Deno.test({
  name: "discardAbandoned() removes what is old, known to nobody and not in use",
  ignore: mayNotWrite,
  fn: () =>
    withDirectory(async (directory) => {
      const now = Date.now() + 2 * dayMs;
      for (const id of [known, forgotten, recent]) {
        const partial = await Partial.open(partialPath(directory, id));
        Deno.writeTextFileSync(`${partial.content}/a`, "a");
        partial.close();
      }
      Deno.utimeSync(`${partialPath(directory, recent)}/lock`, new Date(now), new Date(now));
      const inUse = await Partial.open(partialPath(directory, used));
      Deno.writeTextFileSync(`${directory}/.${"5".repeat(32)}.part`, "somebody's own file");
      Deno.mkdirSync(`${directory}/.${"6".repeat(32)}.part`); // its process was killed at once
      Deno.mkdirSync(`${directory}/fotos`);
      assertEquals(await discardAbandoned(directory, [known], dayMs, now), 2);
      assertEquals(
        listDirectory(directory),
        [known, recent, used].map((id) => basename(partialPath("", id))).concat(
          `.${"5".repeat(32)}.part`,
        )
          .toSorted().concat("fotos"),
      );
      inUse.close();
    }),
});

Deno.test({
  name: "discardAbandoned() finds nothing in a directory that isn't there",
  ignore: mayNotWrite,
  fn: () =>
    withDirectory(async (directory) => {
      assertEquals(await discardAbandoned(`${directory}/none`, [], 0, 0), 0);
    }),
});
