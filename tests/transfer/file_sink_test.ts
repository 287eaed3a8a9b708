import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { basename } from "node:path";
import {
  decodeManifest,
  encodeManifest,
  FileSink,
  type FileSinkOptions,
  type ManifestEntry,
  openSource,
  summarise,
  type Summary,
  TransferError,
  type TransferErrorCode,
} from "../../lib/transfer/mod.ts";
import { spaceCheckBytes } from "../../lib/limits.ts";
import { partialPath } from "../../lib/transfer/partial.ts";
import { listDirectory, mayNotWrite, withDirectory } from "../testing/temporary_directory.ts";

const onWindows = Deno.build.os === "windows";
const id = "00112233445566778899aabbccddeeff";
const partial = basename(partialPath("", id));

const date = 1_600_000_000_000;
const file = (path: string, size: number): ManifestEntry => ({
  kind: "file",
  path: path.split("/"),
  size,
  modifiedAt: date,
});
const directory = (path: string): ManifestEntry => ({ ...file(path, 0), kind: "directory" });

/** A folder with much in it, and a file beside it. */
const entries = [
  directory("d"),
  file("d/vazio", 0),
  file("d/a", 3),
  directory("d/e"),
  directory("d/e/oca"),
  file("d/e/b", 4),
  file("d/z", 0),
  file("carta.txt", 2),
];
const content = new TextEncoder().encode("aaabbbbcc");

/** An offer, and what a receiver makes of it. */
class Offer {
  readonly manifest: Uint8Array;
  readonly content: Uint8Array;
  readonly digest: Uint8Array;
  readonly directory: string;
  readonly summary: Summary;

  constructor(directory: string, entries: readonly ManifestEntry[], content: Uint8Array) {
    this.directory = `${directory}/recebidos`;
    this.manifest = encodeManifest(entries);
    this.content = content;
    this.summary = summarise(decodeManifest(this.manifest));
    this.digest = new Uint8Array(
      createHash("sha256").update(this.manifest).update(content).digest(),
    );
  }

  sink(options: Partial<FileSinkOptions> = {}): FileSink {
    return new FileSink(this.directory, {
      id,
      digest: this.digest,
      offered: this.summary,
      maxSize: 1_000_000,
      reserve: 0,
      ...options,
    });
  }

  /** Receives up to a byte, as many at a time; the whole of it if there is no such limit. */
  async receive(
    { pieceBytes = 4, until, ...options }:
      & { pieceBytes?: number; until?: number }
      & Partial<FileSinkOptions> = {},
  ): Promise<FileSink> {
    const sink = this.sink(options);
    let offset = await sink.begin(this.manifest);
    const end = until ?? this.content.length;
    for (; offset < end; offset += pieceBytes) {
      await sink.write(this.content.slice(offset, Math.min(offset + pieceBytes, end)));
    }
    if (until === undefined) await sink.finish();
    return sink;
  }
}

function sinkTest(name: string, test: (offer: Offer) => Promise<void>, ignore = false): void {
  Deno.test({
    name,
    ignore: mayNotWrite || ignore,
    fn: () => withDirectory((directory) => test(new Offer(directory, entries, content))),
  });
}

async function assertTransferError(act: () => Promise<unknown>, code: TransferErrorCode) {
  assertEquals((await assertRejects(act, TransferError)).code, code);
}

/** Everything in a directory with its content, folders with a `/`. */
function everything(directory: string, below = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(`${directory}/${below}`)) {
    const path = `${below}${name}`;
    if (isDirectory) Object.assign(found, { [`${path}/`]: "" }, everything(directory, `${path}/`));
    else found[path] = Deno.readTextFileSync(`${directory}/${path}`);
  }
  return found;
}

const expected = {
  "d/": "",
  "d/vazio": "",
  "d/a": "aaa",
  "d/e/": "",
  "d/e/oca/": "",
  "d/e/b": "bbbb",
  "d/z": "",
  "carta.txt": "cc",
};

