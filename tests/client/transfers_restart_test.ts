import { assertEquals, assertRejects } from "@std/assert";
import { basename } from "node:path";
import { ChatError } from "../../lib/client/mod.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import { StoreError } from "../../lib/client/store.ts";
import type { Body } from "../../lib/codec/mod.ts";
import {
  abandonedTransferMs,
  maxTransfersRemembered,
  maxUnansweredOffers,
} from "../../lib/limits.ts";
import { Partial, partialPath } from "../../lib/transfer/partial.ts";
import { listDirectory } from "../testing/temporary_directory.ts";
import { SnapshotStore } from "../testing/snapshot_store.ts";
import { transferSecret } from "../testing/transfer.ts";
import { endsTest, type TransferEnd, type TransferEnds } from "../testing/transfer_ends.ts";

type Offer = Extract<Body, { kind: "offer" }>;

/** Runs a test with a file in its directory. */
function endsTestWithFile(
  name: string,
  test: (ends: TransferEnds, directory: string) => Promise<void>,
) {
  endsTest(name, async (ends, directory) => {
    Deno.writeTextFileSync(`${directory}/a`, "o conteúdo");
    await test(ends, directory);
  });
}

/** Offers a file of ana's to bia, who has heard of it. */
async function offerTo(ends: TransferEnds, ana: TransferEnd, bia: TransferEnd, directory: string) {
  await ends.during(ana.transfers.offer("bia", [`${directory}/a`]));
  await ends.during(bia.reaches("offered"));
}

const kindsBy = (ends: TransferEnds, name: string) =>
  ends.told.entries.filter(({ from }) => from === name).map(({ body }) => body.kind);

endsTestWithFile(
  "Transfers.receive() knows what an earlier run has kept, before resume() too",
  async (ends, directory) => {
    const store = new MemoryStore();
    const earlier = ends.enter("ana", { store });
    const bia = ends.enter("bia", { downloads: `${directory}/b` });
    await offerTo(ends, earlier, bia, directory);
    await ends.during(earlier.transfers.close());
    const ana = ends.enter("ana", { store });
    await bia.transfers.accept(undefined);
    await ends.during(ana.reaches("done"));
    ana.transfers.resume();
    await ends.during(bia.reaches("done"));
    assertEquals(kindsBy(ends, "ana"), ["offer"]);
  },
);

endsTestWithFile(
  "Transfers.receive() shows an offer again that comes again, and not what was answered",
  async (ends, directory) => {
    const ana = ends.enter("ana");
    const bia = ends.enter("bia", { downloads: directory });
    await offerTo(ends, ana, bia, directory);
    const { body: offer } = ends.told.entries[0]!;
    await bia.transfers.receive("ana", offer, "signed");
    await bia.transfers.receive("eva", offer, "signed");
    const count = () => bia.log.entries.filter(({ kind }) => kind === "offered").length;
    assertEquals([count(), bia.transfers.statuses.length], [2, 1]);
    await bia.transfers.cancel(1);
    await bia.transfers.receive("ana", offer, "signed");
    assertEquals([count(), bia.status.state], [2, "declined"]);
  },
);

endsTestWithFile(
  "Transfers.receive() declines what comes when too much waits for an answer",
  async (ends) => {
    const bia = ends.enter("bia");
    ends.hear("ana", () => Promise.resolve());
    const offer: Offer = {
      ...{ kind: "offer", ...transferSecret, digest: new Uint8Array(32), name: "a" },
      ...{ entryKind: "file", others: 0, files: 1, size: 1 },
    };
    for (let i = 0; i <= maxUnansweredOffers; i++) {
      const transferId = new Uint8Array(16).fill(i);
      await bia.transfers.receive("ana", { ...offer, transferId }, "signed");
    }
    assertEquals(bia.transfers.statuses.length, maxUnansweredOffers);
    assertEquals(kindsBy(ends, "bia"), ["decline"]);
  },
);

endsTestWithFile(
  "Transfers takes it for done where only the letter says so",
  async (ends, directory) => {
    const ana = ends.enter("ana");
    const bia = ends.enter("bia", { downloads: `${directory}/b` });
    ends.spoilBack = () => (write, number) => number < 3 ? [write] : []; // hello, resume, progress
    await offerTo(ends, ana, bia, directory);
    await bia.transfers.accept(undefined);
    await ends.during(bia.reaches("done"));
    await ends.during(ana.reaches("done"));
    assertEquals(listDirectory(`${directory}/b`), ["a"]);
  },
);

