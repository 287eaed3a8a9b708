import { assertEquals, assertRejects } from "@std/assert";
import { ChatError, type ChatErrorCode } from "../../lib/client/mod.ts";
import type { MemberMessage } from "../../lib/codec/mod.ts";
import { haveAfterMs } from "../../lib/limits.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { serverAddress } from "../testing/fake_session.ts";
import { said } from "../testing/says.ts";
import { TestClient } from "../testing/test_client.ts";

function sent<Kind extends MemberMessage["kind"]>(client: TestClient, kind: Kind): MemberMessage[] {
  return client.session.take().filter((message) => message.kind === kind);
}

/** Says something, which the server numbers. */
async function say(client: TestClient, seq: number): Promise<void> {
  const saying = client.core.say("a");
  const [message] = sent(client, "say");
  if (message?.kind !== "say") throw new Error("nothing was said");
  client.core.receive({ kind: "numbered", id: message.id, seq });
  client.core.receive({ ...message, kind: "said", from: "ana", seq });
  await saying;
}

async function assertRefused(asked: Promise<unknown>, code: ChatErrorCode): Promise<void> {
  assertEquals((await assertRejects(() => asked, ChatError)).code, code);
}

Deno.test("ClientCore reports how far it has everything, where no probe has", () => {
  const client = TestClient.entered();
  client.pass(100);
  client.session.take();
  for (const seq of [1, 2, 4]) client.core.receive(said(seq, "bia"));
  client.pass(haveAfterMs - 1);
  assertEquals(sent(client, "have"), []);
  client.pass(1);
  assertEquals(sent(client, "have"), [{ kind: "have", seq: 2 }]);
  client.core.receive(said(3, "bia"));
  client.core.receive(said(5, "bia"));
  client.pass(haveAfterMs);
  assertEquals(sent(client, "have"), [{ kind: "have", seq: 5 }]);
  client.pass(10 * haveAfterMs);
  assertEquals(sent(client, "have"), []);
});

Deno.test("ClientCore reports nothing that it has just answered a probe with, or that a heard probe has said", () => {
  const client = TestClient.enteredOverUdp();
  const { core, session } = client;
  core.receive(said(1, "bia"));
  core.receiveDatagram(session.sealed({ kind: "probe", number: 9, seq: 1 }), serverAddress);
  client.pass(haveAfterMs);
  assertEquals(sent(client, "have"), []);
  client.pass(20_000 - haveAfterMs - 100);
  core.receive(said(2, "bia"));
  client.pass(haveAfterMs - 1);
  for (const number of session.takeProbes()) core.receive({ kind: "heard", number, seq: 2 });
  client.pass(haveAfterMs);
  assertEquals(sent(client, "have"), []);
});

Deno.test("ClientCore reports to a new connection what the last one knew", () => {
  const client = TestClient.entered();
  client.core.receive(said(1, "bia"));
  client.pass(2 * haveAfterMs);
  client.core.exit();
  client.enter({ newestSeq: 1 });
  client.pass(haveAfterMs);
  assertEquals(sent(client, "have"), [{ kind: "have", seq: 1 }]);
});

Deno.test("ClientCore tells how far a message of ours has come", () => {
  const client = TestClient.entered();
  client.core.receive({ kind: "reached", seq: 3, count: 1, present: 12, lacking: [] });
  assertEquals(client.take(), [{ kind: "reached", seq: 3, count: 1, present: 12 }]);
});

Deno.test("ClientCore.reach() asks about our newest message, and knows the answer", async () => {
  const client = TestClient.entered();
  await assertRefused(client.core.reach(), "nothingSaid");
  await say(client, 1);
  client.core.receive(said(2, "bia"));
  const asked = client.core.reach();
  assertEquals(sent(client, "reach"), [{ kind: "reach", seq: 1 }]);
  client.core.receive({ kind: "reached", seq: 1, count: 1, present: 2, lacking: [] }); // by itself
  const answer = { seq: 1, count: 1, present: 2, lacking: ["eva"] };
  client.core.receive({ kind: "reached", ...answer });
  assertEquals(await asked, answer);
});

Deno.test("ClientCore.reach() may be asked about several messages, and twice about one", async () => {
  const client = TestClient.entered();
  await say(client, 1);
  await say(client, 2);
  client.session.take();
  const asked = [client.core.reach(1), client.core.reach(2), client.core.reach(2)];
  assertEquals(sent(client, "reach"), [{ kind: "reach", seq: 1 }, { kind: "reach", seq: 2 }]);
  for (const seq of [2, 1]) {
    client.core.receive({ kind: "reached", seq, count: 0, present: 0, lacking: [] });
  }
  assertEquals((await Promise.all(asked)).map(({ seq }) => seq), [1, 2, 2]);
  for (const seq of [0, -1, 1.5, 3]) await assertRefused(client.core.reach(seq), "nothingSaid");
});

Deno.test("ClientCore.reach() asks again after a reconnect, and no longer about what is lost", async () => {
  const client = TestClient.entered();
  await say(client, 1);
  await say(client, 2);
  const [first, second] = [client.core.reach(1), client.core.reach(2)];
  client.core.exit();
  const later = client.core.reach(1);
  client.enter({ run: 2n, baseSeq: 1, newestSeq: 2 }); // 2 is another message now
  assertEquals(sent(client, "reach"), [{ kind: "reach", seq: 1 }]);
  await assertRefused(second, "nothingSaid");
  await assertRefused(client.core.reach(), "nothingSaid");
  client.core.receive({ kind: "reached", seq: 1, count: 1, present: 1, lacking: [] });
  assertEquals((await Promise.all([first, later])).map(({ count }) => count), [1, 1]);
});

Deno.test("ClientCore.reach() rejects where there is another room, or no connection any more", async () => {
  const client = TestClient.entered();
  await say(client, 1);
  const first = client.core.reach();
  client.core.exit();
  client.enter({ room: 2n, newestSeq: 5 });
  await assertRefused(first, "nothingSaid");
  const second = client.core.reach(5);
  client.core.fail(new ChatError("closed"));
  await assertRefused(second, "closed");
});

Deno.test("ClientCore takes no name in reached that isn't one", () => {
  const client = TestClient.entered();
  assertProtocolError(
    () =>
      client.core.receive({ kind: "reached", seq: 1, count: 0, present: 1, lacking: ["\x1b[2J"] }),
    "badValue",
  );
});
