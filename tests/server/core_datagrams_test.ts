import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodedMessage, type Message, ProtocolError } from "../../lib/codec/mod.ts";
import { floodLimits } from "../../lib/limits.ts";
import { say } from "../testing/says.ts";
import { TestRoom } from "../testing/test_room.ts";

const nothing = new Uint8Array();

Deno.test("ServerCore.receiveDatagram() takes several messages in one datagram", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  ana.sendDatagram(say(1n), say(2n), { kind: "probe", number: 5, seq: 0 }, say(3n));
  assertEquals(room.enter("bia").welcome.newestSeq, 3);
  assertEquals(ana.connection.takeOnly("heard").map(({ number }) => number), [5]);
});

Deno.test("ServerCore.receiveDatagram() says over TCP which probe it heard", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  ana.send(say(1n));
  room.fanOut();
  ana.sendDatagram({ kind: "probe", number: 9, seq: 0 });
  assertEquals(ana.connection.takeOnly("heard"), [{ kind: "heard", number: 9, seq: 1 }]);
});

Deno.test("ServerCore speaks of no message before its round, lest members ask for what is about to come", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  ana.send(say(1n));
  room.fanOut();
  ana.send(say(2n));
  ana.sendDatagram({ kind: "probe", number: 9, seq: 0 });
  assertEquals(ana.connection.takeOnly("heard").map(({ seq }) => seq), [1]);
  const [probe] = ana.datagrams.flat();
  assert(probe?.kind === "probe");
  assertEquals(probe.seq, 1);
  room.fanOut();
  ana.sendDatagram({ kind: "probe", number: 10, seq: 0 });
  assertEquals(ana.connection.takeOnly("heard").map(({ seq }) => seq), [2]);
});

Deno.test("ServerCore.receiveDatagram() tries the way back once a datagram has shown it", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  room.core.tick();
  assertEquals(ana.datagrams, []);
  ana.sendDatagram({ kind: "probe", number: 0, seq: 0 });
  const [probe] = ana.datagrams.flat();
  assert(probe?.kind === "probe");
  assertEquals(ana.member.path.address, ana.address);
  assert(!ana.member.path.isUp);
  ana.send({ kind: "heard", number: probe.number, seq: 0 });
  assert(ana.member.path.isUp);
});

for (
  const { what, to } of [
    { what: "port", to: { hostname: "192.0.2.1", port: 50_123 } },
    { what: "address", to: { hostname: "2001:db8::7", port: 40_000 } },
  ]
) {
  Deno.test(`ServerCore.receiveDatagram() follows a new ${what} within one round trip`, () => {
    const room = new TestRoom();
    const ana = room.enter("ana");
    ana.bringUdpUp();
    room.core.receiveDatagram(ana.sealed(say(1n)), to);
    assertEquals(ana.member.path.address, { transport: "udp", ...to });
    assert(!ana.member.path.isUp); // it has yet to be shown that anything arrives there
    room.fanOut();
    assertEquals(ana.connection.takeOnly("said").map(({ seq }) => seq), [1]);
    const [probe, ...others] = ana.datagrams.flat();
    assert(probe?.kind === "probe");
    assertEquals(others, []);
    ana.send({ kind: "heard", number: probe.number, seq: 0 });
    assert(ana.member.path.isUp);
    ana.datagrams = [];
    room.core.receiveDatagram(ana.sealed(say(2n)), to);
    room.fanOut();
    assertEquals(ana.datagrams.flat().flatMap((m) => m.kind === "said" ? [m.seq] : []), [2]);
  });
}

Deno.test("ServerCore.receiveDatagram() leaves what isn't a member's unanswered", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  const address = { transport: "udp", hostname: "203.0.113.1", port: 1 } as const;
  const good = ana.sealed({ kind: "probe", number: 0, seq: 0 });
  const otherSession = good.slice();
  otherSession[1]! ^= 1;
  const altered = good.slice();
  altered[20]! ^= 1;
  const otherType = good.slice();
  otherType[0] = 2;
  const hostile = [
    nothing,
    new Uint8Array(17),
    good.slice(0, 30),
    otherSession,
    altered,
    otherType,
  ];
  ana.connection.take();
  for (const datagram of hostile) room.core.receiveDatagram(datagram, address);
  assertEquals(ana.member.path.address, undefined);
  assertEquals(ana.datagrams, []);
  assertEquals(ana.connection.take(), []);
  assertEquals(room.events.length, 1); // that ana came
  room.core.receiveDatagram(good, ana.address);
  assertEquals(ana.datagrams.length, 1);
});

Deno.test("ServerCore.receiveDatagram() takes no datagram twice", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  const datagram = ana.sealed(say(1n));
  room.core.receiveDatagram(datagram, ana.address);
  room.core.receiveDatagram(datagram, { hostname: "203.0.113.1", port: 1 });
  room.fanOut();
  assertEquals(ana.connection.takeOnly("numbered").length, 1); // a repeat gets another
  assertEquals(ana.member.path.address, ana.address);
});

Deno.test("ServerCore.receiveDatagram() takes nothing for a member that has left", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  ana.leave();
  ana.sendDatagram(say(1n));
  assertEquals(room.enter("bia").welcome.newestSeq, 0);
});

