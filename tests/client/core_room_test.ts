import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ClientEvent } from "../../lib/client/mod.ts";
import { encodedMessage, type Message, ProtocolError } from "../../lib/codec/mod.ts";
import {
  doubtProbeMs,
  gapPatienceMs,
  idleProbeMs,
  lostProbesUntilDown,
  probeTimeoutMs,
} from "../../lib/limits.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { FakeSession, serverAddress } from "../testing/fake_session.ts";
import { said } from "../testing/says.ts";
import { TestClient } from "../testing/test_client.ts";
import { settled } from "../testing/turns.ts";

const nothing = new Uint8Array();

function seqs(events: readonly ClientEvent[]): (number | string)[] {
  return events.flatMap((event) => {
    if (event.kind === "said") return event.seq;
    if (event.kind === "missing") return `${event.firstSeq}–${event.lastSeq} missing`;
    return [];
  });
}

Deno.test("ClientCore.enter() takes the server's name for us and resolves with the whole list", async () => {
  const client = new TestClient();
  let isListed = false;
  client.enter({ name: "Ana" }).then(() => isListed = true);
  assertEquals(client.core.name, "Ana");
  client.core.receive({ kind: "members", names: ["Ana"], complete: false });
  await settled();
  assertEquals([isListed, client.core.members()], [false, []]);
  client.core.receive({ kind: "members", names: ["bia"], complete: true });
  await settled();
  assertEquals([isListed, client.core.members()], [true, ["Ana", "bia"]]);
  assertEquals(client.take(), []);
});

Deno.test("ClientCore tells who comes and goes", () => {
  const client = TestClient.entered();
  client.core.receive({ kind: "presence", joined: ["caio"], left: ["bia"] });
  assertEquals(client.take(), [{ kind: "left", name: "bia" }, { kind: "joined", name: "caio" }]);
  assertEquals(client.core.members(), ["ana", "caio"]);
});

Deno.test("ClientCore shows global messages in order, whatever way they take", () => {
  const client = TestClient.entered();
  const { core, session } = client;
  core.receiveDatagram(session.sealed(said(2, "bia"), said(4, "bia")), serverAddress);
  core.receive(said(1, "bia"));
  assertEquals(seqs(client.take()), [1, 2]);
  core.receiveDatagram(session.sealed(said(1), said(3), said(2)), serverAddress);
  assertEquals(seqs(client.take()), [3, 4]);
});

Deno.test("ClientCore asks over TCP for a gap, and shows what can't be had", () => {
  const client = TestClient.entered();
  client.core.receive(said(5));
  client.session.take();
  client.pass(gapPatienceMs);
  assertEquals(client.session.take(), [{ kind: "repair", firstSeq: 1, lastSeq: 4 }]);
  client.core.receive({ kind: "missing", firstSeq: 1, lastSeq: 3 });
  assertEquals(seqs(client.take()), ["1–3 missing"]);
  client.core.receive(said(4));
  assertEquals(seqs(client.take()), [4, 5]);
});

Deno.test("ClientCore learns of a lost last message from whatever names the newest", () => {
  for (const way of ["probe", "heard", "newest"] as const) {
    const client = TestClient.entered();
    const { core, session } = client;
    if (way === "heard") core.receive({ kind: "heard", number: 0, seq: 2 });
    else if (way === "newest") core.receive({ kind: "newest", seq: 2 });
    else core.receiveDatagram(session.sealed({ kind: "probe", number: 0, seq: 2 }), serverAddress);
    session.take();
    client.pass(gapPatienceMs);
    assertEquals(session.take(), [{ kind: "repair", firstSeq: 1, lastSeq: 2 }], way);
  }
});

Deno.test("ClientCore asks at once for what was said before it came, and marks it", () => {
  const client = TestClient.newcomer({ newestSeq: 100 }, { history: 50 });
  const asked = client.session.take().filter(({ kind }) => kind === "repair");
  assertEquals(asked, [{ kind: "repair", firstSeq: 51, lastSeq: 100 }]);
  client.core.receive({ kind: "missing", firstSeq: 51, lastSeq: 98 });
  for (const seq of [99, 100, 101]) client.core.receive(said(seq, "bia"));
  const told = client.take().map((event) =>
    event.kind === "said" ? [event.seq, event.isPast] : event.kind
  );
  assertEquals(told, [[99, true], [100, true], "caughtUp", [101, false]]);
});

