import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import {
  decodeManifest,
  type FileSource,
  openSource,
  SourceError,
  type SourceErrorCode,
  TransferError,
  type TransferErrorCode,
} from "../../lib/transfer/mod.ts";
import { mayNotWrite, withDirectory } from "../testing/temporary_directory.ts";

const ignore = mayNotWrite;
const onWindows = Deno.build.os === "windows";

async function assertTransferError(act: Promise<unknown>, code: TransferErrorCode) {
  assertEquals((await assertRejects(() => act, TransferError)).code, code);
}

async function assertSourceError(act: Promise<unknown>, code: SourceErrorCode) {
  assertEquals((await assertRejects(() => act, SourceError)).code, code);
}

function paths(source: FileSource): readonly string[] {
  return decodeManifest(source.manifest).entries.map(({ kind, path }) =>
    path.join("/") + (kind === "directory" ? "/" : "")
  );
}

async function contentOf(source: FileSource, pieceBytes: number): Promise<string> {
  let text = "";
  for (let offset = 0; offset < source.size; offset += pieceBytes) {
    const piece = new Uint8Array(pieceBytes);
    const count = await source.read(offset, piece);
    assertEquals(count, Math.min(pieceBytes, source.size - offset));
    text += new TextDecoder().decode(piece.subarray(0, count));
  }
  return text;
}

function withTree(test: (directory: string) => Promise<void>): () => Promise<void> {
  return () =>
    withDirectory(async (directory) => {
      Deno.mkdirSync(`${directory}/fotos/praia/vazia`, { recursive: true });
      Deno.writeTextFileSync(`${directory}/fotos/b.txt`, "bbb");
      Deno.writeTextFileSync(`${directory}/fotos/.nomedia`, "");
      Deno.writeTextFileSync(`${directory}/fotos/praia/a.txt`, "aa");
      Deno.writeTextFileSync(`${directory}/carta.txt`, "Olá");
      await test(directory);
    });
}

Deno.test({
  name: "openSource() describes a file",
  ignore,
  fn: withTree(async (directory) => {
    await Deno.utime(`${directory}/carta.txt`, 1_000, 1_234.5);
    const source = await openSource([`${directory}/carta.txt`]);
    assertEquals(decodeManifest(source.manifest).entries, [
      { kind: "file", path: ["carta.txt"], size: 4, modifiedAt: 1_234_500 },
    ]);
    assertEquals(source.size, 4);
    assertEquals(await contentOf(source, 10), "Olá");
    source.close();
  }),
});

Deno.test({
  name: "openSource() describes a folder, what is hidden or empty in it too",
  ignore,
  fn: withTree(async (directory) => {
    const source = await openSource([`${directory}/fotos/`]);
    assertEquals(paths(source), [
      "fotos/",
      "fotos/.nomedia",
      "fotos/b.txt",
      "fotos/praia/",
      "fotos/praia/a.txt",
      "fotos/praia/vazia/",
    ]);
    assertEquals(source.skipped, []);
    for (const pieceBytes of [1, 2, 3, 5]) {
      assertEquals(await contentOf(source, pieceBytes), "bbbaa");
    }
    source.close();
  }),
});

Deno.test({
  name: "openSource() takes several paths as one transfer, each of them once",
  ignore,
  fn: withTree(async (directory) => {
    const source = await openSource([
      `${directory}/carta.txt`,
      `${directory}/fotos/praia`,
      `${directory}/./carta.txt`,
    ]);
    assertEquals(paths(source), ["carta.txt", "praia/", "praia/a.txt", "praia/vazia/"]);
    assertEquals(await contentOf(source, 4), "Oláaa");
    source.close();
  }),
});