for (const pieceBytes of [1, 2, 3, 5, 100]) {
  sinkTest(`FileSink receives a tree, ${pieceBytes} bytes at a time`, async (offer) => {
    const sink = await offer.receive({ pieceBytes });
    assertEquals(everything(offer.directory), expected);
    assertEquals(sink.saved.map((path) => path.slice(offer.directory.length + 1)), [
      "d",
      "carta.txt",
    ]);
  });
}

sinkTest("FileSink makes everything for its owner only, and keeps dates", async (offer) => {
  await offer.receive();
  for (const path of Object.keys(expected)) {
    const { mode, mtime } = Deno.lstatSync(`${offer.directory}/${path}`);
    assertEquals(mode! & 0o777, path.endsWith("/") ? 0o700 : 0o600, path);
    assertEquals(mtime?.getTime(), date, path);
  }
}, onWindows);

sinkTest("FileSink gives no name before the end", async (offer) => {
  const sink = await offer.receive({ until: content.length });
  assertEquals(listDirectory(offer.directory), [partial]);
  assertEquals(
    Deno.lstatSync(`${offer.directory}/${partial}`).mode! & 0o777,
    onWindows ? 0 : 0o700,
  );
  await sink.finish();
  assertEquals(listDirectory(offer.directory), ["carta.txt", "d"]);
}, onWindows);

for (let until = 0; until <= content.length; until++) {
  sinkTest(`FileSink goes on after ${until} bytes`, async (offer) => {
    (await offer.receive({ until })).close();
    const checked: number[] = [];
    const sink = offer.sink({ onCheck: (bytes) => void checked.push(bytes) });
    assertEquals(await sink.begin(offer.manifest), until);
    assertEquals(checked.at(-1) ?? 0, until);
    await sink.write(content.subarray(until));
    await sink.finish();
    assertEquals(everything(offer.directory), expected);
    assertEquals(Deno.lstatSync(`${offer.directory}/d/a`).mtime?.getTime(), date);
  });
}

sinkTest("FileSink never takes the place of anything", async (offer) => {
  for (let i = 0; i < 3; i++) await offer.receive();
  assertEquals(listDirectory(offer.directory), [
    "carta (2).txt",
    "carta (3).txt",
    "carta.txt",
    "d",
    "d (2)",
    "d (3)",
  ]);
});

sinkTest("FileSink leaves a file and a folder that are in the way", async (offer) => {
  Deno.mkdirSync(`${offer.directory}/carta.txt`, { recursive: true });
  Deno.writeTextFileSync(`${offer.directory}/d`, "mine");
  await offer.receive();
  assertEquals(Deno.readTextFileSync(`${offer.directory}/d`), "mine");
  assertEquals(listDirectory(offer.directory), ["carta (2).txt", "carta.txt", "d", "d (2)"]);
});

sinkTest("FileSink gives harmless names", async ({ directory: path }) => {
  const offer = new Offer(path, [
    file("..gpj\u202e:x.exe", 1),
    directory("CON"),
    file("CON/.oculto", 1),
    directory(".ssh"),
  ], new Uint8Array(2));
  const sink = await offer.receive();
  assertEquals(Object.keys(everything(offer.directory)).toSorted(), [
    "_CON/",
    "_CON/.oculto",
    "gpj_x.exe",
    "ssh/",
  ]);
  assertEquals(sink.saved.length, 3);
});

sinkTest("FileSink.begin() refuses a manifest that leads elsewhere", async (offer) => {
  const manifest = encodeManifest([file("x", 0)]);
  manifest[8] = 0x2f; // a slash in place of the x
  await assertTransferError(() => offer.sink().begin(manifest), "badManifest");
});

const lies: readonly { name: string; lie: Partial<Summary> }[] = [
  { name: "another name", lie: { name: "e" } },
  { name: "a file for a folder", lie: { kind: "file" } },
  { name: "more beside it", lie: { others: 0 } },
  { name: "more files", lie: { files: 4 } },
  { name: "more bytes", lie: { size: 8 } },
];

for (const { name, lie } of lies) {
  sinkTest(`FileSink.begin() refuses ${name} than was offered`, async (offer) => {
    const offered = { ...offer.summary, ...lie };
    await assertTransferError(() => offer.sink({ offered }).begin(offer.manifest), "badManifest");
  });
}

