import { assertEquals } from "@std/assert";
import { frameHeaderBytes } from "../../lib/codec/mod.ts";
import { type Handshaken, HandshakeState, keyPairOf } from "../../lib/crypto/mod.ts";
import { bytes, hex } from "../testing/hex.ts";
import { noise } from "./noise_c.js";

type Theirs = InstanceType<typeof noise.HandshakeState>;

const protocolName = "Noise_XX_25519_AESGCM_SHA256";
const prologue = new TextEncoder().encode("prosa/1");
const ourKey = keyPairOf(bytes("a1".repeat(32)));
const theirPrivateKey = bytes("b2".repeat(32));
const theirKey = keyPairOf(theirPrivateKey);
const none = new Uint8Array();

const payloads = [
  { name: "empty payloads", payloads: [none, none, none] },
  {
    name: "payloads of a hello's size",
    payloads: [none, bytes("07".repeat(40)), bytes("08".repeat(99))],
  },
  { name: "payloads in all messages", payloads: [bytes("01"), bytes("0202"), bytes("030303")] },
];

function newTheirs(role: number): Theirs {
  const theirs = new noise.HandshakeState(protocolName, role);
  theirs.Initialize(prologue, theirPrivateKey);
  return theirs;
}

/** Both sides are through: they must agree on everything, and understand each other. */
function assertAgreement(ours: Handshaken, theirs: Theirs): void {
  assertEquals(theirs.GetAction(), noise.constants.NOISE_ACTION_SPLIT);
  assertEquals(hex(theirs.GetHandshakeHash()), hex(ours.handshakeHash));
  assertEquals(hex(theirs.GetRemotePublicKey()), hex(ourKey.publicKey));
  assertEquals(hex(ours.remoteStaticKey), hex(theirKey.publicKey));
  const [send, receive] = theirs.Split();
  for (const text of ["", "c0ffee", "ab".repeat(1_000)]) {
    const frame = ours.transport.sealFrame(bytes(text));
    assertEquals(hex(receive.DecryptWithAd(none, frame.subarray(frameHeaderBytes))), text);
    assertEquals(hex(ours.transport.openFrame(send.EncryptWithAd(none, bytes(text)))), text);
  }
  send.free();
  receive.free();
}

for (const { name, payloads: [first, second, third] } of payloads) {
  Deno.test(`HandshakeState as initiator agrees with noise-c, ${name}`, () => {
    const ours = new HandshakeState({ initiator: true, staticKeyPair: ourKey });
    const theirs = newTheirs(noise.constants.NOISE_ROLE_RESPONDER);
    assertEquals(hex(theirs.ReadMessage(ours.writeMessage(first!), true)), hex(first!));
    assertEquals(hex(ours.readMessage(theirs.WriteMessage(second!))), hex(second!));
    assertEquals(hex(theirs.ReadMessage(ours.writeMessage(third!), true)), hex(third!));
    assertAgreement(ours.finish(), theirs);
  });

  Deno.test(`HandshakeState as responder agrees with noise-c, ${name}`, () => {
    const ours = new HandshakeState({ initiator: false, staticKeyPair: ourKey });
    const theirs = newTheirs(noise.constants.NOISE_ROLE_INITIATOR);
    assertEquals(hex(ours.readMessage(theirs.WriteMessage(first!))), hex(first!));
    assertEquals(hex(theirs.ReadMessage(ours.writeMessage(second!), true)), hex(second!));
    assertEquals(hex(ours.readMessage(theirs.WriteMessage(third!))), hex(third!));
    assertAgreement(ours.finish(), theirs);
  });
}
