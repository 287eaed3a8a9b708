import { assertEquals, assertRejects } from "@std/assert";
import {
  decodeMemberHello,
  encodeFrame,
  ProtocolError,
  type ProtocolErrorCode,
  protocolVersion,
} from "../../lib/codec/mod.ts";
import { HandshakeState } from "../../lib/crypto/mod.ts";
import { maxFrameBytes, maxHandshakeFrameBytes } from "../../lib/limits.ts";
import {
  type ByteStream,
  initiateHandshake,
  Link,
  respondToHandshake,
} from "../../lib/transport/mod.ts";
import { initiatorStatic, responderStatic } from "../crypto/handshake.ts";
import { memberHello, serverHello } from "../testing/hellos.ts";
import { hex } from "../testing/hex.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { MemoryStream } from "../testing/memory_stream.ts";

const hello = memberHello("ana");
const nothing = new Uint8Array();

function initiate(stream: ByteStream, trust: (serverKey: Uint8Array) => void = () => {}) {
  return initiateHandshake(stream, initiatorStatic, hello, trust);
}

function respond(stream: ByteStream) {
  return respondToHandshake(stream, responderStatic, serverHello);
}

/** The code with which a handshake fails; nothing but a {@linkcode ProtocolError} may come out of it. */
async function failure(handshake: Promise<unknown>): Promise<ProtocolErrorCode> {
  return (await assertRejects(() => handshake, ProtocolError)).code;
}

Deno.test("initiateHandshake() and respondToHandshake() learn who the other is", async () => {
  const [a, b] = MemoryStream.pair();
  const [ours, theirs] = await Promise.all([initiate(a), respond(b)]);
  assertEquals(ours.hello, serverHello);
  assertEquals(decodeMemberHello(theirs.hello), hello);
  assertEquals(hex(ours.handshaken.remoteStaticKey), hex(responderStatic.publicKey));
  assertEquals(hex(theirs.handshaken.remoteStaticKey), hex(initiatorStatic.publicKey));
  assertEquals(hex(ours.handshaken.handshakeHash), hex(theirs.handshaken.handshakeHash));
});

Deno.test("initiateHandshake() and respondToHandshake() work a byte at a time", async () => {
  const [a, b] = MemoryStream.pair();
  for (const stream of [a, b]) stream.maxReadBytes = stream.maxWriteBytes = 1;
  await Promise.all([initiate(a), respond(b)]);
});

Deno.test("respondToHandshake() keeps what came right behind the handshake", async () => {
  const [a, b] = MemoryStream.pair();
  const [ours] = await Promise.all([
    initiate(a).then((authenticated) => {
      const link = new Link(authenticated, new ManualClock());
      const envelope = new Uint8Array(30_000);
      link.send({ kind: "send", id: 1n, to: "bia", envelope });
      return link;
    }),
    respond(b).then(async (authenticated) => {
      const link = new Link(authenticated, new ManualClock());
      await link.receive((message) => {
        assertEquals(message.kind, "send");
        link.close();
      });
    }),
  ]);
  ours.close();
});

Deno.test("initiateHandshake() shows the server's key to trust() before anything of ours leaves", async () => {
  const [a, b] = MemoryStream.pair();
  const responding = failure(respond(b));
  let shown = "";
  await assertRejects(
    () =>
      initiate(a, (serverKey) => {
        shown = hex(serverKey);
        throw new TypeError("another server");
      }),
    TypeError,
    "another server",
  );
  assertEquals(shown, hex(responderStatic.publicKey));
  assertEquals(a.written.length, 2 + 32); // the first message: an ephemeral key
  a.close();
  assertEquals(await responding, "truncated");
});

Deno.test("initiateHandshake() fails where the other side has another prologue", async () => {
  const [a, b] = MemoryStream.pair();
  const initiating = failure(initiate(a));
  const stranger = new HandshakeState({
    initiator: false,
    staticKeyPair: responderStatic,
    prologue: new TextEncoder().encode("prosa/2"),
  });
  await b.read(new Uint8Array(100));
  stranger.readMessage(a.written.subarray(2));
  await b.write(encodeFrame(stranger.writeMessage(nothing)));
  assertEquals(await initiating, "authenticationFailed");
});

Deno.test("initiateHandshake() refuses a server of another version", async () => {
  const [a, b] = MemoryStream.pair();
  const answer = { ...serverHello, version: protocolVersion + 1 };
  const responding = failure(respondToHandshake(b, responderStatic, answer));
  assertEquals(await failure(initiate(a)), "versionUnsupported");
  assertEquals(a.writes.length, 1);
  a.close();
  assertEquals(await responding, "truncated");
});

Deno.test("respondToHandshake() hands on what a member of another version says", async () => {
  const [a, b] = MemoryStream.pair();
  const asking = { ...hello, version: protocolVersion + 1 };
  const initiating = initiateHandshake(a, initiatorStatic, asking, () => {});
  const [, theirs] = await Promise.all([initiating, respond(b)]);
  assertEquals(theirs.hello[0], protocolVersion + 1);
});

const tooLong = encodeFrame(new Uint8Array(maxHandshakeFrameBytes + 1));

Deno.test("respondToHandshake() takes no longer frame than a handshake has", async () => {
  const [a, b] = MemoryStream.pair();
  await a.write(tooLong);
  assertEquals(await failure(respond(b)), "lengthOverLimit");
});

Deno.test("initiateHandshake() takes no longer frame than a handshake has", async () => {
  const [a, b] = MemoryStream.pair();
  await b.write(tooLong.slice(0, 2)); // its length is enough to know
  assertEquals(await failure(initiate(a)), "lengthOverLimit");
});

Deno.test("initiateHandshake() allows longer frames once it is through", async () => {
  const [a, b] = MemoryStream.pair();
  const [ours, theirs] = await Promise.all([initiate(a), respond(b)]);
  assertEquals(ours.decoder.maxBytes, maxFrameBytes);
  assertEquals(theirs.decoder.maxBytes, maxFrameBytes);
});
