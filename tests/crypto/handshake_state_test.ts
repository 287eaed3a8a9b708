import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../lib/codec/mod.ts";
import { generateKeyPair, HandshakeState } from "../../lib/crypto/mod.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";
import { handshake, initiatorStatic, newHandshake, responderStatic } from "./handshake.ts";
import { smallOrderKeys } from "./small_order_keys.ts";

const none = new Uint8Array();
const payloads = [bytes("0a"), bytes("0b0b"), bytes("0c0c0c")] as const;

Deno.test("HandshakeState hands over payloads, static keys and one hash", () => {
  const { initiator, responder } = newHandshake();
  const messages: Uint8Array[] = [];
  for (const [i, payload] of payloads.entries()) {
    const [writer, reader] = i % 2 === 0 ? [initiator, responder] : [responder, initiator];
    const message = writer.writeMessage(payload);
    assertEquals(hex(reader.readMessage(message)), hex(payload));
    messages.push(message.slice());
  }
  assertEquals(messages.map(({ length }) => length), [32 + 1, 32 + 48 + 16 + 2, 48 + 16 + 3]);
  const [ours, theirs] = [initiator.finish(), responder.finish()];
  assertEquals(hex(ours.remoteStaticKey), hex(responderStatic.publicKey));
  assertEquals(hex(theirs.remoteStaticKey), hex(initiatorStatic.publicKey));
  assertEquals(ours.handshakeHash.length, 32);
  assertEquals(hex(ours.handshakeHash), hex(theirs.handshakeHash));
  const wire = messages.map(hex).join("");
  assertEquals(wire.includes(hex(initiatorStatic.publicKey)), false);
  assertEquals(wire.includes(hex(responderStatic.publicKey)), false);
});

Deno.test("HandshakeState draws another ephemeral key each time", () => {
  const newMessage = () =>
    new HandshakeState({ initiator: true, staticKeyPair: initiatorStatic }).writeMessage(none);
  assertNotEquals(hex(newMessage()), hex(newMessage()));
  const [first, second] = [handshake(), handshake()];
  assertNotEquals(hex(first.initiator.handshakeHash), hex(second.initiator.handshakeHash));
});

Deno.test("HandshakeState does not keep the messages that it read", () => {
  const { initiator, responder } = newHandshake();
  const overwritten = (message: Uint8Array, reader: HandshakeState) => {
    const payload = reader.readMessage(message);
    message.fill(0xff);
    return hex(payload);
  };
  assertEquals(overwritten(initiator.writeMessage(payloads[0]).slice(), responder), "0a");
  assertEquals(overwritten(responder.writeMessage(payloads[1]).slice(), initiator), "0b0b");
  assertEquals(overwritten(initiator.writeMessage(payloads[2]).slice(), responder), "0c0c0c");
  assertEquals(hex(responder.finish().remoteStaticKey), hex(initiatorStatic.publicKey));
  assertEquals(hex(initiator.finish().remoteStaticKey), hex(responderStatic.publicKey));
});

Deno.test("HandshakeState refuses another prologue", () => {
  const { initiator } = newHandshake();
  const responder = new HandshakeState({
    initiator: false,
    staticKeyPair: responderStatic,
    prologue: new TextEncoder().encode("prosa/2"),
  });
  responder.readMessage(initiator.writeMessage(none));
  const answer = responder.writeMessage(none);
  assertProtocolError(() => initiator.readMessage(answer), "authenticationFailed");
});

Deno.test("HandshakeState refuses a message of another handshake", () => {
  const { initiator, responder } = newHandshake();
  const stranger = new HandshakeState({ initiator: false, staticKeyPair: generateKeyPair() });
  const first = initiator.writeMessage(none);
  responder.readMessage(first);
  stranger.readMessage(first);
  responder.writeMessage(none);
  initiator.readMessage(stranger.writeMessage(none));
  const third = initiator.writeMessage(none);
  assertProtocolError(() => responder.readMessage(third), "authenticationFailed");
});

Deno.test("HandshakeState refuses its own messages, reflected", () => {
  const { initiator } = newHandshake();
  const first = initiator.writeMessage(new Uint8Array(96));
  assertProtocolError(() => initiator.readMessage(first), "authenticationFailed");
});

for (const { name, publicKey } of smallOrderKeys) {
  Deno.test(`HandshakeState refuses ${name} as the initiator's ephemeral key`, () => {
    const { responder } = newHandshake();
    assertProtocolError(() => {
      responder.readMessage(publicKey);
      responder.writeMessage(none);
    }, "authenticationFailed");
  });

  Deno.test(`HandshakeState refuses ${name} as the responder's ephemeral key`, () => {
    const { initiator } = newHandshake();
    initiator.writeMessage(none);
    const message = Uint8Array.of(...publicKey, ...new Uint8Array(64));
    assertProtocolError(() => initiator.readMessage(message), "authenticationFailed");
  });
}

/** What each side does, one letter each: `w`rites, `r`eads, `f`inishes. */
const outOfTurn: readonly {
  name: string;
  initiator: boolean;
  done: number;
  step: "w" | "r" | "f";
}[] = [
  { name: "the initiator reads first", initiator: true, done: 0, step: "r" },
  { name: "the initiator writes twice", initiator: true, done: 1, step: "w" },
  { name: "the initiator reads twice", initiator: true, done: 2, step: "r" },
  { name: "the initiator writes a fourth", initiator: true, done: 3, step: "w" },
  { name: "the initiator reads a fourth", initiator: true, done: 3, step: "r" },
  { name: "the initiator finishes at once", initiator: true, done: 0, step: "f" },
  { name: "the initiator finishes after two", initiator: true, done: 2, step: "f" },
  { name: "the responder writes first", initiator: false, done: 0, step: "w" },
  { name: "the responder reads twice", initiator: false, done: 1, step: "r" },
  { name: "the responder writes twice", initiator: false, done: 2, step: "w" },
  { name: "the responder writes a fourth", initiator: false, done: 3, step: "w" },
  { name: "the responder reads a fourth", initiator: false, done: 3, step: "r" },
  { name: "the responder finishes after two", initiator: false, done: 2, step: "f" },
];

for (const { name, initiator, done, step } of outOfTurn) {
  Deno.test(`HandshakeState throws where ${name}`, () => {
    const states = newHandshake();
    for (let i = 0; i < done; i++) {
      const [writer, reader] = i % 2 === 0
        ? [states.initiator, states.responder]
        : [states.responder, states.initiator];
      reader.readMessage(writer.writeMessage(none));
    }
    const state = initiator ? states.initiator : states.responder;
    const error = assertThrows(
      () => {
        if (step === "w") state.writeMessage(none);
        else if (step === "r") state.readMessage(new Uint8Array(200));
        else state.finish();
      },
      Error,
      step === "f" ? "before its last message" : "out of turn",
    );
    assertEquals(error instanceof ProtocolError, false, "the mistake is not the peer's");
  });
}
