import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatError } from "../../lib/client/mod.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import { StoreError } from "../../lib/client/store.ts";
import { generateIdentity } from "../../lib/crypto/mod.ts";
import { SourceError, TransferError } from "../../lib/transfer/mod.ts";
import { fileTest, reached } from "../testing/file_chat.ts";
import { SnapshotStore } from "../testing/snapshot_store.ts";
import { someContent } from "../testing/transfer.ts";
import { Recorder } from "../testing/recorder.ts";
import type { TestMember } from "../testing/test_chat.ts";
import { within } from "../testing/within.ts";

/** Somebody who comes back as the same. */
const somebody = () => ({ identity: generateIdentity(), store: new MemoryStore() });

/** So much that it is still moving when somebody hears that it is, and for long after the first part has come. */
const muchContent = someContent(24_000_000);
const firstPart = 2_000_000;

fileTest("Client.offer() waits for a member who is away", async (files) => {
  const asBia = somebody();
  const ana = await files.join("ana");
  await (await files.join("bia", asBia)).client.close();
  await files.chat.reported("left", "bia");
  const status = await ana.client.offer("bia", [files.write("a")]);
  assertEquals([status.state, status.number, status.size], ["offered", 1, 16]);
  const bia = await files.join("bia", asBia);
  const { transfer } = await bia.event("offered");
  assertEquals([transfer.peer, transfer.name, transfer.entryKind], ["ana", "a", "file"]);
  await bia.client.acceptTransfer(transfer.number);
  await reached(ana, "done");
  await reached(bia, "done");
  assertEquals(files.received(), { a: "o conteúdo de a" });
});

fileTest("Client.offer() refuses what can't be sent, and whom nobody knows", async (files) => {
  const { client } = await files.join("ana");
  const path = files.write("a");
  await assertRejects(() => client.offer("bia", [`${path}?`]), SourceError);
  const error = await assertRejects(() => client.offer("ninguém", [path]), ChatError);
  assertEquals(error.code, "unknownMember");
  await assertRejects(() => client.offer("ana", [path]), ChatError, "unknownMember");
  assertEquals(client.transfers(), []);
});

fileTest("Client.cancelTransfer() declines what was offered to us", async (files) => {
  const [ana, bia] = [await files.join("ana"), await files.join("bia")];
  await ana.client.offer("bia", [files.write("a")]);
  await bia.event("offered");
  await bia.client.cancelTransfer();
  await reached(ana, "declined");
  await reached(bia, "declined");
  await assertRejects(() => bia.client.acceptTransfer(), ChatError, "noSuchTransfer");
  await assertRejects(() => ana.client.cancelTransfer(1), ChatError, "noSuchTransfer");
});

fileTest("Client.cancelTransfer() takes back what we offered", async (files) => {
  const [ana, bia] = [await files.join("ana"), await files.join("bia")];
  await ana.client.offer("bia", [files.write("a")]);
  await bia.event("offered");
  await ana.client.cancelTransfer();
  await reached(ana, "cancelled");
  await reached(bia, "cancelled");
  await assertRejects(() => bia.client.acceptTransfer(1), ChatError, "noSuchTransfer");
});

fileTest("Client.cancelTransfer() ends what is prepared, and nobody hears of it", async (files) => {
  const [ana, bia] = [await files.join("ana"), await files.join("bia")];
  const offering = ana.client.offer("bia", [files.write("a", muchContent)]);
  const refused = assertRejects(() => offering, TransferError);
  await reached(ana, "preparing");
  await ana.client.cancelTransfer();
  assertEquals((await refused).code, "cancelled");
  await reached(ana, "cancelled");
  await ana.client.tell("bia", "pronto");
  await bia.event("told");
  assertEquals(bia.events("offered"), []);
});

