import { assertEquals, assertRejects } from "@std/assert";
import { ChatError, type ChatErrorCode } from "../../lib/client/mod.ts";
import type { Identify, MemberMessage, Message, Send } from "../../lib/codec/mod.ts";
import {
  keyPackagePatience,
  maxSealings,
  maxUndeliveredBytes,
  supplyPauseMs,
} from "../../lib/limits.ts";
import { contentOf, plainEnvelope, signingKeyOf } from "../testing/plain_sealer.ts";
import { TestClient } from "../testing/test_client.ts";
import { settled } from "../testing/turns.ts";
import { textContent, textOf } from "../testing/contents.ts";

/** A client that has to ask for key packages before it writes to anybody. */
function start(): TestClient {
  const client = TestClient.entered();
  client.sealer.needsKeyPackages = true;
  return client;
}

async function sent<Kind extends MemberMessage["kind"]>(
  client: TestClient,
  kind: Kind,
): Promise<Extract<MemberMessage, { kind: Kind }>[]> {
  await settled();
  const isIt = (message: MemberMessage): message is Extract<MemberMessage, { kind: Kind }> =>
    message.kind === kind;
  return client.session.take().filter(isIt);
}

function identified(
  { id, name }: Identify,
  fields: Partial<Extract<Message, { kind: "identified" }>> = {},
): Message {
  const [signingKey, keyPackage] = [signingKeyOf(name), Uint8Array.of(1)];
  return { kind: "identified", id, name, signingKey, keyPackage, ...fields };
}

async function rejection(request: Promise<unknown>): Promise<ChatErrorCode> {
  return (await assertRejects(() => request, ChatError)).code;
}

const textIn = ({ envelope }: Send) => textOf(contentOf(envelope));

Deno.test("Correspondence asks for a key package, begins a group with it, and sends in order", async () => {
  const client = start();
  const telling = ["a", "b"].map((text) => client.core.tell("bia", text));
  const questions = await sent(client, "identify");
  assertEquals(questions.map(({ name, wantsKeyPackage }) => [name, wantsKeyPackage]), [[
    "bia",
    true,
  ]]);
  client.core.receive(identified(questions[0]!));
  const sends = await sent(client, "send");
  assertEquals(sends.map(textIn), ["a", "b"]);
  assertEquals(client.sealer.calls, ["begin bia"]);
  for (const { id } of sends) client.core.receive({ kind: "accepted", id });
  assertEquals(await Promise.all(telling), sends.map(({ id }) => ({ id })));
});

Deno.test("Correspondence lets nobody wait for a key that is another's", async () => {
  const client = start();
  const toEva = client.core.tell("eva", "later");
  const [question] = await sent(client, "identify");
  client.sealer.needsKeyPackages = false;
  const toBia = client.core.tell("bia", "now");
  const [send] = await sent(client, "send");
  assertEquals(textIn(send!), "now");
  client.core.receive({ kind: "accepted", id: send!.id });
  await toBia;
  client.core.receive(identified(question!));
  const [later] = await sent(client, "send");
  client.core.receive({ kind: "accepted", id: later!.id });
  await toEva;
});

Deno.test("Correspondence asks again on the next connection, and then sends", async () => {
  const client = start();
  const telling = client.core.tell("bia", "a");
  const [first] = await sent(client, "identify");
  client.core.exit();
  client.enter();
  const [again] = await sent(client, "identify");
  assertEquals(again, first);
  client.core.receive(identified(again!));
  const [send] = await sent(client, "send");
  client.core.receive({ kind: "accepted", id: send!.id });
  await telling;
});

const refusals: readonly {
  readonly what: string;
  readonly answer: (question: Identify) => Message;
  readonly code: ChatErrorCode;
  readonly takesKeyPackages?: boolean;
}[] = [
  {
    what: "a name that is nobody's",
    answer: ({ id }) => ({ kind: "rejected", id, code: "unknownMember" }),
    code: "unknownMember",
  },
  {
    what: "an answer about somebody else",
    answer: (question) => identified(question, { name: "eva" }),
    code: "unknownMember",
  },
  {
    what: "a key package that isn't the member's",
    answer: identified,
    takesKeyPackages: false,
    code: "memberKeyForged",
  },
  {
    what: "a changed key",
    answer: (question) => identified(question, { signingKey: signingKeyOf("eva") }),
    code: "memberKeyChanged",
  },
];

for (const { what, answer, code, takesKeyPackages = true } of refusals) {
  Deno.test(`Correspondence sends nothing to ${what}`, async () => {
    const client = start();
    client.sealer.takesKeyPackages = takesKeyPackages;
    const refused = rejection(client.core.tell("bia", "a"));
    const [question] = await sent(client, "identify");
    client.core.receive(answer(question!));
    assertEquals(await refused, code);
    assertEquals(await sent(client, "send"), []);
  });
}

/** Lets the next question be answered without a key package; answers whether there was one. */
async function answerEmpty(client: TestClient): Promise<boolean> {
  const [question] = await sent(client, "identify");
  if (question) client.core.receive(identified(question, { keyPackage: new Uint8Array() }));
  await settled();
  return question !== undefined;
}