Deno.test({
  name: "openSource() numbers names that would be one on some system",
  ignore: ignore || Deno.build.os !== "linux",
  fn: withTree(async (directory) => {
    Deno.writeTextFileSync(`${directory}/fotos/B.TXT`, "B");
    Deno.writeTextFileSync(`${directory}/fotos/praia/a:b`, "");
    Deno.writeTextFileSync(`${directory}/fotos/praia/a?b`, "");
    Deno.mkdirSync(`${directory}/outra`);
    Deno.writeTextFileSync(`${directory}/outra/b.txt`, "");
    const source = await openSource([
      `${directory}/fotos`,
      `${directory}/outra/b.txt`,
      `${directory}/fotos/b.txt`,
    ]);
    assertEquals(paths(source).filter((path) => /[b_]/i.test(path)), [
      "fotos/B.TXT",
      "fotos/b (2).txt",
      "fotos/praia/a_b",
      "fotos/praia/a_b (2)",
      "b.txt",
      "b (2).txt",
    ]);
    source.close();
  }),
});

Deno.test({
  name: "openSource() follows a link that the user names, and none within a folder",
  ignore: ignore || onWindows || !mayRun(),
  fn: withTree(async (directory) => {
    await link("carta.txt", `${directory}/atalho`);
    await link("../carta.txt", `${directory}/fotos/segredo`);
    await link("..", `${directory}/fotos/acima`);
    await link("nada", `${directory}/fotos/em lado nenhum`);
    const named = await openSource([`${directory}/atalho`]);
    assertEquals(paths(named), ["atalho"]);
    assertEquals(await contentOf(named, 10), "Olá");
    named.close();
    const folder = await openSource([`${directory}/fotos`]);
    assertEquals(paths(folder).length, 6);
    assertEquals(folder.skipped.map(({ path, reason }) => [path.split("/").at(-1), reason]), [
      ["acima", "link"],
      ["em lado nenhum", "link"],
      ["segredo", "link"],
    ]);
    await assertSourceError(openSource([`${directory}/fotos/em lado nenhum`]), "notFound");
  }),
});

Deno.test({
  name: "openSource() refuses a pipe, and leaves it out of a folder",
  ignore: ignore || onWindows || !mayRun(),
  fn: withTree(async (directory) => {
    await new Deno.Command("mkfifo", { args: [`${directory}/fotos/cano`] }).output();
    await assertSourceError(openSource([`${directory}/fotos/cano`]), "specialFile");
    const source = await openSource([`${directory}/fotos`]);
    assertEquals(source.skipped.map(({ reason }) => reason), ["specialFile"]);
    assertEquals(paths(source).length, 6);
  }),
});

Deno.test({
  name: "openSource() refuses a file that is nearly all holes",
  ignore: ignore || onWindows,
  fn: withTree(async (directory) => {
    Deno.truncateSync(await touched(`${directory}/fotos/furada.bin`), 2 ** 32);
    Deno.truncateSync(await touched(`${directory}/fotos/pequena.bin`), 10_000);
    await assertSourceError(openSource([`${directory}/fotos/furada.bin`]), "sparseFile");
    const source = await openSource([`${directory}/fotos`]);
    assertEquals(source.skipped.map(({ reason }) => reason), ["sparseFile"]);
    assertEquals(source.size, 10_005);
  }),
});

Deno.test({
  name: "openSource() refuses what isn't there, and nothing",
  ignore,
  fn: withTree(async (directory) => {
    await assertSourceError(openSource([`${directory}/nada`]), "notFound");
    await assertSourceError(
      openSource([`${directory}/carta.txt/nada`]),
      onWindows ? "notFound" : "unreadable",
    );
    await assertSourceError(openSource([]), "nothingToSend");
  }),
});

Deno.test({
  name: "openSource() refuses folders too deep",
  ignore,
  fn: withTree(async (directory) => {
    Deno.mkdirSync(`${directory}/fundo${"/d".repeat(31)}`, { recursive: true });
    (await openSource([`${directory}/fundo`])).close();
    Deno.mkdirSync(`${directory}/fundo${"/d".repeat(32)}`);
    await assertSourceError(openSource([`${directory}/fundo`]), "tooMuch");
  }),
});

