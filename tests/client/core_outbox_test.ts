import { assertEquals, assertRejects } from "@std/assert";
import { ChatError, type ChatErrorCode } from "../../lib/client/mod.ts";
import type { MemberMessage, MessageId, RejectedCode, Send } from "../../lib/codec/mod.ts";
import {
  maxOutboxBytes,
  maxTextBytes,
  maxUndeliveredBytes,
  outboxLazyMs,
  takeOverMs,
} from "../../lib/limits.ts";
import { contentOf, signingKeyOf } from "../testing/plain_sealer.ts";
import { SnapshotStore } from "../testing/snapshot_store.ts";
import { TestClient } from "../testing/test_client.ts";
import { settled } from "../testing/turns.ts";
import { textOf } from "../testing/contents.ts";

/** What was sent since the last call of messages of ours, once all that can be sealed is. */
async function sent(client: TestClient): Promise<MemberMessage[]> {
  for (let i = 0; i < 5; i++) await settled();
  const kinds: MemberMessage["kind"][] = ["send", "inquire"];
  return client.session.take().filter(({ kind }) => kinds.includes(kind));
}

async function oneSent(client: TestClient): Promise<Send> {
  const [send, ...others] = await sent(client);
  if (send?.kind !== "send" || others.length > 0) throw new Error("Expected one message");
  return send;
}

/** Tells bia something, as far as it leaves; whoever tells it hears nothing of it, for the process dies. */
async function tellInVain(client: TestClient, text = "a"): Promise<Send> {
  client.core.tell("bia", text).catch(() => {});
  return await oneSent(client);
}

/** The next process, after this one was killed. */
function restart(client: TestClient): TestClient {
  return TestClient.entered(new SnapshotStore(client.store as SnapshotStore));
}

const start = () => TestClient.entered(new SnapshotStore());
const outboxOf = ({ store }: TestClient) => store.keys("outbox/");

async function rejection(request: Promise<unknown>): Promise<ChatErrorCode> {
  return (await assertRejects(() => request, ChatError)).code;
}

Deno.test("ClientCore.tell() makes two commits before a message leaves, and one for all that arrive", async () => {
  const client = start();
  const store = client.store as SnapshotStore;
  const before = store.commits;
  const [one, two] = [await tellInVain(client), await tellInVain(client)];
  assertEquals(store.commits, before + 4);
  for (const { id } of [one, two]) {
    client.core.receive({ kind: "accepted", id });
    client.core.receive({ kind: "delivered", id });
  }
  client.clock.advance(outboxLazyMs);
  assertEquals(store.commits, before + 5);
  assertEquals(outboxOf(client), []);
});

Deno.test("ClientCore.enter() sends what an earlier start has left behind, in the same envelope and order", async () => {
  const client = start();
  const first = await tellInVain(client, "a");
  client.sealer.needsKeyPackages = true;
  client.core.tell("bia", "b").catch(() => {}); // which isn't sealed before the end
  const next = restart(client);
  const [again, other, ...more] = await sent(next);
  assertEquals(again, first);
  assertEquals(textOf(contentOf((other as Send).envelope)), "b");
  assertEquals(more, []);
  next.core.receive({ kind: "accepted", id: first.id });
  next.core.receive({ kind: "delivered", id: first.id });
  assertEquals(next.take(), [{ kind: "delivered", to: "bia", id: first.id }]);
});

Deno.test("ClientCore.enter() asks what became of accepted messages, and sends again the unknown", async () => {
  const client = start();
  const first = await tellInVain(client);
  client.core.receive({ kind: "accepted", id: first.id });
  client.clock.advance(outboxLazyMs);
  const next = restart(client);
  assertEquals(await sent(next), [{ kind: "inquire", id: first.id }]);
  next.core.receive({ kind: "rejected", id: first.id, code: "unknownMessage" });
  assertEquals(await sent(next), [first]);
  next.core.receive({ kind: "accepted", id: first.id });
  next.core.exit();
  next.enter();
  assertEquals(await sent(next), [{ kind: "inquire", id: first.id }]);
  next.take();
  next.core.receive({ kind: "delivered", id: first.id });
  assertEquals(next.take(), [{ kind: "delivered", to: "bia", id: first.id }]);
});

Deno.test("ClientCore.fail() keeps for the next start what it says wasn't sent", async () => {
  const client = start();
  const telling = rejection(client.core.tell("bia", "a"));
  const first = await oneSent(client);
  client.sealer.needsKeyPackages = true;
  const waiting = rejection(client.core.tell("bia", "b"));
  await settled();
  client.core.fail(new ChatError("closed"));
  assertEquals([await telling, await waiting], ["closed", "closed"]);
  await settled();
  assertEquals(client.clock.pending, 0);
  const next = restart(client);
  const [again, other] = await sent(next);
  assertEquals(again, first);
  assertEquals(textOf(contentOf((other as Send).envelope)), "b");
});

const finalCodes: readonly RejectedCode[] = [
  "addresseeBusy",
  "quotaExceeded",
  "storageFailed",
  "unknownMember",
  "expired",
];

