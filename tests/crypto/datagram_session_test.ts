import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  datagramHeaderBytes,
  ProtocolError,
  readDatagramHeader,
  writeDatagramHeader,
} from "../../lib/codec/mod.ts";
import { seal } from "../../lib/crypto/aead.ts";
import { DatagramSession, maxDatagramPlaintextBytes } from "../../lib/crypto/mod.ts";
import { arrivalSpan, maxDatagramBytes, replayWindowSize } from "../../lib/limits.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bitFlips } from "../testing/bit_flips.ts";
import { bytes, hex } from "../testing/hex.ts";
import { handshake } from "./handshake.ts";

const sessionId = 0x0102030405060708n;
const plaintext = bytes("c0ffee");
const aliceKey = bytes("a1".repeat(32));
const bobKey = bytes("b2".repeat(32));

function newSessions(): { alice: DatagramSession; bob: DatagramSession } {
  return {
    alice: new DatagramSession(sessionId, { send: aliceKey, receive: bobKey }),
    bob: new DatagramSession(sessionId, { send: bobKey, receive: aliceKey }),
  };
}

/** What a receiver does with a datagram of this session. */
function opened(session: DatagramSession, datagram: Uint8Array) {
  const header = readDatagramHeader(datagram);
  if (!header) throw new ProtocolError("truncated", "there is no header");
  const { plaintext, isNewest } = session.open(header, datagram);
  return { plaintext: hex(plaintext), isNewest };
}

/** A datagram that Alice would seal after so many others. */
function datagramWith(counter: number): Uint8Array {
  const header = new Uint8Array(datagramHeaderBytes);
  writeDatagramHeader(header, { sessionId, counter });
  return Uint8Array.of(...header, ...seal(aliceKey, counter, header, plaintext));
}

Deno.test("DatagramSession.seal() puts its header before ciphertext and tag, and binds it", () => {
  const { alice } = newSessions();
  for (const counter of [0, 1, 2]) {
    const datagram = alice.seal(plaintext);
    assertEquals(readDatagramHeader(datagram), { sessionId, counter });
    assertEquals(hex(datagram), hex(datagramWith(counter)));
  }
});

Deno.test("DatagramSession.seal() uses no counter twice, even where it refused one", () => {
  const { alice } = newSessions();
  const tooLong = new Uint8Array(maxDatagramPlaintextBytes + 1);
  let previous = -1;
  const bodies = new Set<string>();
  for (let i = 0; i < 1_000; i++) {
    if (i % 10 === 3) assertThrows(() => alice.seal(tooLong), RangeError);
    const datagram = alice.seal(plaintext);
    const { counter } = readDatagramHeader(datagram)!;
    assertEquals(counter > previous, true, `${counter} after ${previous}`);
    previous = counter;
    bodies.add(hex(datagram.subarray(datagramHeaderBytes)));
  }
  assertEquals(bodies.size, 1_000);
});

Deno.test("DatagramSession.seal() fills a datagram and no more", () => {
  const { alice, bob } = newSessions();
  const longest = new Uint8Array(maxDatagramPlaintextBytes).fill(7);
  const datagram = alice.seal(longest);
  assertEquals(datagram.length, maxDatagramBytes);
  assertEquals(opened(bob, datagram), { plaintext: hex(longest), isNewest: true });
});

Deno.test("DatagramSession.open() opens any datagram of both directions", () => {
  const { alice, bob } = newSessions();
  fc.assert(
    fc.property(fc.boolean(), fc.uint8Array({ maxLength: 300 }), (toBob, text) => {
      const [sender, receiver] = toBob ? [alice, bob] : [bob, alice];
      assertEquals(opened(receiver, sender.seal(text)), { plaintext: hex(text), isNewest: true });
    }),
    { seed: 13, numRuns: 200, endOnFailure: true },
  );
});

Deno.test("DatagramSession.open() opens reordered datagrams once each; isNewest marks records", () => {
  const { alice, bob } = newSessions();
  const datagrams = Array.from({ length: 6 }, () => alice.seal(plaintext));
  const order = [2, 0, 1, 5, 3, 4];
  const newest = order.map((i) => opened(bob, datagrams[i]!).isNewest);
  assertEquals(newest, [true, false, false, true, false, false]);
  for (const datagram of datagrams) {
    assertProtocolError(() => opened(bob, datagram), "authenticationFailed");
  }
  assertEquals(opened(bob, alice.seal(plaintext)).isNewest, true);
});