Deno.test("ClientCore marks the past also where it had to ask for an author's key meanwhile", async () => {
  const client = TestClient.newcomer({ newestSeq: 1 }, { history: 50 });
  const signature = new Uint8Array(64);
  client.core.receive({ ...said(1, "caio"), signature });
  client.core.exit();
  client.enter({ room: 2n, newestSeq: 1 });
  client.core.receive(said(1, "bia"));
  assertEquals(seqs(client.take()), []);
  const question = client.session.take().find(({ kind }) => kind === "identify");
  assert(question?.kind === "identify");
  client.core.receive({ kind: "rejected", id: question.id, code: "unknownMember" });
  await settled();
  const told = client.take().flatMap((event) => event.kind === "said" ? [event.isPast] : []);
  assertEquals(told, [true, false]);
});

Deno.test("ClientCore asks for nothing that was said before it came, unless it wants it", () => {
  const client = TestClient.newcomer({ newestSeq: 100 });
  client.pass(1_000);
  assertEquals(client.session.take().filter(({ kind }) => kind === "repair"), []);
  assertEquals(client.take(), []);
});

Deno.test("ClientCore takes anew the numbers that a server gives anew after a power failure", () => {
  const client = TestClient.entered();
  for (const seq of [1, 2, 3]) client.core.receive(said(seq, "bia"));
  client.core.exit();
  client.enter({ run: 2n, baseSeq: 1, newestSeq: 1 });
  client.core.receive(said(2, "eva"));
  assertEquals(seqs(client.take()), [1, 2, 3, 2]);
});

Deno.test("ClientCore answers a probe over TCP, with how far it has come", () => {
  const client = TestClient.entered();
  const { core, session } = client;
  for (const seq of [1, 2, 4]) core.receive(said(seq));
  session.take();
  core.receiveDatagram(session.sealed({ kind: "probe", number: 9, seq: 4 }), serverAddress);
  assertEquals(session.take(), [{ kind: "heard", number: 9, seq: 2 }]);
});

Deno.test("ClientCore probes at once, and tells which way its messages take", () => {
  const client = TestClient.entered();
  const [number] = client.session.takeProbes();
  client.core.receive({ kind: "heard", number: number!, seq: 0 });
  assertEquals(client.take(), [{ kind: "path", transport: "udp" }]);
  client.pass(idleProbeMs - 1);
  assertEquals(client.session.takeProbes(), []);
  client.pass(1 + probeTimeoutMs + (lostProbesUntilDown - 1) * doubtProbeMs);
  assertEquals(client.take(), [{ kind: "path", transport: "tcp" }]);
  client.session.takeProbes();
  for (let i = 0; i < 100; i++) {
    client.pass(100);
    for (const number of client.session.takeProbes()) {
      client.core.receive({ kind: "heard", number, seq: 0 });
    }
  }
  assertEquals(client.take(), [{ kind: "path", transport: "udp" }]);
});

Deno.test("ClientCore tells that UDP never came up", () => {
  const client = TestClient.entered();
  client.pass(5_000);
  assertEquals(client.take(), [{ kind: "path", transport: "tcp" }]);
});

Deno.test("ClientCore.receiveDatagram() overlooks what isn't its server's", () => {
  const client = TestClient.entered();
  const { core, session } = client;
  const probe = { kind: "probe", number: 1, seq: 0 } as const;
  const stranger = new FakeSession(session.sessionId);
  const otherSession = new FakeSession(99n);
  const altered = session.sealed(probe);
  altered[30]! ^= 1;
  const hostile = [nothing, new Uint8Array(40), altered, stranger.sealed(probe)];
  session.take();
  for (const datagram of [...hostile, otherSession.sealed(probe)]) {
    core.receiveDatagram(datagram, { hostname: "203.0.113.1", port: 1 });
  }
  const replayed = session.sealed(probe);
  core.receiveDatagram(replayed, serverAddress);
  core.receiveDatagram(replayed, serverAddress);
  assertEquals(session.take().length, 1);
  assertEquals(session.path.address, serverAddress);
});