sinkTest("FileSink.begin() refuses more than the receiver takes", async (offer) => {
  await assertTransferError(() => offer.sink({ maxSize: 8 }).begin(offer.manifest), "tooLarge");
  const sink = offer.sink({ maxSize: 9 });
  await sink.begin(offer.manifest);
  sink.close();
});

sinkTest("FileSink.begin() refuses what the disk has no room for", async (offer) => {
  const freeBytes = () => Promise.resolve(18);
  await assertTransferError(
    () => offer.sink({ freeBytes, reserve: 10 }).begin(offer.manifest),
    "noSpace",
  );
  assertEquals(listDirectory(offer.directory), []);
  const sink = offer.sink({ freeBytes, reserve: 9 });
  await sink.begin(offer.manifest);
  sink.close();
});

sinkTest("FileSink.begin() counts what is there already as room", async (offer) => {
  (await offer.receive({ until: 5 })).close();
  const sink = offer.sink({ freeBytes: () => Promise.resolve(4), reserve: 0 });
  assertEquals(await sink.begin(offer.manifest), 5);
  sink.close();
});

sinkTest("FileSink.begin() stops when told", async (offer) => {
  (await offer.receive({ until: 5 })).close();
  await assertTransferError(
    () => offer.sink({ signal: AbortSignal.abort() }).begin(offer.manifest),
    "cancelled",
  );
  await offer.receive();
  assertEquals(everything(offer.directory), expected);
});

sinkTest("FileSink.begin() refuses a transfer that is being received", async (offer) => {
  const first = await offer.receive({ until: 5 });
  await assertTransferError(() => offer.sink().begin(offer.manifest), "busy");
  first.close();
});

sinkTest("FileSink.begin() takes nothing that somebody else has planted", async (offer) => {
  Deno.mkdirSync(offer.directory);
  Deno.mkdirSync(`${offer.directory}/alheia`);
  await new Deno.Command("ln", { args: ["-s", "alheia", `${offer.directory}/${partial}`] })
    .output();
  await assertTransferError(() => offer.sink().begin(offer.manifest), "unwritable");
  assertEquals(listDirectory(`${offer.directory}/alheia`), []);
}, onWindows || Deno.permissions.querySync({ name: "run" }).state !== "granted");

const spoilt: readonly { name: string; spoil: (content: string) => void }[] = [
  {
    name: "a file that is too long",
    spoil: (path) => Deno.writeTextFileSync(`${path}/d/a`, "aaaa"),
  },
  {
    name: "a folder for a file",
    spoil: (path) => {
      Deno.removeSync(`${path}/d/a`);
      Deno.mkdirSync(`${path}/d/a`);
    },
  },
  { name: "a hole before what is there", spoil: (path) => Deno.truncateSync(`${path}/d/a`, 1) },
  {
    name: "a second name of a file",
    spoil: (path) => Deno.linkSync(`${path}/d/a`, `${path}/../../alheio`),
  },
];

for (const { name, spoil } of spoilt) {
  sinkTest(`FileSink.begin() starts anew where it finds ${name}`, async (offer) => {
    (await offer.receive({ until: 5 })).close();
    spoil(`${offer.directory}/${partial}/content`);
    const sink = offer.sink();
    assertEquals(await sink.begin(offer.manifest), 0);
    await sink.write(content);
    await sink.finish();
    const { alheio: _, ...received } = everything(offer.directory);
    assertEquals(received, expected);
  });
}

sinkTest("FileSink.finish() refuses other content, and forgets it", async (offer) => {
  const sink = offer.sink();
  await sink.begin(offer.manifest);
  await sink.write(content.map((byte) => byte ^ 1));
  await assertTransferError(() => sink.finish(), "digestMismatch");
  assertEquals(listDirectory(offer.directory), []);
});