for (const commits of [0, 1]) {
  const name = `Transfers ends at once where a run was killed ${commits} commits after the names`;
  endsTestWithFile(name, async (ends, directory) => {
    const store = new SnapshotStore();
    const ana = ends.enter("ana");
    const onFault = () => {};
    const killed = ends.enter("bia", { store, downloads: `${directory}/b`, onFault });
    await offerTo(ends, ana, killed, directory);
    await killed.transfers.accept(undefined);
    let left = commits;
    const dead = Promise.withResolvers<void>();
    store.beforeCommit = () => {
      if (!listDirectory(`${directory}/b`).includes("a") || left-- > 0) return;
      ends.hear("bia", () => Promise.resolve());
      dead.resolve();
      throw new StoreError("", "unusable");
    };
    await ends.during(dead.promise);
    store.beforeCommit = () => {};
    const { length } = ends.told.entries;
    await ends.during(killed.transfers.close());
    const bia = ends.enter("bia", { store: new SnapshotStore(store), downloads: directory });
    bia.transfers.resume();
    await ends.during(ana.reaches("done"));
    const isSaid = () =>
      ends.told.entries.slice(length).some(({ body }) => body.kind === "arrived");
    await ends.during(ends.told.until(isSaid, "that it has arrived"));
    if (commits === 0) await ends.during(bia.reaches("done"));
    await ends.during(bia.transfers.close());
    assertEquals(listDirectory(`${directory}/b`), ["a"]);
  });
}

endsTestWithFile("Transfers tells who accepts what is over", async (ends, directory) => {
  const ana = ends.enter("ana");
  const bia = ends.enter("bia", { downloads: `${directory}/b` });
  await offerTo(ends, ana, bia, directory);
  ends.hear("bia", () => Promise.resolve()); // the cancel is late
  await ana.transfers.cancel(1);
  ends.hear("bia", (body) => bia.transfers.receive("ana", body, "signed"));
  await bia.transfers.accept(1);
  await ends.during(bia.reaches("cancelled"));
  assertEquals(listDirectory(directory), ["a"]);
});

endsTestWithFile(
  "Transfers.receive() lets nothing revive what is over",
  async (ends, directory) => {
    const ana = ends.enter("ana");
    const bia = ends.enter("bia", { downloads: `${directory}/b` });
    await offerTo(ends, ana, bia, directory);
    const { transferId } = ends.told.entries[0]!.body;
    await bia.transfers.accept(1);
    await ends.during(ana.reaches("done"));
    await ends.during(bia.reaches("done"));
    for (const reason of ["noSpace", "failed", "declined"] as const) {
      await ana.transfers.receive("bia", { kind: "decline", transferId, reason }, "signed");
    }
    await bia.transfers.receive("ana", { kind: "cancel", transferId }, "signed");
    assertEquals([ana.status.state, bia.status.state], ["done", "done"]);
  },
);

endsTestWithFile(
  "Transfers.receive() heeds only the other end, under the key that is known",
  async (ends, directory) => {
    const ana = ends.enter("ana");
    const bia = ends.enter("bia", { downloads: `${directory}/b` });
    await offerTo(ends, ana, bia, directory);
    const { transferId } = ends.told.entries[0]!.body;
    await ana.transfers.receive(
      "eva",
      { kind: "decline", transferId, reason: "declined" },
      "signed",
    );
    await ana.transfers.receive(
      "bia",
      { kind: "decline", transferId, reason: "declined" },
      "newKey",
    );
    await bia.transfers.receive("eva", { kind: "cancel", transferId }, "signed");
    await ana.transfers.receive("bia", { kind: "arrived", transferId }, "signed"); // never accepted
    assertEquals([ana.status.state, bia.status.state], ["offered", "offered"]);
  },
);