Deno.test("ClientCore.receiveDatagram() takes nothing while apart, nor for the session before", () => {
  const client = TestClient.entered();
  const before = client.session;
  client.core.exit();
  client.core.receiveDatagram(before.sealed(said(1)), serverAddress);
  client.enter();
  client.core.receiveDatagram(before.sealed(said(1)), serverAddress);
  assertEquals(client.take(), [{ kind: "reconnected" }]);
});

const nonsense: { what: string; plaintext: Uint8Array }[] = [
  { what: "an unknown kind", plaintext: Uint8Array.of(255) },
  { what: "half a message", plaintext: Uint8Array.of(20, 0) },
  { what: "what belongs on TCP", plaintext: encodedMessage({ kind: "accepted", id: 1n }) },
];

for (const { what, plaintext } of nonsense) {
  Deno.test(`ClientCore.receiveDatagram() throws for ${what} from its own server`, () => {
    const client = TestClient.entered();
    const datagram = client.session.sealedBytes(plaintext);
    assertThrows(() => client.core.receiveDatagram(datagram, serverAddress), ProtocolError);
  });
}

const unexpected: Message[] = [
  { kind: "say", id: 1n, sentAt: 0, text: "a", signature: nothing },
  { kind: "send", id: 1n, to: "bia", envelope: nothing },
  { kind: "received", delivery: 1 },
  { kind: "repair", firstSeq: 1, lastSeq: 1 },
  { kind: "probe", number: 1, seq: 1 },
];

for (const message of unexpected) {
  Deno.test(`ClientCore.receive() takes no ${message.kind} from a server`, () => {
    const client = TestClient.entered();
    const error = assertThrows(() => client.core.receive(message), ProtocolError);
    assertEquals(error.code, "unexpectedMessage");
  });
}

Deno.test("ClientCore.receive() answers ping with pong, and pong with nothing", () => {
  const client = TestClient.entered();
  client.session.take();
  client.core.receive({ kind: "ping" });
  client.core.receive({ kind: "pong" });
  assertEquals(client.session.take(), [{ kind: "pong" }]);
});

Deno.test("ClientCore.enter() goes on in the same room, and starts anew in another", () => {
  const client = TestClient.entered();
  client.core.receive(said(1));
  client.core.exit();
  client.enter({ newestSeq: 3 });
  client.pass(gapPatienceMs);
  assert(client.session.take().some(({ kind }) => kind === "repair"));
  for (const seq of [2, 3]) client.core.receive(said(seq));
  assertEquals(seqs(client.take()), [1, 2, 3]);
  client.core.exit();
  client.enter({ room: 2n, newestSeq: 1 });
  for (const seq of [1, 2]) client.core.receive(said(seq));
  assertEquals(seqs(client.take()), [1, 2]);
});

Deno.test("ClientCore.nextTickAt is undefined while apart", () => {
  const client = new TestClient();
  assertEquals(client.core.nextTickAt, undefined);
  client.enter();
  assert(client.core.nextTickAt !== undefined);
  client.core.exit();
  assertEquals(client.core.nextTickAt, undefined);
  client.core.tick();
});

const strange = "ana ✓";
const strangeNames: readonly Message[] = [
  {
    kind: "said",
    seq: 1,
    from: strange,
    id: 1n,
    sentAt: 0,
    text: "a",
    signature: new Uint8Array(),
  },
  { kind: "told", delivery: 1, from: strange, id: 1n, envelope: new Uint8Array() },
  { kind: "members", names: ["bia", strange], complete: true },
  { kind: "presence", joined: [strange], left: [] },
  {
    kind: "identified",
    id: 1n,
    name: strange,
    signingKey: new Uint8Array(32),
    keyPackage: new Uint8Array(),
  },
];

for (const message of strangeNames) {
  Deno.test(`ClientCore.receive() takes no name that is none in ${message.kind}`, () => {
    const client = TestClient.entered();
    assertProtocolError(() => client.core.receive(message), "badValue");
    assertEquals(client.take(), []);
  });
}