sinkTest(
  "FileSink.finish() refuses content that has changed between two attempts",
  async (offer) => {
    (await offer.receive({ until: 5 })).close();
    Deno.writeTextFileSync(`${offer.directory}/${partial}/content/d/a`, "axa");
    await assertTransferError(() => offer.receive(), "digestMismatch");
    assertEquals(listDirectory(offer.directory), []);
  },
);

sinkTest(
  "FileSink.finish() gives no names once it was ended, and may be finished later",
  async (offer) => {
    const ending = new AbortController();
    const sink = await offer.receive({ until: offer.content.length, signal: ending.signal });
    ending.abort();
    await assertTransferError(() => sink.finish(), "interrupted");
    assertEquals(listDirectory(offer.directory), [partial]);
    await offer.receive();
    assertEquals(everything(offer.directory), expected);
  },
);

sinkTest("FileSink.write() sees that others have taken the room meanwhile", async (offer) => {
  const large = new Offer(offer.directory, [file("a", 2 * spaceCheckBytes)], offer.content);
  let free = 2 * spaceCheckBytes;
  const sink = large.sink({ freeBytes: () => Promise.resolve(free), maxSize: free });
  await sink.begin(large.manifest);
  free -= 1;
  await assertTransferError(() => sink.write(new Uint8Array(spaceCheckBytes)), "noSpace");
});

sinkTest("FileSink.finish() refuses less than the manifest says, and keeps it", async (offer) => {
  const sink = await offer.receive({ until: 8 });
  await assertTransferError(() => sink.finish(), "badManifest");
  assertEquals(listDirectory(offer.directory), [partial]);
  await offer.receive();
  assertEquals(everything(offer.directory), expected);
});

sinkTest(
  "FileSink.write() refuses more than the manifest says, and writes none of it",
  async (offer) => {
    const sink = await offer.receive({ until: 8 });
    await assertTransferError(() => sink.write(new Uint8Array(2)), "corrupt");
    const next = offer.sink();
    assertEquals(await next.begin(offer.manifest), 8);
    next.close();
  },
);

for (const room of [0, 1, 3, 5, 8]) {
  sinkTest(
    `FileSink.write() keeps ${room} bytes when the disk is full, and goes on`,
    async (offer) => {
      let left = room;
      const write = async (file: Deno.FsFile, bytes: Uint8Array) => {
        if (left === 0) throw Object.assign(new Error("No space left"), { code: "ENOSPC" });
        const count = await file.write(bytes.subarray(0, left));
        left -= count;
        return count;
      };
      await assertTransferError(() => offer.receive({ pieceBytes: 100, write }), "noSpace");
      assertEquals(listDirectory(offer.directory), [partial]);
      const sink = offer.sink();
      assertEquals(await sink.begin(offer.manifest), room);
      await sink.write(content.subarray(room));
      await sink.finish();
      assertEquals(everything(offer.directory), expected);
    },
  );
}

sinkTest("FileSink goes on giving names where it was killed", async (offer) => {
  // As it stands between the two final names: the folder has its own, the file has both.
  (await offer.receive({ until: content.length })).close();
  const path = `${offer.directory}/${partial}`;
  Deno.writeTextFileSync(`${path}/verified`, offer.digest.toHex());
  Deno.renameSync(`${path}/content/d`, `${offer.directory}/d`);
  Deno.linkSync(`${path}/content/carta.txt`, `${offer.directory}/carta.txt`);
  Deno.writeTextFileSync(`${offer.directory}/d/z`, "");
  const sink = offer.sink();
  assertEquals(await sink.begin(offer.manifest), content.length);
  await sink.finish();
  assertEquals(listDirectory(offer.directory), ["carta.txt", "d"]);
});

sinkTest("FileSink.begin() takes no other transfer's word for being verified", async (offer) => {
  (await offer.receive({ until: content.length })).close();
  Deno.writeTextFileSync(`${offer.directory}/${partial}/verified`, "00".repeat(32));
  Deno.writeTextFileSync(`${offer.directory}/${partial}/content/d/a`, "axa");
  await assertTransferError(() => offer.receive(), "digestMismatch");
  assertEquals(listDirectory(offer.directory), []);
});

