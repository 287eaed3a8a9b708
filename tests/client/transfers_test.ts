import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { minSparseBytes, transferChunkBytes } from "../../lib/limits.ts";
import { type FileChat, fileTest, reached } from "../testing/file_chat.ts";
import { someContent } from "../testing/transfer.ts";

function digestOf(path: string): string {
  return createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
}

/** Sends files and folders from ana to bia, and answers where they stand now. */
async function send(
  files: FileChat,
  paths: readonly string[],
  isDirect: boolean,
): Promise<readonly string[]> {
  const ana = await files.join("ana", { isDirect });
  const bia = await files.join("bia", { isDirect });
  await ana.client.offer("bia", paths);
  await bia.event("offered");
  await bia.client.acceptTransfer();
  await reached(ana, "done");
  return (await reached(bia, "done")).paths!;
}

const sizes = [0, 1, ...[-1, 0, 1].map((more) => transferChunkBytes + more), 1_000_000];

for (const isDirect of [false, true]) {
  const way = isDirect ? "straight to the other machine" : "through the server";
  fileTest(`Client.offer() sends files of any size ${way}, with their dates`, async (files) => {
    const date = new Date("2001-02-03T04:05:06Z");
    const paths = sizes.map((size) => files.write(`${size}`, someContent(size)));
    for (const path of paths) Deno.utimeSync(path, date, date);
    const saved = await send(files, paths, isDirect);
    assertEquals(saved, sizes.map((size) => `${files.downloads}/${size}`));
    assertEquals(saved.map(digestOf), paths.map(digestOf));
    assertEquals(saved.map((path) => Deno.statSync(path).mtime), saved.map(() => date));
    assertEquals(Object.keys(files.received()).length, sizes.length);
  });
}

fileTest("Client.offer() sends a name of 255 bytes with emoji", async (files) => {
  const name = `${"👩‍🚀🎉".repeat(16)}${"a".repeat(11)}.txt`; // 16 × 15 + 11 + 4
  assertEquals(new TextEncoder().encode(name).length, 255);
  await send(files, [files.write(name)], false);
  assertEquals(files.received(), { [name]: `o conteúdo de ${name}` });
});

fileTest("Client.offer() says what it leaves out of a folder", async (files) => {
  Deno.mkdirSync(`${files.directory}/pasta`);
  const holes = files.write("pasta/furada.bin");
  Deno.truncateSync(holes, 64 * minSparseBytes);
  files.write("pasta/carta.txt");
  const ana = await files.join("ana");
  await files.join("bia");
  const status = await ana.client.offer("bia", [`${files.directory}/pasta`]);
  assertEquals([status.files, status.leftOut], [1, [holes]]);
});

fileTest("Client.offer() sends a folder of 1,000 small files, with their dates", async (files) => {
  const folder = `${files.directory}/pasta`;
  Deno.mkdirSync(`${folder}/dentro/fundo`, { recursive: true });
  const names = Array.from({ length: 1_000 }, (_, i) => i % 3 ? `${i}` : `dentro/fundo/${i}`);
  const dateOf = (i: number) => new Date(1e12 + i * 1_000);
  for (const [i, name] of names.entries()) {
    Deno.writeTextFileSync(`${folder}/${name}`, `${i} ${"x".repeat(i % 70)}`);
    Deno.utimeSync(`${folder}/${name}`, dateOf(i), dateOf(i));
  }
  Deno.utimeSync(folder, dateOf(1), dateOf(1));
  const saved = await send(files, [folder], false);
  assertEquals(saved, [`${files.downloads}/pasta`]);
  assertEquals(files.received().pasta, files.received(folder));
  for (const [i, name] of names.entries()) {
    assertEquals(Deno.statSync(`${saved}/${name}`).mtime, dateOf(i), name);
  }
  assertEquals(Deno.statSync(saved[0]!).mtime, dateOf(1));
});
