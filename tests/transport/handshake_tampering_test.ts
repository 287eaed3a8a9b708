import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ProtocolError, type ProtocolErrorCode } from "../../lib/codec/mod.ts";
import { initiateHandshake, respondToHandshake } from "../../lib/transport/mod.ts";
import { initiatorStatic, responderStatic } from "../crypto/handshake.ts";
import { memberHello, serverHello } from "../testing/hellos.ts";
import { MemoryStream } from "../testing/memory_stream.ts";

type Outcome = ProtocolErrorCode | "ok" | "brokenPipe";

const hello = memberHello("ana");
const lengthBits = 16;
/** A length and an ephemeral key. */
const firstMessageBytes = 2 + 32;

/** What becomes of a side, which closes its stream when it fails, as a stream's owner does. */
async function outcome(stream: MemoryStream, handshake: Promise<unknown>): Promise<Outcome> {
  try {
    await handshake;
    return "ok";
  } catch (error) {
    stream.close();
    if (error instanceof Deno.errors.BrokenPipe) return "brokenPipe";
    assert(error instanceof ProtocolError, String(error));
    return error.code;
  }
}

function initiate(stream: MemoryStream): Promise<Outcome> {
  return outcome(stream, initiateHandshake(stream, initiatorStatic, hello, () => {}));
}

function respond(stream: MemoryStream): Promise<Outcome> {
  return outcome(stream, respondToHandshake(stream, responderStatic, serverHello));
}

/** A handshake over a stream that `damage` has been at. */
async function handshakeOver(
  damage: (initiators: MemoryStream, responders: MemoryStream) => void,
): Promise<{ initiator: Outcome; responder: Outcome; written: [number, number] }> {
  const [a, b] = MemoryStream.pair();
  damage(a, b);
  const responding = respond(b).then((code) => {
    if (code !== "ok" && !b.isClosed) b.close();
    return code;
  });
  const initiator = await initiate(a);
  if (!a.isClosed) a.close(); // whatever the responder still waits for
  const responder = await responding;
  return { initiator, responder, written: [a.written.length, b.written.length] };
}

const whole = await handshakeOver(() => {});

Deno.test("a handshake over a sound stream succeeds", () => {
  assertEquals([whole.initiator, whole.responder], ["ok", "ok"]);
});

Deno.test("respondToHandshake() says truncated wherever the initiator's bytes end", async () => {
  for (let bytes = 0; bytes < whole.written[0]; bytes++) {
    const { responder } = await handshakeOver((a) => a.endsAfterBytes = bytes);
    assertEquals(responder, "truncated", `after ${bytes} bytes`);
  }
});

Deno.test("initiateHandshake() says truncated wherever the responder's bytes end", async () => {
  for (let bytes = 0; bytes < whole.written[1]; bytes++) {
    const { initiator, responder } = await handshakeOver((_, b) => b.endsAfterBytes = bytes);
    assertEquals(initiator, "truncated", `after ${bytes} bytes`);
    assertEquals(responder, "truncated", `after ${bytes} bytes`);
  }
});

Deno.test("no handshake survives a flipped bit from the initiator", async () => {
  for (let bit = 0; bit < 8 * whole.written[0]; bit++) {
    const { responder } = await handshakeOver((a) => {
      a.flippedBit = bit;
      if (bit < lengthBits) a.endsAfterBytes = firstMessageBytes; // or it would wait for more
    });
    const codes: Outcome[] = ["authenticationFailed", "truncated", "lengthOverLimit"];
    assert(codes.includes(responder), `bit ${bit}: ${responder}`);
  }
});

Deno.test("no handshake survives a flipped bit from the responder", async () => {
  for (let bit = 0; bit < 8 * whole.written[1]; bit++) {
    const { initiator, responder } = await handshakeOver((_, b) => {
      b.flippedBit = bit;
      if (bit < lengthBits) b.endsAfterBytes = whole.written[1];
    });
    const codes: Outcome[] = ["authenticationFailed", "truncated", "lengthOverLimit"];
    assert(codes.includes(initiator), `bit ${bit}: ${initiator}`);
    assertEquals(responder, "truncated", `bit ${bit}`);
  }
});

Deno.test("respondToHandshake() answers garbage with nothing worse than a ProtocolError", async () => {
  const garbage = fc.uint8Array({ maxLength: 2_000 });
  const property = fc.asyncProperty(garbage, async (bytes) => {
    const [a, b] = MemoryStream.pair();
    a.endsAfterBytes = bytes.length;
    if (bytes.length > 0) await a.write(new Uint8Array(bytes));
    const code = await respond(b);
    assert(["truncated", "authenticationFailed", "lengthOverLimit"].includes(code), code);
  });
  await fc.assert(property, { seed: 3, numRuns: 300 });
});

Deno.test("initiateHandshake() answers garbage with nothing worse than a ProtocolError", async () => {
  const garbage = fc.uint8Array({ maxLength: 2_000 });
  const property = fc.asyncProperty(garbage, async (bytes) => {
    const [a, b] = MemoryStream.pair();
    b.endsAfterBytes = bytes.length;
    if (bytes.length > 0) await b.write(new Uint8Array(bytes));
    const code = await initiate(a);
    assert(["truncated", "authenticationFailed", "lengthOverLimit"].includes(code), code);
  });
  await fc.assert(property, { seed: 4, numRuns: 300 });
});