endsTestWithFile(
  "Transfers.cancel() doesn't wait for an offer that is on its way",
  async (ends, directory) => {
    const [offered, accepted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const told: string[] = [];
    const ana = ends.enter("ana", {
      negotiate: (_, { kind }) => {
        told.push(kind);
        offered.resolve();
        return kind === "offer" ? accepted.promise : Promise.resolve();
      },
    });
    ends.enter("bia");
    const offering = ana.transfers.offer("bia", [`${directory}/a`]);
    await ends.during(offered.promise);
    await ana.transfers.cancel(1);
    assertEquals(told, ["offer", "cancel"]);
    accepted.resolve();
    assertEquals((await offering).state, "cancelled");
  },
);

endsTestWithFile(
  "Transfers.accept() takes up what is missing somewhere else where it is told to",
  async (ends, directory) => {
    let isFull = true;
    const write = (file: Deno.FsFile, bytes: Uint8Array) =>
      isFull
        ? Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" }))
        : file.write(bytes);
    const ana = ends.enter("ana");
    const bia = ends.enter("bia", { downloads: `${directory}/b`, write });
    await offerTo(ends, ana, bia, directory);
    await bia.transfers.accept(undefined);
    await ends.during(bia.reaches("failed"));
    isFull = false;
    await bia.transfers.accept(1, `${directory}/c`);
    await ends.during(bia.reaches("done"));
    assertEquals([listDirectory(`${directory}/b`), listDirectory(`${directory}/c`)], [[], ["a"]]);
    await assertRejects(() => bia.transfers.accept(1), ChatError, "noSuchTransfer");
  },
);

endsTestWithFile(
  "Transfers.resume() removes what has lain where files go for too long, and nobody knows of",
  async (ends, directory) => {
    const now = ends.clock.wallTime();
    const [old, recent] = ["1", "2"].map((digit) => partialPath(directory, digit.repeat(32)));
    for (const [path, age] of [[old!, abandonedTransferMs + 1], [recent!, 1]] as const) {
      (await Partial.open(path)).close();
      Deno.utimeSync(`${path}/lock`, new Date(now - age), new Date(now - age));
    }
    const bia = ends.enter("bia", { downloads: directory });
    bia.transfers.resume();
    await ends.during(bia.transfers.close());
    assertEquals(listDirectory(directory), [basename(recent!), "a"]);
  },
);

endsTestWithFile(
  "Transfers.receive() lets who has offered under a new key take that back",
  async (ends, directory) => {
    ends.hear("ana", () => Promise.resolve());
    const bia = ends.enter("bia", { downloads: directory });
    const { transferId, fileKey } = transferSecret;
    const cancel: Body = { kind: "cancel", transferId };
    for (
      const [authenticity, expected] of [["signed", "offered"], ["newKey", "cancelled"]] as const
    ) {
      const id = transferId.with(0, authenticity === "signed" ? 1 : 2);
      const offered: Offer = {
        kind: "offer",
        ...{ transferId: id, fileKey, digest: new Uint8Array(32), name: "a" },
        ...{ entryKind: "file", others: 0, files: 1, size: 1 },
      };
      await bia.transfers.receive("ana", offered, authenticity);
      await bia.transfers.receive("ana", { ...cancel, transferId: id }, "newKey");
      assertEquals(bia.status.state, expected);
    }
  },
);

endsTestWithFile("Transfers forgets the oldest that are over", async (ends, directory) => {
  ends.hear("ana", () => Promise.resolve());
  const bia = ends.enter("bia", { downloads: directory });
  const { fileKey } = transferSecret;
  const offer = async (number: number) => {
    const transferId = new Uint8Array(16);
    new DataView(transferId.buffer).setUint32(0, number);
    const offered = { transferId, fileKey, digest: new Uint8Array(32), name: "a" };
    const summary = { entryKind: "file", others: 0, files: 1, size: 1 } as const;
    await bia.transfers.receive("ana", { kind: "offer", ...offered, ...summary }, "signed");
    return transferId;
  };
  await offer(0); // nobody takes it back
  for (let number = 1; number <= maxTransfersRemembered + 5; number++) {
    const transferId = await offer(number);
    await bia.transfers.receive("ana", { kind: "cancel", transferId }, "signed");
  }
  const { statuses } = bia.transfers;
  assertEquals(statuses.length, maxTransfersRemembered);
  assertEquals(statuses.slice(0, 2).map(({ number }) => number), [1, 8]);
});
