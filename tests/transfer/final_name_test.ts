import { assertEquals, assertRejects } from "@std/assert";
import { giveFinalName } from "../../lib/transfer/final_name.ts";
import { listDirectory, mayNotWrite, withDirectory } from "../testing/temporary_directory.ts";

function nameTest(name: string, test: (directory: string) => Promise<void>): void {
  Deno.test({ name, ignore: mayNotWrite, fn: () => withDirectory(test) });
}

function makeParts(directory: string, kind: "file" | "directory", count: number): string[] {
  const parts = Array.from({ length: count }, (_, i) => `${directory}/part${i}`);
  for (const [i, part] of parts.entries()) {
    if (kind === "directory") Deno.mkdirSync(part);
    Deno.writeTextFileSync(kind === "file" ? part : `${part}/content`, `${i}`);
  }
  return parts;
}

for (const kind of ["file", "directory"] as const) {
  nameTest(
    `giveFinalName() gives many of kind ${kind} the same name at once`,
    async (directory) => {
      const parts = makeParts(directory, kind, 20);
      Deno.mkdirSync(`${directory}/out`);
      const paths = await Promise.all(
        parts.map((part) => giveFinalName(part, kind, `${directory}/out`, "a.txt")),
      );
      assertEquals(new Set(paths).size, 20);
      for (const [i, path] of paths.entries()) {
        assertEquals(Deno.readTextFileSync(kind === "file" ? path : `${path}/content`), `${i}`);
      }
      assertEquals(listDirectory(directory), ["out"]);
    },
  );

  nameTest(`giveFinalName() leaves a dangling link in the way of a ${kind}`, async (directory) => {
    if (Deno.permissions.querySync({ name: "run" }).state !== "granted") return;
    await new Deno.Command("ln", { args: ["-s", "nowhere", `${directory}/a`] }).output();
    const [part] = makeParts(directory, kind, 1);
    assertEquals(await giveFinalName(part!, kind, directory, "a"), `${directory}/a (2)`);
    assertEquals(listDirectory(directory), ["a", "a (2)"]);
  });

  nameTest(`giveFinalName() of a ${kind} fails where there is no directory`, async (directory) => {
    const [part] = makeParts(directory, kind, 1);
    await assertRejects(
      () => giveFinalName(part!, kind, `${directory}/none`, "a"),
      Deno.errors.NotFound,
    );
    assertEquals(listDirectory(directory), ["part0"]);
  });
}

nameTest("giveFinalName() does without links where there are none", async (directory) => {
  const link = Deno.link;
  Deno.link = () => Promise.reject(new Deno.errors.NotSupported("no links"));
  try {
    const parts = makeParts(directory, "file", 3);
    await Promise.all(parts.map((part) => giveFinalName(part, "file", directory, "a.txt")));
  } finally {
    Deno.link = link;
  }
  assertEquals(listDirectory(directory), ["a (2).txt", "a (3).txt", "a.txt"]);
  const contents = listDirectory(directory).map((name) =>
    Deno.readTextFileSync(`${directory}/${name}`)
  );
  assertEquals(contents.toSorted(), ["0", "1", "2"]);
});
