import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FrameDecoder, frameHeaderBytes } from "../../lib/codec/mod.ts";
import { maxFramePlaintextBytes, type TransportSession } from "../../lib/crypto/mod.ts";
import { maxFrameBytes } from "../../lib/limits.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bitFlips } from "../testing/bit_flips.ts";
import { bytes, hex } from "../testing/hex.ts";
import { handshake } from "./handshake.ts";

const plaintext = bytes("c0ffee");

interface Sessions {
  readonly alice: TransportSession;
  readonly bob: TransportSession;
}

function newSessions(): Sessions {
  const { initiator, responder } = handshake();
  return { alice: initiator.transport, bob: responder.transport };
}

/** The next frame without its length, as openFrame() wants it. */
function sealed(session: TransportSession, text = plaintext): Uint8Array {
  return session.sealFrame(text).subarray(frameHeaderBytes);
}

Deno.test("TransportSession.sealFrame() puts the length before ciphertext and tag", () => {
  const frame = newSessions().alice.sealFrame(plaintext);
  assertEquals(frame.length, 2 + plaintext.length + 16);
  assertEquals(hex(frame.subarray(0, 2)), "0013");
  assertEquals(hex(frame).includes(hex(plaintext)), false);
});

Deno.test("TransportSession.sealFrame() never seals a plaintext to the same bytes", () => {
  const { alice, bob } = newSessions();
  const frames = [alice, alice, alice, bob, bob, bob].map((session) => hex(sealed(session)));
  assertEquals(new Set(frames).size, 6);
});

Deno.test("TransportSession.openFrame() opens the frames of both directions in order", () => {
  const { alice, bob } = newSessions();
  fc.assert(
    fc.property(fc.boolean(), fc.uint8Array({ maxLength: 300 }), (toBob, text) => {
      const [sender, receiver] = toBob ? [alice, bob] : [bob, alice];
      assertEquals(hex(receiver.openFrame(sealed(sender, text))), hex(text));
    }),
    { seed: 12, numRuns: 200, endOnFailure: true },
  );
});

Deno.test("TransportSession.openFrame() opens what a FrameDecoder finds in a stream", () => {
  const { alice, bob } = newSessions();
  const decoder = new FrameDecoder(maxFrameBytes);
  for (const text of ["", "aa", "bbbb"]) {
    const frame = alice.sealFrame(bytes(text));
    decoder.space().set(frame);
    decoder.advance(frame.length);
    assertEquals(hex(bob.openFrame(decoder.next()!)), text);
  }
});

Deno.test("TransportSession.sealFrame() takes as much as a frame can hold", () => {
  const { alice, bob } = newSessions();
  const longest = new Uint8Array(maxFramePlaintextBytes).fill(7);
  const frame = alice.sealFrame(longest);
  assertEquals(hex(frame.subarray(0, 2)), "ffff");
  assertEquals(hex(bob.openFrame(frame.subarray(frameHeaderBytes))), hex(longest));
});

Deno.test("TransportSession.sealFrame() refuses more, and keeps the number for the next", () => {
  const { alice, bob } = newSessions();
  const tooLong = new Uint8Array(maxFramePlaintextBytes + 1);
  assertThrows(() => alice.sealFrame(tooLong), RangeError);
  assertEquals(hex(bob.openFrame(sealed(alice))), hex(plaintext));
});

/** Each answers a frame that Bob must refuse, and leaves the next one of Alice in its turn. */
const refused: readonly { name: string; newFrame: (sessions: Sessions) => Uint8Array }[] = [
  {
    name: "a repeated frame",
    newFrame: ({ alice, bob }) => {
      const frame = sealed(alice);
      bob.openFrame(frame);
      return frame;
    },
  },
  { name: "its own frame, reflected", newFrame: ({ bob }) => sealed(bob) },
  { name: "a frame of another session", newFrame: () => sealed(newSessions().alice) },
  { name: "an empty frame", newFrame: () => new Uint8Array() },
  { name: "a frame of a tag alone", newFrame: () => new Uint8Array(16) },
];

for (const { name, newFrame } of refused) {
  Deno.test(`TransportSession.openFrame() refuses ${name}, and takes the next one`, () => {
    const sessions = newSessions();
    const frame = newFrame(sessions);
    assertProtocolError(() => sessions.bob.openFrame(frame), "authenticationFailed");
    assertEquals(hex(sessions.bob.openFrame(sealed(sessions.alice))), hex(plaintext));
  });
}

Deno.test("TransportSession.openFrame() takes frames in their order and no other", () => {
  const { alice, bob } = newSessions();
  const frames = ["00", "01", "02"].map((text) => sealed(alice, bytes(text)));
  for (const turn of [0, 1, 2]) {
    for (const [i, frame] of frames.entries()) {
      if (i === turn) continue;
      assertProtocolError(() => bob.openFrame(frame), "authenticationFailed", `${i} for ${turn}`);
    }
    assertEquals(hex(bob.openFrame(frames[turn]!)), `0${turn}`);
  }
});

Deno.test("TransportSession.openFrame() refuses every bit flipped, and stays as it was", () => {
  const { alice, bob } = newSessions();
  for (let round = 0; round < 2; round++) {
    const frame = sealed(alice);
    for (const { bit, flipped } of bitFlips(frame)) {
      assertProtocolError(() => bob.openFrame(flipped), "authenticationFailed", `bit ${bit}`);
    }
    assertEquals(hex(bob.openFrame(frame)), hex(plaintext));
  }
});

Deno.test("TransportSession.openFrame() refuses every truncation", () => {
  const { alice, bob } = newSessions();
  const frame = sealed(alice);
  for (let length = 0; length < frame.length; length++) {
    assertProtocolError(() => bob.openFrame(frame.subarray(0, length)), "authenticationFailed");
  }
  assertEquals(hex(bob.openFrame(frame)), hex(plaintext));
});