for (const code of finalCodes) {
  Deno.test(`ClientCore forgets what is rejected with ${code} before it says so`, async () => {
    const client = start();
    const telling = rejection(client.core.tell("bia", "a"));
    client.core.receive({ kind: "rejected", id: (await oneSent(client)).id, code });
    assertEquals(outboxOf(client), []);
    assertEquals(await telling, code);
    assertEquals(client.take(), []); // whoever wrote it knows

    const { id } = await tellInVain(client);
    const next = restart(client);
    next.core.receive({ kind: "rejected", id, code });
    assertEquals(next.take(), [{ kind: "undelivered", to: "bia", id, code }]);
    assertEquals(outboxOf(next), []);
  });
}

Deno.test("ClientCore says which accepted message can't be sealed anew, and why", async () => {
  const client = start();
  const { id } = await tellInVain(client);
  client.core.receive({ kind: "accepted", id });
  client.contacts.see("bia", signingKeyOf("eva"));
  client.take();
  client.core.receive({ kind: "rejected", id, code: "unreadable" });
  await settled();
  const question = client.session.take().find(({ kind }) => kind === "identify");
  if (question?.kind !== "identify") throw new Error("Expected a question");
  client.core.receive({
    kind: "identified",
    id: question.id,
    name: "bia",
    signingKey: signingKeyOf("eva"),
    keyPackage: Uint8Array.of(1),
  });
  await settled();
  assertEquals(client.take(), [{ kind: "undelivered", to: "bia", id, code: "memberKeyChanged" }]);
});

Deno.test("ClientCore leaves alone what a server doesn't know without having been asked", async () => {
  const client = start();
  const { id } = await tellInVain(client);
  client.core.receive({ kind: "rejected", id, code: "unknownMessage" });
  assertEquals(await sent(client), []);
  client.core.receive({ kind: "accepted", id });
  client.core.receive({ kind: "rejected", id, code: "unknownMessage" });
  assertEquals(await sent(client), []);
  assertEquals(outboxOf(client).length, 1);
});

Deno.test("ClientCore.tell() refuses more than maxOutboxBytes", async () => {
  const client = new TestClient(); // apart, and it knows nobody
  const text = "x".repeat(maxTextBytes);
  const telling: Promise<unknown>[] = [];
  for (let bytes = 0; bytes < maxOutboxBytes; bytes += maxTextBytes) {
    telling.push(client.core.tell("bia", text));
  }
  assertEquals(await rejection(client.core.tell("bia", text)), "outboxFull");
  client.core.fail(new ChatError("closed"));
  await Promise.allSettled(telling);
});

Deno.test("ClientCore.tell() sends more than an addressee takes at a time only while it is absent", async () => {
  const client = start();
  const count = 2 * maxUndeliveredBytes / maxTextBytes;
  const accept = async () => {
    let accepted = 0;
    for (let ids: MessageId[] = [0n]; ids.length > 0; accepted += ids.length) {
      ids = (await sent(client)).map((message) => (message as Send).id);
      for (const id of ids) client.core.receive({ kind: "accepted", id });
    }
    return accepted;
  };
  for (let i = 0; i < count; i++) {
    client.core.tell("Bia", "x".repeat(maxTextBytes - 1_000)).catch(() => {});
  }
  const first = await accept();
  assertEquals(first < count, true);
  client.core.receive({ kind: "presence", joined: [], left: ["bia"] });
  assertEquals(first + await accept(), count);
});

Deno.test("ClientCore takes up what the process that it has taken over from wrote last", async () => {
  const client = start();
  const next = TestClient.entered(client.store);
  const last = await tellInVain(client);
  client.core.fail(new ChatError("replaced"));
  assertEquals(await sent(next), []);
  next.clock.advance(takeOverMs);
  assertEquals(await sent(next), [last]);
});

Deno.test("ClientCore seals one envelope for a letter that two processes have", async () => {
  const client = start();
  client.sealer.needsKeyPackages = true;
  client.core.tell("bia", "a").catch(() => {});
  await settled();
  const question = client.session.take().find(({ kind }) => kind === "identify");
  if (question?.kind !== "identify") throw new Error("Expected a question");
  const next = TestClient.entered(client.store);
  const first = await oneSent(next);
  let commits = 0;
  (client.store as SnapshotStore).afterCommit = () => commits++;
  client.core.receive({
    kind: "identified",
    id: question.id,
    name: "bia",
    signingKey: signingKeyOf("bia"),
    keyPackage: Uint8Array.of(1),
  });
  assertEquals(await sent(client), [first]);
  assertEquals(commits, 0);
});

Deno.test("ClientCore.fail() leaves to the next start whatever is answered from then on", async () => {
  const codes: (RejectedCode | undefined)[] = ["addresseeBusy", "unreadable", undefined];
  for (const code of codes) {
    const client = start();
    const { id } = await tellInVain(client);
    client.core.fail(new ChatError("closed"));
    client.take();
    client.core.receive(code ? { kind: "rejected", id, code } : { kind: "delivered", id });
    client.clock.advance(outboxLazyMs);
    assertEquals(client.take(), []);
    assertEquals(outboxOf(client).length, 1);
    assertEquals(client.clock.pending, 0);
  }
});