Deno.test("Correspondence asks again for a member who hasn't published its keys yet", async () => {
  const client = start();
  const telling = client.core.tell("bia", "a");
  assertEquals(await answerEmpty(client), true);
  client.clock.advance(keyPackagePatience.firstPauseMs);
  const [question] = await sent(client, "identify");
  client.core.receive(identified(question!));
  const [send] = await sent(client, "send");
  client.core.receive({ kind: "accepted", id: send!.id });
  await telling;
});

Deno.test("Correspondence sends nothing to a member who never publishes keys", async () => {
  const client = start();
  const refused = rejection(client.core.tell("bia", "a"));
  let questions = 0;
  for (let i = 0; i < 20; i++) {
    if (await answerEmpty(client)) questions++;
    client.clock.advance(60_000);
  }
  assertEquals(await refused, "noKeyPackage");
  assertEquals(questions, 1 + keyPackagePatience.pauses);
});

Deno.test("Correspondence warns of a changed key once, and sends again once it is trusted", async () => {
  const client = start();
  const changed = { signingKey: signingKeyOf("eva") };
  for (let i = 0; i < 2; i++) {
    const refused = rejection(client.core.tell("bia", "a"));
    const [question] = await sent(client, "identify");
    client.core.receive(identified(question!, changed));
    assertEquals(await refused, "memberKeyChanged");
  }
  assertEquals(client.take(), [{ kind: "keyChanged", name: "bia" }]);
  client.core.verification.trust("bia");
  const telling = client.core.tell("bia", "b");
  const [question] = await sent(client, "identify");
  client.core.receive(identified(question!, changed));
  const [send] = await sent(client, "send");
  assertEquals(textIn(send!), "b");
  client.core.receive({ kind: "accepted", id: send!.id });
  await telling;
});

Deno.test("Correspondence seals anew, under the same id, what the addressee couldn't open", async () => {
  const client = start();
  const telling = client.core.tell("bia", "a");
  client.core.receive(identified((await sent(client, "identify"))[0]!));
  const [send] = await sent(client, "send");
  client.core.receive({ kind: "rejected", id: send!.id, code: "unreadable" });
  let isTold = false;
  void telling.then(() => isTold = true);
  client.core.receive(identified((await sent(client, "identify"))[0]!));
  const [again] = await sent(client, "send");
  assertEquals([again!.id, textIn(again!)], [send!.id, "a"]);
  assertEquals(isTold, false); // the server hasn't it any longer
  client.core.receive({ kind: "accepted", id: send!.id });
  assertEquals(await telling, { id: send!.id });
  client.core.receive({ kind: "delivered", id: send!.id });
  assertEquals(client.take(), [{ kind: "delivered", to: "bia", id: send!.id }]);
  const [group] = client.sealer.calls.filter((call) => call.startsWith("delivered"));
  assertEquals(client.sealer.calls, ["begin bia", "forget bia", "begin bia", group!]);
});

Deno.test("Correspondence begins one new group for all that the addressee couldn't open", async () => {
  const client = TestClient.entered();
  const telling = ["a", "b", "c"].map((text) => client.core.tell("bia", text));
  const sends = await sent(client, "send");
  for (const { id } of sends) client.core.receive({ kind: "rejected", id, code: "unreadable" });
  const again = await sent(client, "send");
  assertEquals(again.map(textIn), ["a", "b", "c"]);
  assertEquals(client.sealer.calls, ["forget bia"]);
  for (const { id } of again) client.core.receive({ kind: "accepted", id });
  await Promise.all(telling);
});

Deno.test("Correspondence says that it was in vain after maxSealings", async () => {
  const client = TestClient.entered();
  const telling = client.core.tell("bia", "a");
  for (let i = 0; i < maxSealings; i++) {
    const [send] = await sent(client, "send");
    client.core.receive({ kind: "accepted", id: send!.id });
    client.core.receive({ kind: "rejected", id: send!.id, code: "unreadable" });
  }
  const { id } = await telling;
  assertEquals(await sent(client, "send"), []);
  assertEquals(client.take(), [{ kind: "undelivered", to: "bia", id, code: "unreadable" }]);
});

Deno.test("Correspondence keeps what it opens before it acknowledges it", async () => {
  const client = TestClient.entered();
  client.sealer.keeps = false; // another process has taken over
  const envelope = plainEnvelope(textContent(7n, 5, "a"));
  client.core.receive({ kind: "told", delivery: 1, from: "bia", id: 7n, envelope });
  assertEquals(await sent(client, "received"), []);
});

Deno.test("Correspondence opens a copy: the bytes that came are soon overwritten", async () => {
  const client = TestClient.entered();
  const envelope = plainEnvelope(textContent(7n, 5, "a"));
  client.core.receive({ kind: "told", delivery: 1, from: "bia", id: 7n, envelope });
  envelope.fill(0xff);
  await settled();
  assertEquals(client.take().map(({ kind }) => kind), ["told"]);
});