for (const who of ["ana", "bia"] as const) {
  const role = who === "ana" ? "sender" : "receiver";

  fileTest(`Client.cancelTransfer() ends what moves, on the ${role}'s side`, async (files) => {
    let cancelling: Promise<void> | undefined;
    await using recorder = files.after(firstPart, () => {
      cancelling = members[who].client.cancelTransfer();
    });
    const members = {
      ana: await files.join("ana"),
      bia: await files.join("bia", { port: recorder.port, isDirect: false }),
    };
    const { ana, bia } = members;
    await ana.client.offer("bia", [files.write("a", muchContent)]);
    await bia.event("offered");
    await bia.client.acceptTransfer();
    await reached(ana, "cancelled");
    await reached(bia, "cancelled");
    await cancelling;
    await bia.client.close(); // and what it removes is removed
    assertEquals(files.received(), {});
  });

  fileTest(`Client.cancelTransfer() ends what waits, on the ${role}'s side`, async (files) => {
    const as = { ana: somebody(), bia: somebody() };
    const other = who === "ana" ? "bia" : "ana";
    let closing: Promise<void> | undefined;
    await using recorder = files.after(firstPart, () => {
      closing = members[other].client.close();
    });
    const members = {
      ana: await files.join("ana", as.ana),
      bia: await files.join("bia", { ...as.bia, port: recorder.port, isDirect: false }),
    };
    await members.ana.client.offer("bia", [files.write("a", muchContent)]);
    await members.bia.event("offered");
    await members.bia.client.acceptTransfer();
    await members[other].ended;
    await closing;
    await members[who].client.cancelTransfer();
    await reached(members[who], "cancelled");
    members[other] = await files.join(other, as[other]);
    await reached(members[other], "cancelled");
    await members.bia.client.close();
    assertEquals(files.received(), {});
  });

  fileTest(`Client goes on with a transfer after its ${role} has come back`, async (files) => {
    const as = { ana: somebody(), bia: somebody() };
    let closing: Promise<void> | undefined;
    await using recorder = files.after(muchContent.length / 2, () => {
      closing = members[who].client.close();
    });
    const onItsWay = { port: recorder.port, isDirect: false };
    const members = {
      ana: await files.join("ana", as.ana),
      bia: await files.join("bia", { ...as.bia, ...onItsWay }),
    };
    await members.ana.client.offer("bia", [files.write("a", muchContent)]);
    await members.bia.event("offered");
    await members.bia.client.acceptTransfer();
    await members[who].ended;
    await closing;
    const bytesBefore = recorder.recordedBytes("down");
    members[who] = await files.join(who, { ...as[who], ...who === "bia" ? onItsWay : {} });
    await reached(members.ana, "done");
    const { paths } = await reached(members.bia, "done");
    assertEquals(Deno.readFileSync(paths![0]!), muchContent);
    assertEquals(Object.keys(files.received()), ["a"]);
    assert(recorder.recordedBytes("down") - bytesBefore < muchContent.length * 0.9);
    if (who === "bia") assertEquals(members.bia.events("offered"), []);
    for (const { store } of Object.values(as)) assertEquals(store.keys("transfer/"), []);
  });
}

fileTest("Client lets an offer be accepted after both have come back", async (files) => {
  const [asAna, asBia] = [somebody(), somebody()];
  const before = [await files.join("ana", asAna), await files.join("bia", asBia)] as const;
  await before[0].client.offer("bia", [files.write("a")]);
  await before[1].event("offered");
  for (const { client } of before) await client.close();
  const bia = await files.join("bia", asBia);
  assertEquals(bia.client.transfers().map(({ state }) => state), ["offered"]);
  await bia.client.acceptTransfer();
  const ana = await files.join("ana", asAna);
  await reached(ana, "done");
  await reached(bia, "done");
});

