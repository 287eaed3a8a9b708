import { assert, assertEquals } from "@std/assert";
import { type Message, ProtocolError } from "../../lib/codec/mod.ts";
import { farewellTimeoutMs, silenceTimeoutMs, writeTimeoutMs } from "../../lib/limits.ts";
import type { LeftReason } from "../../lib/server/event.ts";
import { MemberConnection } from "../../lib/server/member_connection.ts";
import type { LinkEnd } from "../../lib/transport/mod.ts";
import { type LinkPair, linkPair } from "../testing/link_pair.ts";
import { settled } from "../testing/turns.ts";

/** A member's connection on the near side, and what the member gets on the far side. */
function connect(): LinkPair & {
  connection: MemberConnection;
  heard: Message[];
  handled: Message[];
  end: Promise<LinkEnd>;
  farEnd: Promise<LinkEnd>;
} {
  const pair = linkPair();
  const connection = new MemberConnection(pair.near, "192.0.2.1", undefined);
  const [heard, handled]: [Message[], Message[]] = [[], []];
  const end = connection.receive((message) => {
    handled.push(message);
    if (message.kind === "welcome") throw new ProtocolError("unexpectedMessage", "no");
  });
  const farEnd = pair.far.receive((message) => void heard.push(message));
  return { ...pair, connection, heard, handled, end, farEnd };
}

Deno.test("MemberConnection.receive() hands on all but the goodbye, which ends it", async () => {
  const { connection, far, handled, end, farEnd } = connect();
  for (const kind of ["ping", "pong"] as const) far.send({ kind });
  far.send({ kind: "bye", code: "leaving" });
  far.send({ kind: "ping" });
  const ended = await end;
  assertEquals(ended, { kind: "closed" });
  assertEquals(connection.reasonFor(ended), "leaving");
  assertEquals(handled.map(({ kind }) => kind), ["ping", "pong"]);
  await farEnd;
});

Deno.test("MemberConnection.sayGoodbye() still reaches a violator", async () => {
  const { connection, far, heard, end, farEnd, clock } = connect();
  far.send({
    kind: "welcome",
    sessionId: 1n,
    room: 1n,
    run: 1n,
    baseSeq: 0,
    name: "a",
    newestSeq: 0,
  });
  const ended = await end;
  assertEquals(connection.reasonFor(ended), "protocolViolation");
  await connection.sayGoodbye("protocolViolation");
  await farEnd;
  assertEquals(heard, [{ kind: "bye", code: "protocolViolation" }]);
  assertEquals(clock.pending, 0);
});

Deno.test("MemberConnection.end() says why, once, behind all that is queued", async () => {
  const { connection, heard, end, farEnd, clock } = connect();
  connection.send({ kind: "accepted", id: 1n });
  connection.end("replaced");
  connection.end("serverStopping");
  connection.send({ kind: "accepted", id: 2n });
  const ended = await end;
  assertEquals(connection.reasonFor(ended), "replaced");
  await farEnd;
  assertEquals(heard[0], { kind: "accepted", id: 1n });
  assertEquals(heard[1], { kind: "bye", code: "replaced" });
  assertEquals(heard.filter(({ kind }) => kind === "bye").length, 1);
  assertEquals(clock.pending, 0);
});

Deno.test("MemberConnection.end() waits for a peer that doesn't read no longer than it must", async () => {
  const { connection, nearStream, end, farEnd, clock } = connect();
  nearStream.stall();
  connection.end("serverStopping");
  clock.advance(farewellTimeoutMs - 1);
  await settled();
  assert(!nearStream.isClosed);
  clock.advance(1);
  assert(nearStream.isClosed);
  assertEquals(connection.reasonFor(await end), "serverStopping");
  await farEnd;
});

Deno.test("MemberConnection.check() ends silent peers and those that don't read", async () => {
  for (const reason of ["silence", "slowReader"] as const) {
    const { connection, nearStream, end, farEnd, clock } = connect();
    nearStream.stall();
    if (reason === "slowReader") connection.send({ kind: "ping" });
    await settled();
    clock.advance((reason === "silence" ? silenceTimeoutMs : writeTimeoutMs) + 1);
    connection.check();
    assertEquals(connection.reasonFor(await end), reason);
    await farEnd;
  }
});

const reasons: { end: LinkEnd; reason: LeftReason }[] = [
  { end: { kind: "closed" }, reason: "leaving" },
  { end: { kind: "lost" }, reason: "connectionLost" },
  { end: { kind: "slowReader" }, reason: "slowReader" },
  { end: { kind: "silence" }, reason: "silence" },
  {
    end: { kind: "violated", error: new ProtocolError("badText", "no") },
    reason: "protocolViolation",
  },
];

for (const { end, reason } of reasons) {
  Deno.test(`MemberConnection.reasonFor() makes ${reason} of ${end.kind}`, () => {
    const { near } = linkPair();
    assertEquals(new MemberConnection(near, "192.0.2.1", undefined).reasonFor(end), reason);
  });
}
