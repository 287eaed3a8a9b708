import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Message, ProtocolError, type ProtocolErrorCode } from "../../lib/codec/mod.ts";
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

function received(delivery: number): Message {
  return { kind: "received", delivery };
}

Deno.test("Link.receive() holds messages back while the handler is busy", async () => {
  const { near, far } = linkPair();
  const handled: Message[] = [];
  const busy = Promise.withResolvers<void>();
  const end = far.receive((message) => {
    handled.push(message);
    return handled.length === 2 ? busy.promise : undefined;
  });
  for (let i = 0; i < 3; i++) near.send(received(i));
  await near.flushed();
  near.send(received(3));
  await settled();
  assertEquals(handled.length, 2);
  busy.resolve();
  await settled();
  assertEquals(handled, [0, 1, 2, 3].map(received));
  near.close();
  await end;
});

Deno.test("Link.receive() hands nothing on after its own side has closed", async () => {
  const { near, far } = linkPair();
  const handled: Message[] = [];
  const end = far.receive((message) => {
    handled.push(message);
    far.close();
  });
  for (let i = 0; i < 3; i++) near.send(received(i));
  assertEquals(await end, { kind: "closed" });
  assertEquals(handled, [received(0)]);
});

Deno.test("Link.receive() lets a bug in the handler through, and closes", async () => {
  const { near, far, farStream } = linkPair();
  near.send(ping);
  await assertRejects(
    () =>
      far.receive(() => {
        throw new TypeError("a bug");
      }),
    TypeError,
  );
  assert(farStream.isClosed);
});

Deno.test("Link.receive() ends as violated by what the handler finds", async () => {
  const { near, far } = linkPair();
  near.send(ping);
  const error = new ProtocolError("unexpectedMessage", "no");
  const end = await far.receive(() => {
    throw error;
  });
  assertEquals(end, { kind: "violated", error });
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

Deno.test("Link.bytesHeard counts what has come, half a frame too, and bytesSent what was written", async () => {
  const { near, nearStream, far } = linkPair();
  nearStream.maxReadBytes = 7;
  const messages: Message[] = [];
  const end = near.receive((message) => void messages.push(message));
  far.send({ kind: "ping" });
  await far.flushed();
  const frameBytes = 2 + 1 + 16;
  assertEquals([far.bytesSent, far.bytesHeard, near.bytesSent], [frameBytes, 0, 0]);
  const counts = new Set<number>();
  while (messages.length === 0) {
    counts.add(near.bytesHeard);
    await Promise.resolve();
  }
  assert(counts.has(7) && counts.has(14), [...counts].join());
  assertEquals(near.bytesHeard, frameBytes);
  near.close();
  await end;
});
