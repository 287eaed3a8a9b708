import { assertEquals, assertRejects } from "@std/assert";
import { ChatError, type ChatErrorCode } from "../../lib/client/mod.ts";
import { repeatPauseMs } from "../../lib/client/say_queue.ts";
import type { MemberMessage, Message, Say } from "../../lib/codec/mod.ts";
import { firstRepeatMs, maxDatagramTries, maxOutbox, maxTextBytes } from "../../lib/limits.ts";
import { serverAddress } from "../testing/fake_session.ts";
import { TestClient } from "../testing/test_client.ts";
import { settled } from "../testing/turns.ts";

function saysIn(messages: readonly (Message | MemberMessage)[]): Say[] {
  return messages.filter((message): message is Say => message.kind === "say");
}

/** The copy that comes back when the server has numbered it. */
function copy({ id, sentAt, text, signature }: Say, seq: number): Message {
  return { kind: "said", seq, from: "ana", id, sentAt, text, signature };
}

async function rejection(request: Promise<unknown>): Promise<ChatErrorCode> {
  return (await assertRejects(() => request, ChatError)).code;
}

Deno.test("ClientCore.say() goes over TCP while UDP is untried, and resolves with the number", async () => {
  const client = TestClient.entered();
  const saying = client.core.say("Olá, todos!");
  const [say] = saysIn(client.session.take());
  assertEquals([say!.text, say!.sentAt], ["Olá, todos!", client.clock.wallTime()]);
  assertEquals(client.session.takeDatagrams(), []);
  client.core.receive(copy(say!, 1));
  assertEquals(await saying, { seq: 1 });
  assertEquals(client.take(), [
    {
      kind: "said",
      seq: 1,
      from: "ana",
      text: "Olá, todos!",
      sentAt: say!.sentAt,
      authenticity: "signed",
      isPast: false,
    },
  ]);
});

