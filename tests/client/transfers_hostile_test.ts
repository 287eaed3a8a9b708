import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import type { Offer } from "../../lib/codec/mod.ts";
import { transferChunkBytes } from "../../lib/limits.ts";
import {
  decodeManifest,
  encodeManifest,
  type ManifestEntry,
  sendTransfer,
  summarise,
  type TransferErrorCode,
} from "../../lib/transfer/mod.ts";
import { MemorySource } from "../testing/memory_source.ts";
import type { Rewrite } from "../testing/rewritten_stream.ts";
import { listDirectory } from "../testing/temporary_directory.ts";
import { ending, someContent, transferSecret } from "../testing/transfer.ts";
import { endsTest, type Spoil, type TransferEnds } from "../testing/transfer_ends.ts";

/** More chunks than there are attempts before a transfer fails: a relay may let one through in each. */
const content = someContent(4 * transferChunkBytes + 1_000);

/** What stands in a directory under a name that its user would look for. */
function finalNames(directory: string): string[] {
  return listDirectory(directory).filter((name) => !name.endsWith(".part"));
}

// ----------------------------------------------------------------------------------------------- the relay

/** A write of the sender's is a record: after the hello, opening and manifest come chunks. */
const firstChunk = 3;

/** What a relay may do to a chunk, and to what follows. */
const tricks: Readonly<Record<string, () => Rewrite>> = {
  alters: () => (write, number) => {
    if (number === firstChunk) write[write.length - 100]! ^= 1;
    return [write];
  },
  truncates: () => (write, number) => number === firstChunk ? [write.subarray(0, -1)] : [write],
  repeats: () => (write, number) => number === firstChunk ? [write, write] : [write],
  withholds: () => (write, number) => number === firstChunk ? [] : [write],
  reorders: () => {
    let kept: Uint8Array[] = [];
    return (write, number) => {
      if (number !== firstChunk) return [write, ...kept.splice(0)];
      kept = [write];
      return [];
    };
  },
};

/** Sends `content` from ana to bia through a relay that does as `spoil` says. */
async function sendThrough(ends: TransferEnds, directory: string, spoil: Spoil) {
  ends.spoil = spoil;
  const ana = ends.enter("ana");
  const bia = ends.enter("bia", { downloads: `${directory}/recebidos` });
  Deno.writeFileSync(`${directory}/a`, content);
  await ends.during(ana.transfers.offer("bia", [`${directory}/a`]));
  await ends.during(bia.reaches("offered"));
  await bia.transfers.accept(undefined);
  return { ana, bia };
}

for (const [trick, rewrite] of Object.entries(tricks)) {
  endsTest(`a relay that ${trick} chunks once costs an attempt`, async (ends, directory) => {
    const spoil = (pairing: number) => pairing === 0 ? rewrite() : undefined;
    const { ana, bia } = await sendThrough(ends, directory, spoil);
    const { paths } = await ends.during(bia.reaches("done"));
    await ends.during(ana.reaches("done"));
    assertEquals(Deno.readFileSync(paths![0]!), content);
    assertEquals(ends.pairings, 2);
    assertEquals(listDirectory(`${directory}/recebidos`), ["a"]);
  });

  endsTest(`a relay that ${trick} chunks gets nowhere`, async (ends, directory) => {
    const { ana, bia } = await sendThrough(ends, directory, rewrite);
    const { failure } = await ends.during(bia.reaches("failed"));
    assertEquals(failure, "corrupt");
    assertEquals(finalNames(`${directory}/recebidos`), []);
    await ends.during(ana.log.until(() => ana.status.failure === "corrupt", "ana to hear of it"));
    assertEquals(ana.status.state, "waiting");
    ends.spoil = () => undefined;
    await bia.transfers.accept(1);
    await ends.during(bia.reaches("done"));
    await ends.during(ana.reaches("done"));
    assertEquals(ana.status.failure, undefined);
    assertEquals(listDirectory(`${directory}/recebidos`), ["a"]);
  });
}

