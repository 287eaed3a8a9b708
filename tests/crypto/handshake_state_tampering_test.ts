import { assert, assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../lib/codec/mod.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bitFlips } from "../testing/bit_flips.ts";
import { bytes, hex } from "../testing/hex.ts";
import { newHandshake } from "./handshake.ts";

const payload = bytes("c0ffee");

/** The messages of an undisturbed handshake; newHandshake() writes the same each time. */
function undisturbedMessages(): [Uint8Array, Uint8Array, Uint8Array] {
  const { initiator, responder } = newHandshake();
  const first = initiator.writeMessage(payload);
  responder.readMessage(first);
  const second = responder.writeMessage(payload);
  initiator.readMessage(second);
  const third = initiator.writeMessage(payload);
  responder.readMessage(third);
  return [first, second, third];
}

const [first, second, third] = undisturbedMessages();

/** Hands `message` to a responder, and its answer to the initiator, who must see the difference. */
function readAsFirst(message: Uint8Array): void {
  const { initiator, responder } = newHandshake();
  initiator.writeMessage(payload);
  responder.readMessage(message);
  initiator.readMessage(responder.writeMessage(payload));
}

function readAsSecond(message: Uint8Array): void {
  const { initiator } = newHandshake();
  initiator.writeMessage(payload);
  initiator.readMessage(message);
}

function readAsThird(message: Uint8Array): void {
  const { responder } = newHandshake();
  responder.readMessage(first);
  responder.writeMessage(payload);
  responder.readMessage(message);
}

const messages = [
  { name: "first", message: first, read: readAsFirst },
  { name: "second", message: second, read: readAsSecond },
  { name: "third", message: third, read: readAsThird },
] as const;

for (const { name, message, read } of messages) {
  Deno.test(`HandshakeState.readMessage() takes the ${name} message as it was written`, () => {
    read(message);
  });

  Deno.test(`HandshakeState.readMessage() refuses every bit flipped in the ${name} message`, () => {
    for (const { bit, flipped } of bitFlips(message)) {
      assertProtocolError(() => read(flipped), "authenticationFailed", `bit ${bit}`);
    }
  });

  Deno.test(`HandshakeState.readMessage() refuses every truncation of the ${name} message`, () => {
    const seen = new Set<string>();
    for (let length = 0; length < message.length; length++) {
      const part = message.subarray(0, length);
      seen.add(assertThrows(() => read(part), ProtocolError).code);
    }
    assertEquals([...seen], ["truncated", "authenticationFailed"]);
  });

  Deno.test(`HandshakeState.readMessage() refuses bytes after the ${name} message`, () => {
    const longer = Uint8Array.of(...message, 0);
    assertProtocolError(() => read(longer), "authenticationFailed");
  });
}

Deno.test("HandshakeState.readMessage() shows only the first payload to everybody", () => {
  assert(hex(first).endsWith(hex(payload)));
  assertEquals(hex(second).includes(hex(payload)), false);
  assertEquals(hex(third).includes(hex(payload)), false);
});