Deno.test("DatagramSession.open() refuses what is older than its window", () => {
  const { bob } = newSessions();
  const newest = replayWindowSize + 10;
  assertEquals(opened(bob, datagramWith(newest)).isNewest, true);
  assertProtocolError(() => opened(bob, datagramWith(10)), "authenticationFailed");
  assertEquals(opened(bob, datagramWith(11)).isNewest, false);
});

Deno.test("DatagramSession.open() refuses its own datagrams, reflected", () => {
  const { alice, bob } = newSessions();
  assertProtocolError(() => opened(alice, alice.seal(plaintext)), "authenticationFailed");
  assertEquals(opened(alice, bob.seal(plaintext)).isNewest, true);
});

Deno.test("DatagramSession.open() refuses every bit flipped, and its window stays", () => {
  const { alice, bob } = newSessions();
  const first = alice.seal(plaintext);
  const second = alice.seal(plaintext);
  opened(bob, first);
  const withoutHeader: number[] = [];
  for (const { bit, flipped } of bitFlips(second)) {
    const error = assertThrows(() => opened(bob, flipped), ProtocolError, "", `bit ${bit}`);
    if (error.code === "truncated") withoutHeader.push(bit);
    else assertEquals(error.code, "authenticationFailed");
  }
  const typeBits = [0, 1, 2, 3, 4, 5, 6, 7];
  const bitsAbove2To53 = [72, 73, 74, 75, 76, 77, 78, 79, 85, 86, 87];
  assertEquals(withoutHeader, [...typeBits, ...bitsAbove2To53]);
  assertEquals(opened(bob, second), { plaintext: hex(plaintext), isNewest: true });
});

Deno.test("DatagramSession.open() refuses every truncation, and its window stays", () => {
  const { alice, bob } = newSessions();
  const datagram = alice.seal(plaintext);
  for (let length = datagramHeaderBytes; length < datagram.length; length++) {
    const part = datagram.subarray(0, length);
    assertProtocolError(() => opened(bob, part), "authenticationFailed", `${length} bytes`);
  }
  assertEquals(opened(bob, datagram).isNewest, true);
});

Deno.test("DatagramSession.open() refuses a header that is not the datagram's", () => {
  const { alice, bob } = newSessions();
  const datagram = alice.seal(plaintext);
  assertProtocolError(() => bob.open({ sessionId, counter: 1 }, datagram), "authenticationFailed");
  assertEquals(opened(bob, datagram).isNewest, true);
});

Deno.test("DatagramSession of a handshake opens the other side's datagrams and no other", () => {
  const { initiator, responder } = handshake();
  const [ours, theirs] = [initiator.datagrams(1n), responder.datagrams(1n)];
  const stranger = handshake().responder.datagrams(1n);
  const [there, back] = [ours.seal(plaintext), theirs.seal(plaintext)];
  assertNotEquals(hex(there), hex(back));
  assertProtocolError(() => opened(stranger, there), "authenticationFailed");
  assertEquals(opened(theirs, there).plaintext, hex(plaintext));
  assertEquals(opened(ours, back).plaintext, hex(plaintext));
});

Deno.test("DatagramSession and TransportSession of one handshake share no key", () => {
  const { initiator, responder } = handshake();
  const frame = initiator.transport.sealFrame(plaintext).subarray(2);
  const datagram = initiator.datagrams(0n).seal(plaintext);
  // GCM encrypts equal texts with equal keys and counters to equal bytes
  assertNotEquals(
    hex(frame.subarray(0, plaintext.length)),
    hex(datagram.subarray(datagramHeaderBytes, datagramHeaderBytes + plaintext.length)),
  );
  const body = datagram.subarray(datagramHeaderBytes);
  assertProtocolError(() => responder.transport.openFrame(body), "authenticationFailed");
});

Deno.test("DatagramSession.arrived() counts what came of the newest that were sent", () => {
  const { bob } = newSessions();
  assertEquals(bob.arrived(), { arrived: 0, expected: 0 });
  opened(bob, datagramWith(9));
  assertEquals(bob.arrived(), { arrived: 1, expected: 10 });
  opened(bob, datagramWith(3)); // late, but it came
  assertEquals(bob.arrived(), { arrived: 2, expected: 10 });
  for (let counter = 10; counter < 3 * arrivalSpan; counter += 2) {
    opened(bob, datagramWith(counter));
  }
  assertEquals(bob.arrived(), { arrived: arrivalSpan / 2, expected: arrivalSpan });
});
