import { assertEquals, assertRejects } from "@std/assert";
import { frameHeaderBytes, ProtocolError } from "../../lib/codec/mod.ts";
import { largeFrameBytes, maxFramePlaintextBytes } from "../../lib/crypto/mod.ts";
import { bytes, hex } from "../testing/hex.ts";
import { handshake } from "./handshake.ts";

function newSessions() {
  const { initiator, responder } = handshake();
  return { alice: initiator.transport, bob: responder.transport };
}

const sizes = [0, 1, largeFrameBytes, maxFramePlaintextBytes];

for (const size of sizes) {
  Deno.test(`TransportSession.openLargeFrame() opens what sealFrame() seals, ${size} bytes`, async () => {
    const { alice, bob } = newSessions();
    const plaintext = new Uint8Array(size).fill(7);
    const frame = alice.sealFrame(plaintext).subarray(frameHeaderBytes);
    assertEquals(hex(await bob.openLargeFrame(frame)), hex(plaintext));
  });

  Deno.test(`TransportSession.openFrame() opens what sealLargeFrame() seals, ${size} bytes`, async () => {
    const { alice, bob } = newSessions();
    const plaintext = new Uint8Array(size).fill(7);
    const frame = await alice.sealLargeFrame(plaintext);
    assertEquals(frame.length, frameHeaderBytes + size + 16);
    assertEquals(hex(frame.subarray(0, 2)), (size + 16).toString(16).padStart(4, "0"));
    assertEquals(hex(bob.openFrame(frame.subarray(frameHeaderBytes))), hex(plaintext));
  });
}

Deno.test("TransportSession.sealLargeFrame() shares its numbers with sealFrame()", async () => {
  const { alice, bob } = newSessions();
  const frames = [
    alice.sealFrame(bytes("00")),
    await alice.sealLargeFrame(bytes("01")),
    alice.sealFrame(bytes("02")),
    await alice.sealLargeFrame(bytes("03")),
  ].map((frame) => frame.subarray(frameHeaderBytes));
  assertEquals(hex(await bob.openLargeFrame(frames[0]!)), "00");
  assertEquals(hex(bob.openFrame(frames[1]!)), "01");
  assertEquals(hex(await bob.openLargeFrame(frames[2]!)), "02");
  assertEquals(hex(bob.openFrame(frames[3]!)), "03");
});

Deno.test("TransportSession.openLargeFrame() refuses an altered frame, and stays as it was", async () => {
  const { alice, bob } = newSessions();
  const frame = (await alice.sealLargeFrame(new Uint8Array(largeFrameBytes)))
    .subarray(frameHeaderBytes);
  for (const at of [0, 1_000, frame.length - 1]) {
    const altered = frame.slice();
    altered[at]! ^= 1;
    const error = await assertRejects(() => bob.openLargeFrame(altered), ProtocolError);
    assertEquals(error.code, "authenticationFailed");
  }
  const error = await assertRejects(() => bob.openLargeFrame(frame.subarray(0, 15)), ProtocolError);
  assertEquals(error.code, "authenticationFailed");
  assertEquals((await bob.openLargeFrame(frame)).length, largeFrameBytes);
});

Deno.test("TransportSession.sealLargeFrame() refuses what a frame can't hold", async () => {
  const { alice } = newSessions();
  await assertRejects(
    () => alice.sealLargeFrame(new Uint8Array(maxFramePlaintextBytes + 1)),
    RangeError,
  );
});
