import { assertEquals, assertNotEquals } from "@std/assert";
import { frameHeaderBytes } from "../../lib/codec/mod.ts";
import { open, seal } from "../../lib/crypto/aead.ts";
import { TransportSession } from "../../lib/crypto/mod.ts";
import { framesPerKey } from "../../lib/limits.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";

const firstKey = bytes("a1".repeat(32));
const otherKey = bytes("b2".repeat(32));
const plaintext = bytes("07");

/** Noise §4.2's REKEY(). */
function rekeyed(key: Uint8Array): Uint8Array {
  return seal(key, 2n ** 64n - 1n, undefined, new Uint8Array(32)).slice(0, 32);
}

Deno.test("TransportSession derives the next key after framesPerKey frames, on both sides", () => {
  const alice = new TransportSession({ send: firstKey, receive: otherKey });
  const bob = new TransportSession({ send: otherKey, receive: firstKey });
  const nextSealed = () => alice.sealFrame(plaintext).subarray(frameHeaderBytes);

  for (let frame = 0; frame < framesPerKey - 1; frame++) bob.openFrame(nextSealed());

  const last = nextSealed();
  assertEquals(hex(open(firstKey, framesPerKey - 1, undefined, last)), hex(plaintext));
  const first = nextSealed();
  const secondKey = rekeyed(firstKey);
  assertNotEquals(hex(secondKey), hex(firstKey));
  assertEquals(hex(open(secondKey, framesPerKey, undefined, first)), hex(plaintext));
  assertProtocolError(
    () => open(firstKey, framesPerKey, undefined, first),
    "authenticationFailed",
  );

  assertProtocolError(() => bob.openFrame(first), "authenticationFailed");
  assertEquals(hex(bob.openFrame(last)), hex(plaintext));
  assertEquals(hex(bob.openFrame(first)), hex(plaintext));

  // the other direction counts for itself, and has only begun
  const answer = bob.sealFrame(plaintext).subarray(frameHeaderBytes);
  assertEquals(hex(open(otherKey, 0, undefined, answer)), hex(plaintext));
  assertEquals(hex(alice.openFrame(answer)), hex(plaintext));
});