sinkTest("FileSink.discard() removes what has arrived", async (offer) => {
  const sink = await offer.receive({ until: 5 });
  await sink.discard();
  assertEquals(listDirectory(offer.directory), []);
  await sink.discard();
});

sinkTest("FileSink.close() may come at any time", async (offer) => {
  const sink = offer.sink();
  sink.close();
  await sink.begin(offer.manifest);
  sink.close();
  sink.close();
  await assertRejects(async () => await sink.finish(), TypeError);
});

Deno.test("FileSink refuses an id that would lead elsewhere", () => {
  const offered: Summary = { name: "x", kind: "file", others: 0, files: 1, size: 0 };
  const options = { offered, digest: new Uint8Array(32), maxSize: 0 };
  for (const bad of ["", "..", "../../x", "0011", id.toUpperCase(), `${id}/`]) {
    let thrown: unknown;
    try {
      new FileSink("/nowhere", { ...options, id: bad });
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof TypeError, bad);
  }
});

Deno.test({
  name: "FileSink receives what openSource() offers, a name of 255 bytes too",
  ignore: mayNotWrite,
  fn: () =>
    withDirectory(async (path) => {
      const name = `${"\u{1f600}".repeat(62)}abc.txt`;
      Deno.mkdirSync(`${path}/fotos`);
      Deno.writeFileSync(`${path}/fotos/${name}`, new Uint8Array(1_000).fill(7));
      const source = await openSource([`${path}/fotos`]);
      const sink = new FileSink(`${path}/in`, {
        id,
        offered: source.summary,
        digest: await source.digest(),
        maxSize: 1_000,
      });
      await sink.begin(source.manifest);
      const all = new Uint8Array(source.size);
      await source.read(0, all);
      source.close();
      await sink.write(all);
      await sink.finish();
      assertEquals(Deno.readFileSync(`${path}/in/fotos/${name}`), new Uint8Array(1_000).fill(7));
    }),
});

const config = new URL("../../deno.json", import.meta.url).pathname;
const killed = `
  import { FileSink, openSource } from ${
  JSON.stringify(new URL("../../lib/transfer/mod.ts", import.meta.url))
};
  const [path, id] = Deno.args;
  const source = await openSource([path + "/d"]);
  const options = { id, offered: source.summary, digest: await source.digest(), maxSize: 1e9 };
  const sink = new FileSink(path + "/in", options);
  await sink.begin(source.manifest);
  const piece = new Uint8Array(1_000);
  for (let offset = 0; offset < 123_000; offset += 1_000) {
    await source.read(offset, piece);
    await sink.write(piece);
  }
  Deno.kill(Deno.pid, "SIGKILL");
`;

Deno.test({
  name: "FileSink goes on where its process was killed",
  ignore: mayNotWrite || onWindows ||
    Deno.permissions.querySync({ name: "run" }).state !== "granted",
  fn: () =>
    withDirectory(async (path) => {
      Deno.mkdirSync(`${path}/d`);
      for (const name of ["a", "b", "c"]) {
        const bytes = crypto.getRandomValues(new Uint8Array(50_000));
        Deno.writeFileSync(`${path}/d/${name}`, bytes);
      }
      Deno.writeTextFileSync(`${path}/killed.ts`, killed);
      const { signal } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-check",
          "--allow-all",
          "--config",
          config,
          `${path}/killed.ts`,
          path,
          id,
        ],
      }).output();
      assertEquals(signal, "SIGKILL");
      assertEquals(listDirectory(`${path}/in`), [partial]);

      const source = await openSource([`${path}/d`]);
      const options = { id, offered: source.summary, digest: await source.digest(), maxSize: 1e9 };
      const sink = new FileSink(`${path}/in`, options);
      assertEquals(await sink.begin(source.manifest), 123_000);
      const rest = new Uint8Array(27_000);
      await source.read(123_000, rest);
      source.close();
      await sink.write(rest);
      await sink.finish();
      for (const name of ["a", "b", "c"]) {
        assertEquals(
          Deno.readFileSync(`${path}/in/d/${name}`),
          Deno.readFileSync(`${path}/d/${name}`),
        );
      }
    }),
});