const violations: { what: string; plaintext: Uint8Array }[] = [
  { what: "an unknown kind", plaintext: Uint8Array.of(255) },
  { what: "half a message", plaintext: encodedMessage(say(1n)).subarray(0, 12) },
  { what: "what belongs on TCP", plaintext: encodedMessage({ kind: "ping" }) },
  { what: "a server's message", plaintext: encodedMessage({ kind: "accepted", id: 1n }) },
];

for (const { what, plaintext } of violations) {
  Deno.test(`ServerCore.receiveDatagram() ends a member's connection for ${what}`, () => {
    const room = new TestRoom();
    const [ana, bia] = [room.enter("ana"), room.enter("bia")];
    room.core.receiveDatagram(ana.path.seal(plaintext), ana.address);
    assertEquals(ana.connection.endedWith, "protocolViolation");
    assertEquals(bia.connection.endedWith, undefined);
    assertEquals([...room.core.registry.members()], [bia.member]);
    const [violated, left] = room.events.slice(-2);
    assert(violated?.kind === "violated" && violated.name === "ana");
    assert(left?.kind === "left" && left.reason === "protocolViolation");
    ana.sendDatagram(say(1n)); // from now on as a stranger's
    assertEquals(room.events.length, 4);
  });
}

Deno.test("ServerCore.receiveDatagram() overlooks an authentic datagram with nothing in it", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  room.core.receiveDatagram(ana.path.seal(nothing), ana.address);
  assertEquals(ana.connection.endedWith, undefined);
});

const unexpected: Message[] = [
  { kind: "welcome", sessionId: 1n, room: 1n, run: 1n, baseSeq: 0, name: "ana", newestSeq: 0 },
  { kind: "refused", code: "roomFull" },
  { kind: "members", names: [], complete: true },
  { kind: "presence", joined: ["eva"], left: [] },
  { kind: "said", seq: 1, from: "bia", id: 1n, sentAt: 0, text: "a", signature: nothing },
  { kind: "numbered", id: 1n, seq: 1 },
  { kind: "missing", firstSeq: 1, lastSeq: 1 },
  { kind: "accepted", id: 1n },
  { kind: "rejected", id: 1n, code: "unknownMember" },
  { kind: "told", delivery: 1, from: "bia", id: 1n, envelope: nothing },
  { kind: "delivered", id: 1n },
  { kind: "probe", number: 1, seq: 1 },
];

for (const message of unexpected) {
  Deno.test(`ServerCore.receive() takes no ${message.kind} from a member`, () => {
    const ana = new TestRoom().enter("ana");
    const error = assertThrows(() => ana.send(message), ProtocolError);
    assertEquals(error.code, "unexpectedMessage");
  });
}

Deno.test("ServerCore.receive() answers ping with pong, and pong with nothing", () => {
  const ana = new TestRoom().enter("ana");
  ana.connection.take();
  ana.send({ kind: "ping" });
  ana.send({ kind: "pong" });
  assertEquals(ana.connection.take(), [{ kind: "pong" }]);
});

Deno.test("ServerCore.receive() asks for a pause once a member sends too much over TCP", () => {
  const room = new TestRoom({ floodLimits: undefined });
  const ana = room.enter("ana");
  const { say: says, other } = floodLimits;
  for (let id = 1; id <= says.burst; id++) assertEquals(ana.send(say(BigInt(id))), 0);
  assertEquals(ana.send(say(10_001n)), 1_000 / says.perSecond);
  assertEquals(ana.send(say(10_002n)), 2_000 / says.perSecond);
  room.clock.advance(3_000 / says.perSecond);
  assertEquals(ana.send(say(10_003n)), 0);
  assertEquals(room.enter("bia").welcome.newestSeq, says.burst + 3); // late, but all there
  for (let i = 0; i < other.burst; i++) assertEquals(ana.send({ kind: "ping" }), 0);
  assertEquals(ana.send({ kind: "ping" }), 1_000 / other.perSecond);
});

Deno.test("ServerCore.receiveDatagram() drops global messages over the limit, to be repeated", () => {
  const room = new TestRoom({ floodLimits: undefined });
  const ana = room.enter("ana");
  const { burst, perSecond } = floodLimits.say;
  for (let id = 1; id <= burst + 10; id++) ana.sendDatagram(say(BigInt(id)));
  assertEquals(room.enter("bia").welcome.newestSeq, burst);
  room.clock.advance(10_000 / perSecond);
  for (let id = burst + 1; id <= burst + 10; id++) ana.sendDatagram(say(BigInt(id)));
  assertEquals(room.enter("caio").welcome.newestSeq, burst + 10);
});

Deno.test("ServerCore gives nobody a fresh allowance for a new connection", () => {
  const room = new TestRoom({ floodLimits: undefined });
  const key = new Uint8Array(32).fill(1);
  const before = room.enter("ana", key);
  for (let id = 1; id <= floodLimits.say.burst; id++) before.send(say(BigInt(id)));
  const after = room.enter("ana", key);
  assert(after.send(say(9_999n)) > 0);
});
