import { assertEquals, assertThrows } from "@std/assert";
import { createFile, makeOwnDirectory, makeOwnFile, replaceFile } from "../lib/durable_file.ts";
import { listDirectory, mayNotWrite, withDirectory } from "./testing/temporary_directory.ts";

function test(name: string, body: (dir: string) => unknown): void {
  Deno.test({ name, ignore: mayNotWrite, fn: () => withDirectory(body) });
}

test("replaceFile() writes a file, then another in its place, and leaves nothing else", (dir) => {
  for (const text of ["first", "second, longer", ""]) {
    replaceFile(`${dir}/a`, text);
    assertEquals(Deno.readTextFileSync(`${dir}/a`), text);
    assertEquals(listDirectory(dir), ["a"]);
  }
});

test("createFile() writes a file once, and leaves the one that is there alone", (dir) => {
  createFile(`${dir}/a`, "first");
  assertThrows(() => createFile(`${dir}/a`, "second"), Deno.errors.AlreadyExists);
  assertEquals(Deno.readTextFileSync(`${dir}/a`), "first");
  assertEquals(listDirectory(dir), ["a"]);
});

test("replaceFile() and createFile() leave nothing where they can't write", (dir) => {
  Deno.mkdirSync(`${dir}/a/b`, { recursive: true });
  assertThrows(() => replaceFile(`${dir}/a`, "text"));
  assertThrows(() => createFile(`${dir}/a`, "text"), Deno.errors.AlreadyExists);
  assertThrows(() => createFile(`${dir}/none/a`, "text"), Deno.errors.NotFound);
  assertEquals(listDirectory(dir), ["a"]);
});

Deno.test({
  name: "what is written is its owner's alone",
  ignore: mayNotWrite || Deno.build.os === "windows",
  fn: () =>
    withDirectory((dir) => {
      makeOwnDirectory(`${dir}/own/inner`);
      createFile(`${dir}/own/created`, "");
      replaceFile(`${dir}/own/replaced`, "");
      makeOwnFile(`${dir}/own/made`);
      const mode = (path: string) => Deno.statSync(`${dir}/${path}`).mode! & 0o777;
      assertEquals(["own", "own/inner"].map(mode), [0o700, 0o700]);
      assertEquals(["own/created", "own/replaced", "own/made"].map(mode), [0o600, 0o600, 0o600]);
    }),
});