Deno.test("Correspondence warns before it shows what somebody with another key has written", async () => {
  const client = TestClient.entered();
  client.sealer.senderKey = signingKeyOf("eva");
  const envelope = plainEnvelope(textContent(7n, 5, "a"));
  client.core.receive({ kind: "told", delivery: 1, from: "bia", id: 7n, envelope });
  await settled();
  assertEquals(client.take(), [
    { kind: "keyChanged", name: "bia" },
    { kind: "told", from: "bia", id: 7n, sentAt: 5, text: "a", authenticity: "newKey" },
  ]);
});

Deno.test("Correspondence publishes what its keys need", async () => {
  const client = TestClient.entered();
  const [lastResort, keyPackages] = [Uint8Array.of(1), [Uint8Array.of(2)]];
  const publish = { kind: "publish", supply: 3n, lastResort, keyPackages } as const;
  client.sealer.publishes = publish;
  client.core.receive({ kind: "published", supply: 0n, left: 0 });
  assertEquals(await sent(client, "publish"), [publish]);
});

Deno.test("Correspondence publishes no more often than supplyPauseMs, whatever the server says", async () => {
  const client = TestClient.entered();
  const nothing = new Uint8Array();
  client.sealer.publishes = { kind: "publish", supply: 3n, lastResort: nothing, keyPackages: [] };
  for (let i = 0; i < 5; i++) {
    client.core.receive({ kind: "published", supply: 0n, left: i });
    assertEquals((await sent(client, "publish")).length, i === 0 ? 1 : 0);
  }
  client.clock.advance(supplyPauseMs);
  assertEquals((await sent(client, "publish")).length, 1);
  client.clock.advance(supplyPauseMs);
  assertEquals(await sent(client, "publish"), []);
  client.core.exit();
  client.enter();
  client.core.receive({ kind: "published", supply: 0n, left: 0 }); // as if it had got lost
  assertEquals((await sent(client, "publish")).length, 1);
});

Deno.test("Correspondence lets so many bytes to one addressee be undelivered, and others by", async () => {
  const client = TestClient.entered();
  const text = "x".repeat(16_000);
  const telling = Array.from({ length: 30 }, () => client.core.tell("bia", text));
  for (let i = 0; i < 5; i++) await settled();
  const first = await sent(client, "send");
  for (const { id } of first) client.core.receive({ kind: "accepted", id });
  const bytes = first.reduce((sum, { envelope }) => sum + envelope.length, 0);
  assertEquals(Math.ceil(maxUndeliveredBytes / 16_000) * 16_000 < bytes, true);
  assertEquals(await sent(client, "send"), []);
  telling.push(client.core.tell("eva", "hello"));
  const [toEva] = await sent(client, "send");
  assertEquals(toEva?.to, "eva");
  client.core.receive({ kind: "delivered", id: first[0]!.id });
  const [next, ...others] = await sent(client, "send");
  assertEquals([next?.to, others], ["bia", []]);
  client.core.fail(new ChatError("closed"));
  await Promise.allSettled(telling);
});

Deno.test("Correspondence opens nothing that comes under our own name", async () => {
  const client = TestClient.entered();
  const envelope = plainEnvelope(textContent(7n, 5, "a"));
  client.core.receive({ kind: "told", delivery: 1, from: "ana", id: 7n, envelope });
  assertEquals(await sent(client, "unreadable"), [{ kind: "unreadable", delivery: 1 }]);
  assertEquals(client.take(), []);
});

Deno.test("Correspondence keeps to itself what we tell ourselves", async () => {
  const client = TestClient.entered();
  const { id } = await client.core.tell("Ana", "a note");
  assertEquals(client.take().map(({ kind }) => kind), ["told", "delivered"]);
  assertEquals(client.session.take().filter((message) => "id" in message && message.id === id), []);
});

Deno.test("Correspondence hands on what it can't go on from, and sends nothing", async () => {
  const client = TestClient.entered();
  const fault = client.sealer.fault = new Error("the disk is full");
  const telling = client.core.tell("bia", "a");
  await settled();
  assertEquals(client.faults, [fault]);
  assertEquals(client.session.take(), []);
  client.core.fail(new ChatError("storeUnusable"));
  assertEquals(await rejection(telling), "storeUnusable");
});

Deno.test("Correspondence rejects what waits for a key when there will be no other connection", async () => {
  const client = start();
  const telling = client.core.tell("bia", "a");
  const [question] = await sent(client, "identify");
  client.core.fail(new ChatError("closed"));
  assertEquals(await rejection(telling), "closed");
  client.core.receive(identified(question!));
  assertEquals(await sent(client, "send"), []);
});

Deno.test("Correspondence makes keys once, however often the server says meanwhile that they run low", async () => {
  const client = start();
  const publish = { kind: "publish", supply: 1n, lastResort: new Uint8Array() } as const;
  client.sealer.publishes = { ...publish, keyPackages: [Uint8Array.of(1)] };
  for (const left of [5, 4, 3]) client.core.receive({ kind: "published", supply: 1n, left });
  assertEquals((await sent(client, "publish")).length, 1);
});