Deno.test({
  name: "FileSource.digest() is that of manifest and content, and tells how far it is",
  ignore,
  fn: withTree(async (directory) => {
    const source = await openSource([`${directory}/fotos`]);
    const told: number[] = [];
    const digest = await source.digest({ onProgress: (bytes) => void told.push(bytes) });
    const expected = createHash("sha256").update(source.manifest).update("bbbaa").digest("hex");
    assertEquals(digest.toHex(), expected);
    assertEquals(told, [5]);
  }),
});

Deno.test({
  name: "FileSource.digest() stops when told",
  ignore,
  fn: withTree(async (directory) => {
    const source = await openSource([`${directory}/fotos`]);
    const reason = new Error("enough");
    assertEquals(
      await assertRejects(() => source.digest({ signal: AbortSignal.abort(reason) })),
      reason,
    );
  }),
});

Deno.test({
  name: "FileSource.read() reads from anywhere",
  ignore,
  fn: withTree(async (directory) => {
    const source = await openSource([`${directory}/fotos`, `${directory}/carta.txt`]);
    for (const offset of [8, 0, 4, 3, 2, 5, 9]) {
      const into = new Uint8Array(2);
      const count = await source.read(offset, into);
      assertEquals(
        into.subarray(0, count),
        new TextEncoder().encode("bbbaaOlá").subarray(offset, offset + 2),
      );
    }
    source.close();
  }),
});

const changes: readonly { name: string; change: (path: string) => void }[] = [
  { name: "longer", change: (path) => Deno.writeTextFileSync(path, "c", { append: true }) },
  { name: "shorter", change: (path) => Deno.truncateSync(path, 1) },
  {
    name: "another one of the same size",
    change: (path) => {
      Deno.writeTextFileSync(`${path}.new`, "ccc");
      Deno.utimeSync(`${path}.new`, 1_000, 1_000);
      Deno.renameSync(`${path}.new`, path);
    },
  },
  {
    name: "written to",
    change: (path) => {
      Deno.writeTextFileSync(path, "ccc");
      Deno.utimeSync(path, 2_000, 2_000);
    },
  },
  { name: "gone", change: (path) => Deno.removeSync(path) },
  {
    name: "a folder",
    change: (path) => {
      Deno.removeSync(path);
      Deno.mkdirSync(path);
    },
  },
];

for (const { name, change } of changes) {
  Deno.test({
    name: `FileSource.read() notices that a file is ${name}`,
    ignore: ignore || onWindows,
    fn: withTree(async (directory) => {
      const path = `${directory}/fotos/b.txt`;
      Deno.utimeSync(path, 1_000, 1_000);
      const source = await openSource([`${directory}/fotos`]);
      change(path);
      await assertTransferError(source.read(0, new Uint8Array(5)), "sourceChanged");
    }),
  });
}

for (const { name, change } of changes.filter(({ name }) => /longer|shorter|written/.test(name))) {
  Deno.test({
    name: `FileSource.read() notices while it reads that a file is ${name}`,
    ignore: ignore || onWindows,
    fn: withTree(async (directory) => {
      const path = `${directory}/fotos/b.txt`;
      Deno.utimeSync(path, 1_000, 1_000);
      const source = await openSource([`${directory}/fotos`]);
      assertEquals(await source.read(0, new Uint8Array(1)), 1);
      change(path);
      await assertTransferError(source.read(1, new Uint8Array(2)), "sourceChanged");
    }),
  });
}

Deno.test({
  name: "FileSource.read() goes through many files, and close() leaves none open",
  ignore,
  fn: withTree(async (directory) => {
    for (let i = 0; i < 200; i++) Deno.writeTextFileSync(`${directory}/fotos/${i}`, "x");
    const source = await openSource([`${directory}/fotos`]);
    assertEquals(await source.read(0, new Uint8Array(300)), 205);
    source.close();
  }),
});

function mayRun(): boolean {
  return Deno.permissions.querySync({ name: "run" }).state === "granted";
}

async function touched(path: string): Promise<string> {
  await Deno.writeTextFile(path, "");
  return path;
}

/** `Deno.symlink()` would have to be allowed everything. */
async function link(target: string, path: string): Promise<void> {
  await new Deno.Command("ln", { args: ["-s", target, path] }).output();
}