Deno.test("ClientCore.say() goes over UDP once it is up, one datagram at a time", async () => {
  const client = TestClient.enteredOverUdp();
  const saying = [client.core.say("a"), client.core.say("b"), client.core.say("c")];
  const [first, ...others] = saysIn(client.session.takeDatagrams().flat());
  assertEquals([first!.text, others], ["a", []]);
  client.core.receiveDatagram(client.session.sealed(copy(first!, 1)), serverAddress);
  const [datagram, ...rest] = client.session.takeDatagrams().map(saysIn);
  assertEquals(rest, []);
  const [second, third] = datagram!;
  assertEquals([second!.text, third!.text], ["b", "c"]);
  const copies = client.session.sealed(copy(second!, 2), copy(third!, 3));
  client.core.receiveDatagram(copies, serverAddress);
  assertEquals(await Promise.all(saying), [{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
  assertEquals(client.session.take(), []);
});

Deno.test("ClientCore.say() repeats the same message until its copy comes, at last over TCP", async () => {
  const client = TestClient.enteredOverUdp(); // with a round trip of no time
  const saying = client.core.say("a");
  const ids = new Set(saysIn(client.session.takeDatagrams().flat()).map(({ id }) => id));
  const pauseMs = firstRepeatMs.shortest;
  for (let tries = 1; tries < maxDatagramTries; tries++) {
    client.pass(pauseMs * 2 ** (tries - 1) - 1);
    assertEquals(client.session.takeDatagrams(), []);
    client.pass(1);
    const repeats = saysIn(client.session.takeDatagrams().flat());
    assertEquals(repeats.length, 1);
    ids.add(repeats[0]!.id);
  }
  client.pass(pauseMs * 2 ** (maxDatagramTries - 1));
  const [say, ...others] = saysIn(client.session.take());
  ids.add(say!.id);
  assertEquals([ids.size, others], [1, []]);
  client.core.receive(copy(say!, 1));
  assertEquals(await saying, { seq: 1 });
});

Deno.test("ClientCore.say() repeats no sooner than a number may come from so far away", async () => {
  const client = TestClient.entered();
  const [number] = client.session.takeProbes();
  client.pass(100);
  client.core.receive({ kind: "heard", number: number!, seq: 0 });
  client.session.takeDatagrams();
  const saying = client.core.say("a");
  const [say] = saysIn(client.session.takeDatagrams().flat());
  const pauseMs = repeatPauseMs(100, 2);
  client.pass(pauseMs - 1);
  assertEquals(client.session.takeDatagrams(), []);
  client.pass(1);
  assertEquals(saysIn(client.session.takeDatagrams().flat()), [say!]);
  client.core.receive({ kind: "numbered", id: say!.id, seq: 1 });
  assertEquals(await saying, { seq: 1 });
});

Deno.test("ClientCore.say() is told the number of a message whose copy got lost, and asks for it", async () => {
  const client = TestClient.enteredOverUdp();
  const saying = client.core.say("a");
  const [say] = saysIn(client.session.takeDatagrams().flat());
  client.core.receive({ kind: "numbered", id: say!.id, seq: 1 });
  assertEquals(await saying, { seq: 1 });
  client.pass(100);
  assertEquals(client.session.take(), [{ kind: "repair", firstSeq: 1, lastSeq: 1 }]);
});

Deno.test("ClientCore.say() asks for its number where its copy can't be had any more", async () => {
  const client = TestClient.entered();
  const saying = client.core.say("a");
  const [say] = saysIn(client.session.take());
  client.core.receive({ kind: "missing", firstSeq: 1, lastSeq: 5_000 });
  assertEquals(saysIn(client.session.take()), [say!]);
  client.core.receive({ kind: "numbered", id: say!.id, seq: 17 });
  assertEquals(await saying, { seq: 17 });
});

Deno.test("ClientCore.say() does not take another's message for its own", async () => {
  const client = TestClient.entered();
  const saying = client.core.say("a");
  const [say] = saysIn(client.session.take());
  client.core.receive({ ...copy(say!, 1), kind: "said", from: "bia" } as Message);
  let isSettled = false;
  saying.then(() => isSettled = true);
  await settled();
  assertEquals(isSettled, false);
  client.core.receive(copy(say!, 2));
  assertEquals(await saying, { seq: 2 });
});

Deno.test("ClientCore.say() waits while apart, and is sent again after a break under its first id", async () => {
  const client = new TestClient();
  const saying = [client.core.say("a"), client.core.say("b")];
  client.enter();
  const first = saysIn(client.session.take());
  assertEquals(first.map(({ text }) => text), ["a", "b"]);
  client.core.exit();
  saying.push(client.core.say("c"));
  client.enter();
  const again = saysIn(client.session.take());
  assertEquals(again.slice(0, 2), first);
  again.forEach((say, i) => client.core.receive(copy(say, i + 1)));
  assertEquals(await Promise.all(saying), [{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
});

Deno.test("ClientCore.fail() rejects what waits for an answer", async () => {
  const client = TestClient.entered();
  const requests = [client.core.say("a"), client.core.tell("bia", "b")].map(rejection);
  client.core.fail(new ChatError("replaced"));
  assertEquals(await Promise.all(requests), ["replaced", "replaced"]);
});

const texts: { what: string; text: string; code: ChatErrorCode }[] = [
  { what: "an empty text", text: "", code: "textEmpty" },
  { what: "a text of one byte too many", text: "a".repeat(maxTextBytes + 1), code: "textTooLong" },
  { what: "a text too long in UTF-8", text: "é".repeat(maxTextBytes / 2 + 1), code: "textTooLong" },
];

for (const { what, text, code } of texts) {
  Deno.test(`ClientCore.say() and tell() refuse ${what}`, async () => {
    const client = TestClient.entered();
    assertEquals(await rejection(client.core.say(text)), code);
    assertEquals(await rejection(client.core.tell("bia", text)), code);
    assertEquals(client.session.take(), []);
  });
}

Deno.test("ClientCore.say() and tell() take a text of the greatest length", async () => {
  const client = TestClient.entered();
  const requests = [client.core.say("a".repeat(maxTextBytes))];
  const telling = client.core.tell("bia", "é".repeat(maxTextBytes / 2));
  await settled();
  const kinds = client.session.take().map(({ kind }) => kind);
  assertEquals(kinds, ["say", "send"]);
  client.core.fail(new ChatError("closed"));
  await Promise.allSettled([...requests, telling]);
});

Deno.test("ClientCore.say() and tell() keep to the server's own limit where it is lower", async () => {
  const client = TestClient.entered();
  client.session.maxTextBytes = 10;
  assertEquals(await rejection(client.core.say("a".repeat(11))), "textTooLong");
  assertEquals(await rejection(client.core.tell("bia", "a".repeat(11))), "textTooLong");
});

Deno.test("ClientCore.say() and tell() refuse more than maxOutbox messages at a time", async () => {
  const client = new TestClient();
  const requests: Promise<unknown>[] = [];
  for (let i = 0; i < maxOutbox; i++) {
    requests.push(i % 2 ? client.core.say("a") : client.core.tell("bia", "a"));
  }
  assertEquals(await rejection(client.core.say("a")), "outboxFull");
  assertEquals(await rejection(client.core.tell("bia", "a")), "outboxFull");
  client.core.fail(new ChatError("closed"));
  await Promise.allSettled(requests);
});