fileTest("Client accepts only what hasn't changed since it was offered", async (files) => {
  const [ana, bia] = [await files.join("ana"), await files.join("bia")];
  for (const [i, change] of [Deno.removeSync, () => files.write("1", "outro")].entries()) {
    const path = files.write(`${i}`);
    await ana.client.offer("bia", [path]);
    await bia.count("offered", i + 1);
    change(path);
    await bia.client.acceptTransfer();
    assertEquals((await reached(ana, "failed", i + 1)).failure, "sourceChanged");
    await reached(bia, "cancelled", i + 1);
  }
  await bia.client.close();
  assertEquals(bia.events("transfer").some(({ transfer }) => transfer.state === "done"), false);
});

fileTest("Client receives the same file twice under two names", async (files) => {
  const [ana, bia] = [await files.join("ana"), await files.join("bia")];
  const path = files.write("foto.jpg", "foto");
  for (const number of [1, 2]) {
    await ana.client.offer("bia", [path]);
    await bia.count("offered", number);
    await bia.client.acceptTransfer();
    await reached(bia, "done", number);
  }
  assertEquals(files.received(), { "foto.jpg": "foto", "foto (2).jpg": "foto" });
});

fileTest("Client moves several transfers at a time, both ways", async (files) => {
  const members = [await files.join("ana"), await files.join("bia")] as const;
  const [ana, bia] = members;
  const numbers = [1, 2, 3, 4];
  await Promise.all(numbers.flatMap((i) => [
    ana.client.offer("bia", [files.write(`para bia ${i}`, muchContent.slice(0, i * 500_000))]),
    bia.client.offer("ana", [files.write(`para ana ${i}`, muchContent.slice(0, i * 400_000))]),
  ]));
  for (
    const { client, count } of members.map((m) => ({ client: m.client, count: m.count.bind(m) }))
  ) {
    const offered = await count("offered", numbers.length);
    await assertRejects(() => client.acceptTransfer(), ChatError, "whichTransfer");
    await Promise.all(offered.map(({ transfer }) => client.acceptTransfer(transfer.number)));
  }
  for (const member of members) {
    for (const { number } of member.client.transfers()) await reached(member, "done", number);
  }
  for (const i of numbers) {
    for (const name of [`para bia ${i}`, `para ana ${i}`]) {
      const sent = Deno.readFileSync(`${files.directory}/${name}`);
      assertEquals(Deno.readFileSync(`${files.downloads}/${name}`), sent, name);
    }
  }
});

fileTest("Client accepts without asking from verified members, if it may", async (files) => {
  const ana = await files.join("ana");
  const bia = await files.join("bia", { acceptsFromVerified: true });
  await ana.client.offer("bia", [files.write("a")]);
  await bia.event("offered");
  await bia.client.verificationCode("ana");
  bia.client.confirmVerified("ana");
  await ana.client.offer("bia", [files.write("b")]);
  await reached(bia, "done", 2);
  assertEquals(files.received(), { b: "o conteúdo de b" });
  assertEquals(bia.client.transfers()[0]!.state, "offered");
});

