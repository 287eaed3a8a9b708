import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatError } from "../../lib/client/mod.ts";
import type { Message, Send } from "../../lib/codec/mod.ts";
import { maxSendsInFlight } from "../../lib/limits.ts";
import { contentOf, plainEnvelope } from "../testing/plain_sealer.ts";
import { TestClient } from "../testing/test_client.ts";
import { settled } from "../testing/turns.ts";
import { textContent, textOf } from "../testing/contents.ts";

/** What was sent since the last call, once all that can be sealed is. */
async function sendsIn(client: TestClient): Promise<Send[]> {
  for (let i = 0; i < 50; i++) await settled();
  return client.session.take().filter((message): message is Send => message.kind === "send");
}

/** Lets the client receive a message, and open what is in it. */
async function receive(client: TestClient, message: Message): Promise<void> {
  client.core.receive(message);
  await settled();
}

/** Tells bia something, which the server accepts; answers the message's id. */
async function tellAccepted(client: TestClient): Promise<bigint> {
  const telling = client.core.tell("bia", "a");
  const { id } = (await sendsIn(client))[0]!;
  client.core.receive({ kind: "accepted", id });
  await telling;
  return id;
}

function told(id: bigint, delivery: number, from = "bia"): Message {
  const envelope = plainEnvelope(textContent(id, 5, `text ${id}`));
  return { kind: "told", delivery, from, id, envelope };
}

Deno.test("ClientCore.tell() sends an envelope and resolves once it is accepted", async () => {
  const client = TestClient.entered();
  const telling = client.core.tell("bia", "Olá, Bia!");
  const [send] = await sendsIn(client);
  assertEquals(send!.to, "bia");
  assertEquals(
    contentOf(send!.envelope),
    textContent(send!.id, client.clock.wallTime(), "Olá, Bia!"),
  );
  client.core.receive({ kind: "accepted", id: send!.id });
  assertEquals(await telling, { id: send!.id });
  client.core.receive({ kind: "accepted", id: send!.id }); // again, after a repeat
  assertEquals(client.take(), []);
});

Deno.test("ClientCore.tell() never goes over UDP", async () => {
  const client = TestClient.enteredOverUdp();
  await tellAccepted(client);
  assertEquals(client.session.takeDatagrams(), []);
});

for (const code of ["unknownMember", "addresseeBusy"] as const) {
  Deno.test(`ClientCore.tell() rejects with ${code} as the server does`, async () => {
    const client = TestClient.entered();
    const telling = client.core.tell("eva", "a");
    client.core.receive({ kind: "rejected", id: (await sendsIn(client))[0]!.id, code });
    const error = await assertRejects(() => telling, ChatError);
    assertEquals(error.code, code);
    assertEquals(client.take(), []);
  });
}

for (const to of ["a".repeat(129), "a".repeat(300), "é".repeat(65), "😀".repeat(33)]) {
  Deno.test(`ClientCore.tell() knows that nobody is called by ${to.length} letters`, async () => {
    const client = TestClient.entered();
    const error = await assertRejects(() => client.core.tell(to, "a"), ChatError);
    assertEquals(error.code, "unknownMember");
    assertEquals(client.session.take(), []);
  });
}

Deno.test("ClientCore.tell() composes a name that was typed in pieces", async () => {
  const client = TestClient.entered();
  const telling = client.core.tell("e\u0301".repeat(32), "a");
  const [send] = await sendsIn(client);
  assertEquals(send!.to, "é".repeat(32));
  client.core.receive({ kind: "accepted", id: send!.id });
  await telling;
});

Deno.test("ClientCore says once that a private message was delivered", async () => {
  const client = TestClient.entered();
  const id = await tellAccepted(client);
  for (let i = 0; i < 2; i++) client.core.receive({ kind: "delivered", id });
  assertEquals(client.take(), [{ kind: "delivered", to: "bia", id }]);
});

Deno.test("ClientCore.tell() resolves where delivered is the only answer, as to a repeat", async () => {
  const client = TestClient.entered();
  const telling = client.core.tell("bia", "a");
  client.core.exit();
  client.enter();
  const [{ id }] = (await sendsIn(client)) as [Send];
  client.take();
  client.core.receive({ kind: "delivered", id });
  assertEquals(await telling, { id });
  assertEquals(client.take(), [{ kind: "delivered", to: "bia", id }]);
});