endsTest(
  "a relay that alters the version gets nowhere, and costs nothing that is here",
  async (ends, directory) => {
    const alterVersion = (): Rewrite => (write, number) => {
      if (number === 0) write[0]! ^= 1;
      return [write];
    };
    const breakOff = (): Rewrite => (write, number) => number < 6 ? [write] : [];
    const { ana, bia } = await sendThrough(
      ends,
      directory,
      (pairing) => pairing === 0 ? breakOff() : alterVersion(),
    );
    const { failure } = await ends.during(bia.reaches("failed"));
    assertEquals(failure, "versionUnsupported");
    await ends.during(ana.log.until(() => ana.status.failure === failure, "ana to hear of it"));
    assertEquals(listDirectory(`${directory}/recebidos`).length, 1); // the partial
    ends.spoil = () => undefined;
    await bia.transfers.accept(1);
    await ends.during(bia.reaches("done"));
    await ends.during(ana.reaches("done"));
    assertEquals(Deno.readFileSync(`${directory}/recebidos/a`), content);
  },
);

endsTest(
  "a relay that withholds everything is waited for, and may be cancelled",
  async (ends, directory) => {
    const { ana, bia } = await sendThrough(ends, directory, () => () => []);
    await ends.during(bia.log.until(() => ends.pairings > 1, "another attempt"));
    assert(["waiting", "moving"].includes(bia.status.state));
    await ends.during(bia.transfers.cancel(1));
    await ends.during(ana.reaches("cancelled"));
    assertEquals(listDirectory(directory), ["a"]);
  },
);

// ---------------------------------------------------------------------------------------------- the sender

const file = (name: string, size: number): ManifestEntry => ({
  kind: "file",
  path: [name],
  size,
  modifiedAt: 0,
});

interface Lie {
  readonly manifest: Uint8Array;
  /** What its user is shown. */
  readonly offer: Partial<Offer>;
  /** Says at the beginning of the stream how much will come. */
  readonly size?: number;
  readonly failure: TransferErrorCode;
}

const honest = encodeManifest([file("a", 1_000)]);
const zeros = new Uint8Array(1_000);

const lies: Readonly<Record<string, Lie>> = {
  "its size in the offer": {
    manifest: encodeManifest([file("a", 2 ** 32)]),
    offer: { size: 1_000, files: 1, name: "a", entryKind: "file", others: 0 },
    size: 2 ** 32,
    failure: "badManifest",
  },
  "its size in the stream": { manifest: honest, offer: {}, size: 2 ** 32, failure: "corrupt" },
  "how little there is of it": { manifest: honest, offer: {}, size: 10, failure: "badManifest" },
  "how many files there are": {
    manifest: encodeManifest([file("a", 1), file("b", 999)]),
    offer: { files: 1 },
    failure: "badManifest",
  },
  "its digest": {
    manifest: honest,
    offer: { digest: new Uint8Array(32) },
    failure: "digestMismatch",
  },
  "its name": { manifest: honest, offer: { name: "foto.jpg" }, failure: "badManifest" },
  ...Object.fromEntries(
    ["../../etc/passwd", "/etc/passwd", "..", "a\\b", "a\0b", ""].map((name) => [
      `a name that is ${JSON.stringify(name)}`,
      {
        manifest: encodeManifest([file(name, 1_000)]),
        offer: { name, files: 1, size: 1_000, entryKind: "file", others: 0 },
        failure: "badManifest",
      } as const,
    ]),
  ),
};

/** A sender whose offers and streams are the test's. */
async function offerOf({ manifest, offer, size }: Omit<Lie, "failure">, ends: TransferEnds) {
  const { transferId, fileKey } = transferSecret;
  ends.hear("ana", async (body) => {
    if (body.kind !== "accept") return;
    const stream = await ends.open("sender", transferId);
    const source = new MemorySource(manifest, zeros, size);
    const endless = { ...source, manifest, size: source.size, read: readZeros, close: () => {} };
    await ending(sendTransfer({ ...transferSecret, stream, source: endless, clock: ends.clock }));
  });
  const digest = createHash("sha256").update(manifest).update(zeros).digest();
  const { kind: entryKind, ...summary } = "name" in offer && "entryKind" in offer
    ? { kind: offer.entryKind!, name: offer.name!, others: 0, files: 1, size: 1_000 }
    : summarise(decodeManifest(manifest));
  await ends.tell("ana", "bia", {
    kind: "offer",
    ...{ transferId, fileKey, digest: new Uint8Array(digest), entryKind, ...summary, ...offer },
  });
}