fileTest("Client refuses what doesn't fit, and what is accepted twice", async (files) => {
  const [ana, bia] = [await files.join("ana"), await files.join("bia")];
  await ana.client.offer("bia", [files.write("a")]);
  await bia.event("offered");
  const answers = await Promise.allSettled([1, 2].map(() => bia.client.acceptTransfer(1)));
  assertEquals(answers.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  await reached(bia, "done");
  await reached(ana, "done");
});

fileTest("Client goes on where a newer one of the same member takes over", async (files) => {
  const asBia = somebody();
  const ana = await files.join("ana");
  let takingOver: Promise<TestMember> | undefined;
  await using recorder = files.after(firstPart, () => {
    takingOver = files.join("bia", asBia);
  });
  const before = await files.join("bia", { ...asBia, port: recorder.port, isDirect: false });
  await ana.client.offer("bia", [files.write("a", muchContent)]);
  await before.event("offered");
  await before.client.acceptTransfer();
  await within(before.ended, "the older one to end");
  const bia = await takingOver!;
  const { paths } = await reached(bia, "done");
  await reached(ana, "done");
  assertEquals(Deno.readFileSync(paths![0]!), muchContent);
  assertEquals(Object.keys(files.received()), ["a"]);
});

fileTest("Client.close() in the middle of everything leaves nothing running", async (files) => {
  const [ana, bia] = [await files.join("ana"), await files.join("bia")];
  await ana.client.offer("bia", [files.write("a", muchContent)]);
  await bia.event("offered");
  await bia.client.acceptTransfer();
  await reached(bia, "moving");
  const offering = ana.client.offer("bia", [files.write("b", muchContent)]);
  const refused = assertRejects(() => offering, ChatError, "closed");
  await reached(ana, "preparing", 2);
  await Promise.all([ana.client.close(), bia.client.close()]);
  await refused;
  assert(!Object.keys(files.received()).includes("a"));
});

for (const [sender, receiver] of [[true, true], [false, true], [true, false]] as const) {
  const way = sender && receiver ? "straight, where both may" : "through the server, where";
  const who = sender && receiver ? "" : ` its ${sender ? "receiver" : "sender"} wants that`;
  fileTest(`Client sends files ${way}${who}`, async (files) => {
    await using recorder = new Recorder(files.chat.port);
    const ana = await files.join("ana", { isDirect: sender });
    const bia = await files.join("bia", { isDirect: receiver, port: recorder.port });
    await ana.client.offer("bia", [files.write("a", muchContent.slice(0, 1_000_000))]);
    await bia.event("offered");
    await bia.client.acceptTransfer();
    await reached(ana, "done");
    await reached(bia, "done");
    assertEquals(recorder.recordedBytes("down") > 1_000_000, !(sender && receiver));
  });
}

fileTest(
  "Client.cancelTransfer() takes back what was offered while we were away",
  async (files) => {
    await using recorder = new Recorder(files.chat.port);
    const ana = await files.join("ana", { port: recorder.port });
    const bia = await files.join("bia");
    recorder.shut();
    recorder.cut();
    await ana.event("disconnected");
    const offering = ana.client.offer("bia", [files.write("a")]);
    await ana.log.until(() => ana.client.transfers().some(({ bytes }) => bytes > 0), "the digest");
    const cancelling = ana.client.cancelTransfer();
    await reached(ana, "cancelled");
    recorder.open();
    assertEquals((await within(offering, "the offer")).state, "cancelled");
    await within(cancelling, "the cancel");
    await bia.event("offered");
    await reached(bia, "cancelled");
  },
);

fileTest("Client goes on with a transfer after its connections were cut", async (files) => {
  let cuts = 0;
  await using recorder = new Recorder(files.chat.port);
  recorder.alterPiece = ({ direction, bytes }, at) => {
    if (direction === "down" && at > 2_000_000 && cuts < 2) {
      cuts++;
      recorder.cut();
    }
    return bytes;
  };
  const ana = await files.join("ana");
  const bia = await files.join("bia", { port: recorder.port, isDirect: false });
  await ana.client.offer("bia", [files.write("a", muchContent)]);
  await bia.event("offered");
  await bia.client.acceptTransfer();
  const { paths } = await reached(bia, "done");
  await reached(ana, "done");
  assertEquals(cuts, 2);
  assertEquals(Deno.readFileSync(paths![0]!), muchContent);
});

fileTest("Client ends in order where it can't keep what a letter says of files", async (files) => {
  const store = new SnapshotStore();
  const ana = await files.join("ana");
  const bia = await files.join("bia", { store });
  await ana.client.tell("bia", "oi");
  await bia.event("told");
  await ana.event("delivered");
  store.beforeCommit = () => {
    throw new StoreError("chat.db", "unusable");
  };
  await ana.client.offer("bia", [files.write("a")]);
  assertEquals((await bia.event("closed")).code, "storeUnusable");
  await bia.ended;
});