Deno.test("ClientCore says that an accepted message can't be delivered any more", async () => {
  const client = TestClient.entered();
  const id = await tellAccepted(client);
  client.core.receive({ kind: "rejected", id, code: "memberLeft" });
  assertEquals(client.take(), [{ kind: "undelivered", to: "bia", id, code: "memberLeft" }]);
});

Deno.test("ClientCore overlooks what the server says of messages that it does not know", () => {
  const client = TestClient.entered();
  client.core.receive({ kind: "accepted", id: 1n });
  client.core.receive({ kind: "delivered", id: 1n });
  client.core.receive({ kind: "rejected", id: 1n, code: "memberLeft" });
  client.core.receive({ kind: "numbered", id: 1n, seq: 0 });
  assertEquals(client.take(), []);
});

Deno.test("ClientCore.tell() keeps the order, with so many on their way at a time", async () => {
  const client = TestClient.entered();
  const count = maxSendsInFlight + 50;
  const telling = Array.from({ length: count }, (_, i) => client.core.tell("bia", `text ${i}`));
  const first = await sendsIn(client);
  assertEquals(first.length, maxSendsInFlight);
  for (const { id } of first) client.core.receive({ kind: "accepted", id });
  const all = [...first, ...(await sendsIn(client))];
  const texts = all.map(({ envelope }) => textOf(contentOf(envelope)));
  assertEquals(texts, Array.from({ length: count }, (_, i) => `text ${i}`));
  for (const { id } of all.slice(first.length)) client.core.receive({ kind: "accepted", id });
  assertEquals((await Promise.all(telling)).length, count);
});

Deno.test("ClientCore.tell() is sent again after a break unless it was accepted, under its first id", async () => {
  const client = TestClient.entered();
  await tellAccepted(client);
  const telling = client.core.tell("bia", "b");
  const first = await sendsIn(client);
  client.core.exit();
  const later = client.core.tell("bia", "c");
  client.enter();
  const again = await sendsIn(client);
  assertEquals(again[0], first[0]);
  assertEquals(again.length, 2);
  for (const { id } of again) client.core.receive({ kind: "accepted", id });
  await Promise.all([telling, later]);
});

Deno.test("ClientCore shows a private message, and acknowledges it", async () => {
  const client = TestClient.entered();
  await receive(client, told(7n, 100));
  assertEquals(client.take(), [{
    kind: "told",
    from: "bia",
    id: 7n,
    text: "text 7",
    sentAt: 5,
    authenticity: "signed",
  }]);
  assertEquals(client.session.take(), [{ kind: "received", delivery: 100 }]);
});

Deno.test("ClientCore acknowledges a repeat, but shows it once", async () => {
  const client = TestClient.entered();
  await receive(client, told(7n, 100));
  client.core.exit();
  client.enter();
  client.session.take();
  assertEquals(client.take().map(({ kind }) => kind), ["told", "reconnected"]);
  await receive(client, told(7n, 101));
  assertEquals(client.session.take(), [{ kind: "received", delivery: 101 }]);
  assertEquals(client.take(), []);
  await receive(client, told(7n, 102, "caio")); // the same id, but of another author
  assertEquals(client.take().length, 1);
});

const unreadable: { what: string; envelope: Uint8Array }[] = [
  { what: "nothing", envelope: new Uint8Array() },
  { what: "an unknown protection", envelope: Uint8Array.of(9, 1, 2, 3) },
];

for (const { what, envelope } of unreadable) {
  Deno.test(`ClientCore asks for another envelope where it got ${what}, and the second time says so`, async () => {
    const client = TestClient.entered();
    await receive(client, { kind: "told", delivery: 1, from: "bia", id: 7n, envelope });
    assertEquals(client.take(), []);
    assertEquals(client.session.take(), [{ kind: "unreadable", delivery: 1 }]);
    await receive(client, { kind: "told", delivery: 2, from: "bia", id: 7n, envelope });
    assertEquals(client.take(), [{ kind: "unreadable", from: "bia", id: 7n }]);
    assertEquals(client.session.take(), [{ kind: "unreadable", delivery: 2 }]);
    await receive(client, told(8n, 2));
    const [event] = client.take();
    assert(event?.kind === "told");
  });
}