function readZeros(_: number, into: Uint8Array): Promise<number> {
  into.fill(0);
  return Promise.resolve(into.length);
}

for (const [what, { failure, ...lie }] of Object.entries(lies)) {
  endsTest(
    `a sender who lies about ${what} gets nothing onto the disk`,
    async (ends, directory) => {
      const downloads = `${directory}/fundo/recebidos`;
      const bia = ends.enter("bia", { downloads });
      await offerOf(lie, ends);
      await ends.during(bia.reaches("offered"));
      await bia.transfers.accept(undefined);
      const status = await ends.during(bia.reaches("failed", "done"));
      assertEquals([status.state, status.failure], ["failed", failure]);
      assertEquals(listDirectory(directory).filter((name) => name !== "fundo"), []);
      if (listDirectory(directory).length > 0) assertEquals(finalNames(downloads), []);
      const [last] = ends.told.entries.slice(-1);
      assertEquals([last?.from, last?.body.kind], ["bia", "decline"]);
    },
  );
}

for (
  const [name, harmless] of [["CON", "_CON"], [".bashrc", "bashrc"], ["a\u202egpj.exe", "agpj.exe"]]
) {
  endsTest(
    `a file that is called ${JSON.stringify(name)} gets a harmless name`,
    async (ends, directory) => {
      const bia = ends.enter("bia", { downloads: directory });
      await offerOf({ manifest: encodeManifest([file(name!, 1_000)]), offer: {} }, ends);
      await ends.during(bia.reaches("offered"));
      assertEquals(bia.status.name, harmless);
      await bia.transfers.accept(undefined);
      await ends.during(bia.reaches("done"));
      assertEquals(listDirectory(directory), [harmless!]);
    },
  );
}

// ------------------------------------------------------------------------------------------------ the disk

endsTest(
  "a disk that fills up in the middle may be emptied, and the transfer accepted again",
  async (ends, directory) => {
    let room = transferChunkBytes + 10;
    const write = async (file: Deno.FsFile, bytes: Uint8Array) => {
      if (room === 0) throw Object.assign(new Error("full"), { code: "ENOSPC" });
      const count = await file.write(bytes.subarray(0, room));
      room -= count;
      return count;
    };
    const ana = ends.enter("ana");
    const bia = ends.enter("bia", { downloads: `${directory}/recebidos`, write });
    Deno.writeFileSync(`${directory}/a`, content);
    await ends.during(ana.transfers.offer("bia", [`${directory}/a`]));
    await ends.during(bia.reaches("offered"));
    await bia.transfers.accept(undefined);
    assertEquals((await ends.during(bia.reaches("failed"))).failure, "noSpace");
    await ends.during(ana.log.until(() => ana.status.failure === "noSpace", "ana to hear of it"));
    assertEquals(ana.status.state, "waiting");
    assertEquals(finalNames(`${directory}/recebidos`), []);
    assertEquals(listDirectory(`${directory}/recebidos`).length, 1); // the partial
    room = content.length - room;
    await bia.transfers.accept(1);
    await ends.during(bia.reaches("done"));
    await ends.during(ana.reaches("done"));
    assertEquals(Deno.readFileSync(`${directory}/recebidos/a`), content);
    assertEquals(room, transferChunkBytes + 10, "only what was missing was written");
  },
);

endsTest(
  "Transfers.cancel() removes what is left of a transfer that has failed",
  async (ends, directory) => {
    const write = () => Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" }));
    const ana = ends.enter("ana");
    const bia = ends.enter("bia", { downloads: `${directory}/recebidos`, write });
    Deno.writeFileSync(`${directory}/a`, content);
    await ends.during(ana.transfers.offer("bia", [`${directory}/a`]));
    await ends.during(bia.reaches("offered"));
    await bia.transfers.accept(undefined);
    await ends.during(bia.reaches("failed"));
    await ends.during(bia.transfers.cancel(1));
    assertEquals(listDirectory(`${directory}/recebidos`), []);
    await ends.during(ana.reaches("cancelled"));
  },
);
