import { assert, assertEquals } from "@std/assert";
import type { Message, ProtocolErrorCode } from "../../lib/codec/mod.ts";
import { maxQueuedBytes, silenceTimeoutMs, writeTimeoutMs } from "../../lib/limits.ts";
import { linkPair } from "../testing/link_pair.ts";
import { settled } from "../testing/turns.ts";

const ping: Message = { kind: "ping" };
const filler: Message = {
  kind: "told",
  delivery: 1,
  from: "bia",
  id: 1n,
  envelope: new Uint8Array(32_768),
};

Deno.test("Link ends as lost where the other side closes", async () => {
  const { near, far } = linkPair();
  const end = near.receive(() => {});
  far.close();
  assertEquals(await end, { kind: "lost" });
});

Deno.test("Link ends as lost where a write fails", async () => {
  const { near, far } = linkPair();
  far.close();
  near.send(ping);
  await near.flushed();
  assertEquals(await near.receive(() => {}), { kind: "lost" });
});

Deno.test("Link.close() ends it as closed, a pending write too", async () => {
  const { near, nearStream } = linkPair();
  const end = near.receive(() => {});
  nearStream.stall();
  near.send(ping);
  await settled();
  near.send(ping);
  near.close();
  assertEquals(await end, { kind: "closed" });
  await near.flushed();
  assert(nearStream.isClosed);
  assertEquals(nearStream.writes.length, 0);
});

Deno.test("Link.close() does nothing a second time", async () => {
  const { near } = linkPair();
  near.close();
  near.close();
  near.send(ping);
  near.sendEncoded(new Uint8Array(10));
  near.check();
  await near.flushed();
  assertEquals(await near.receive(() => {}), { kind: "closed" });
});

Deno.test("Link.send() ends it as slowReader once too much is queued", async () => {
  const { near, nearStream } = linkPair();
  const end = near.receive(() => {});
  nearStream.stall();
  const most = Math.floor(maxQueuedBytes / 32_790);
  for (let i = 0; i < most; i++) near.send(filler);
  await settled();
  assert(!nearStream.isClosed);
  near.send(filler);
  assertEquals(await end, { kind: "slowReader" });
});

Deno.test("Link.send() counts only what the other side has not taken", async () => {
  const { near, nearStream } = linkPair();
  for (let i = 0; i < 100; i++) {
    near.send(filler);
    await near.flushed();
  }
  assert(!nearStream.isClosed);
});

Deno.test("Link.check() ends it as slowReader once a write lasts too long", async () => {
  const { near, nearStream, clock } = linkPair();
  const end = near.receive(() => {});
  nearStream.stall();
  near.send(ping);
  await settled();
  clock.advance(writeTimeoutMs);
  near.check();
  assert(!nearStream.isClosed);
  clock.advance(1);
  near.check();
  assertEquals(await end, { kind: "slowReader" });
});

Deno.test("Link.check() forgives a slow write once it is through", async () => {
  const { near, nearStream, clock } = linkPair();
  nearStream.stall();
  near.send(ping);
  await settled();
  clock.advance(writeTimeoutMs);
  nearStream.resume();
  await near.flushed();
  clock.advance(1_000);
  near.check();
  assert(!nearStream.isClosed);
});

Deno.test("Link.check() ends it as silence once nothing was heard for too long", async () => {
  const { near, nearStream, clock } = linkPair();
  const end = near.receive(() => {});
  clock.advance(silenceTimeoutMs);
  near.check();
  assert(!nearStream.isClosed);
  clock.advance(1);
  near.check();
  assertEquals(await end, { kind: "silence" });
});

Deno.test("Link.check() puts the silence off with every message", async () => {
  const { near, nearStream, far, clock } = linkPair();
  const end = near.receive(() => {});
  clock.advance(silenceTimeoutMs);
  far.send(ping);
  await far.flushed();
  await settled();
  far.check(); // which has said something, and heard nothing
  assertEquals(far.quietSince, clock.now() - silenceTimeoutMs);
  clock.advance(silenceTimeoutMs);
  near.check();
  assert(!nearStream.isClosed);
  near.close();
  await end;
});

const violations: { what: string; plaintext: Uint8Array; code: ProtocolErrorCode }[] = [
  { what: "an empty frame", plaintext: new Uint8Array(), code: "truncated" },
  { what: "an unknown kind", plaintext: Uint8Array.of(255), code: "unknownKind" },
  { what: "half a message", plaintext: Uint8Array.of(3, 0, 0), code: "truncated" },
  {
    what: "a length over the limit",
    plaintext: Uint8Array.of(18, 255, 255),
    code: "lengthOverLimit",
  },
];

for (const { what, plaintext, code } of violations) {
  Deno.test(`Link.receive() answers ${what} with violated, and can still say why`, async () => {
    const { near, nearStream, far, farStream, farKeys } = linkPair();
    await farStream.write(farKeys.transport.sealFrame(plaintext));
    const end = await near.receive(() => {});
    assert(end.kind === "violated");
    assertEquals(end.error.code, code);
    assert(!nearStream.isClosed);
    const heard: Message[] = [];
    const farEnd = far.receive((message) => void heard.push(message));
    near.send({ kind: "bye", code: "protocolViolation" });
    await near.flushed();
    near.close();
    await farEnd;
    assertEquals(heard, [{ kind: "bye", code: "protocolViolation" }]);
  });
}

Deno.test("Link.receive() hands on the good messages before a bad one", async () => {
  const { near, farStream, farKeys } = linkPair();
  await farStream.write(farKeys.transport.sealFrame(Uint8Array.of(34, 35, 255)));
  const handled: string[] = [];
  const end = await near.receive((message) => void handled.push(message.kind));
  assertEquals(end.kind, "violated");
  assertEquals(handled, ["ping", "pong"]);
});

Deno.test("Link.receive() ends as violated by any flipped bit of a frame", async () => {
  const frameBits = 8 * (2 + 9 + 16);
  for (let bit = 0; bit < frameBits; bit++) {
    const { near, far, nearStream } = linkPair();
    nearStream.flippedBit = bit;
    const handled: Message[] = [];
    const end = far.receive((message) => void handled.push(message));
    near.send({ kind: "received", delivery: 7 });
    await near.flushed();
    near.send(filler); // a length that has grown swallows what comes behind
    near.send(filler);
    near.send(filler);
    await near.flushed();
    const ended = await end;
    assert(ended.kind === "violated", `bit ${bit}: ${ended.kind}`);
    assertEquals(ended.error.code, "authenticationFailed");
    assertEquals(handled, []);
  }
});

Deno.test("Link.receive() takes no frame twice, none out of order and none of its own", async () => {
  for (const order of [[0, 0], [1, 0], [1]]) {
    const { near, farStream, farKeys } = linkPair();
    const frames = [34, 35].map((kind) => farKeys.transport.sealFrame(Uint8Array.of(kind)));
    for (const i of order) await farStream.write(frames[i]!);
    const end = await near.receive(() => {});
    assert(end.kind === "violated");
    assertEquals(end.error.code, "authenticationFailed");
  }
  const { near, nearStream, farStream } = linkPair();
  near.send(ping);
  await near.flushed();
  await farStream.write(nearStream.writes[0]!);
  const end = await near.receive(() => {});
  assert(end.kind === "violated");
  assertEquals(end.error.code, "authenticationFailed");
});
