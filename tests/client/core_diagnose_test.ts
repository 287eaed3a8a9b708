import { assertEquals, assertRejects } from "@std/assert";
import { ChatError, type Diagnosis } from "../../lib/client/mod.ts";
import type { Diagnosis as Answer } from "../../lib/codec/mod.ts";
import { checkupPatienceMs, probeAnswerMs, probeTimeoutMs } from "../../lib/limits.ts";
import { TestClient } from "../testing/test_client.ts";

/** What a server sees of a client without trouble. */
const answer: Answer = {
  kind: "diagnosis",
  tcpHost: "192.0.2.7",
  udpHost: "192.0.2.7",
  udpPort: 50_000,
  moves: 0,
  arrived: 24,
  expected: 25,
  isUp: true,
};

/** Diagnoses a client's connection, of which the server sees what `fields` say. */
async function diagnose(client: TestClient, fields: Partial<Answer> = {}): Promise<Diagnosis> {
  const found = client.core.diagnose();
  client.pass(probeAnswerMs);
  client.core.receive({ ...answer, ...fields });
  return await found;
}

Deno.test("ClientCore.diagnose() probes and pings, and then asks what the server has seen", async () => {
  const client = TestClient.enteredOverUdp();
  client.pass(probeTimeoutMs);
  client.session.take();
  const { pending } = client.clock;
  const found = client.core.diagnose();
  assertEquals(client.session.take(), [{ kind: "ping" }]);
  assertEquals(client.session.takeProbes().length, 1);
  client.pass(12);
  client.core.receive({ kind: "pong" });
  client.pass(probeAnswerMs - 13);
  assertEquals(client.session.take(), []);
  client.pass(1);
  assertEquals(client.session.take(), [{ kind: "diagnose" }]);
  client.core.receive(answer);
  assertEquals(await found, {
    isConnected: true,
    isAnswered: true,
    port: 7_700,
    transport: "udp",
    toServer: { works: true, arrived: 24, expected: 25 },
    fromServer: { works: true, arrived: 0, expected: 0 },
    tcpRoundTripMs: 12,
    udpRoundTripMs: 0,
    hasNat: false,
    natForgets: false,
  });
  assertEquals(client.clock.pending, pending);
});

Deno.test("ClientCore.diagnose() doesn't make a probe count as lost that has just left", async () => {
  const client = TestClient.entered();
  await diagnose(client);
  assertEquals(client.session.path.monitor.lostInRow, 0);
});

const nats: readonly { name: string; fields: Partial<Answer>; hasNat: boolean }[] = [
  { name: "none where the server sees our own end", fields: {}, hasNat: false },
  { name: "none behind IPv6 clothes", fields: { tcpHost: "::ffff:192.0.2.7" }, hasNat: false },
  { name: "one that changes our address", fields: { tcpHost: "203.0.113.5" }, hasNat: true },
  { name: "one that changes our port", fields: { udpPort: 50_001 }, hasNat: true },
  { name: "none where no datagram came", fields: { udpHost: "", udpPort: 0 }, hasNat: false },
];

for (const { name, fields, hasNat } of nats) {
  Deno.test(`ClientCore.diagnose() finds NAT: ${name}`, async () => {
    assertEquals((await diagnose(TestClient.entered(), fields)).hasNat, hasNat);
  });
}

Deno.test("ClientCore.diagnose() finds that a NAT forgets us", async () => {
  assertEquals((await diagnose(TestClient.entered(), { moves: 1 })).natForgets, true);
});

Deno.test("ClientCore.diagnose() finds which way UDP is blocked", async () => {
  const down = TestClient.entered();
  down.pass(5_000); // no probe is heard
  const { toServer, fromServer, transport } = await diagnose(down, { udpHost: "", isUp: false });
  assertEquals([toServer.works, fromServer.works, transport], [false, undefined, "tcp"]);
  const { fromServer: back } = await diagnose(TestClient.enteredOverUdp(), { isUp: false });
  assertEquals(back.works, false);
});

Deno.test("ClientCore.diagnose() gives a server that doesn't answer five seconds", async () => {
  const client = TestClient.entered();
  const found = client.core.diagnose();
  client.pass(checkupPatienceMs);
  const { isConnected, isAnswered, hasNat } = await found;
  assertEquals([isConnected, isAnswered, hasNat], [true, false, undefined]);
  client.core.receive(answer); // too late: nobody asks any more
  assertEquals((await diagnose(client)).isAnswered, true);
});

Deno.test("ClientCore.diagnose() says that there is no connection, or asks the next one", async () => {
  const client = TestClient.entered();
  client.core.exit();
  const apart = client.core.diagnose();
  client.clock.advance(checkupPatienceMs);
  assertEquals((await apart).isConnected, false);
  const found = client.core.diagnose();
  client.clock.advance(1_000);
  client.enter();
  client.pass(probeAnswerMs);
  assertEquals(client.session.take().filter(({ kind }) => kind === "diagnose").length, 1);
  client.core.receive(answer);
  assertEquals((await found).isAnswered, true);
});

Deno.test("ClientCore.diagnose() gives all who ask at a time the same findings", async () => {
  const client = TestClient.entered();
  const [one, other] = [client.core.diagnose(), client.core.diagnose()];
  client.pass(probeAnswerMs);
  assertEquals(client.session.take().filter(({ kind }) => kind === "diagnose").length, 1);
  client.core.receive(answer);
  assertEquals(await one, await other);
});

Deno.test("ClientCore.diagnose() rejects where there is no connection any more", async () => {
  const client = TestClient.entered();
  const found = client.core.diagnose();
  client.core.fail(new ChatError("closed"));
  assertEquals((await assertRejects(() => found, ChatError)).code, "closed");
  assertEquals(client.clock.pending, 0);
});
