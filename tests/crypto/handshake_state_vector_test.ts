import { assertEquals } from "@std/assert";
import { HandshakeState, keyPairOf } from "../../lib/crypto/mod.ts";
import { bytes, hex } from "../testing/hex.ts";
// Published with cacophony, the Haskell implementation of Noise.
import cacophony from "./vectors/noise_xx_25519_aesgcm_sha256.json" with { type: "json" };

const handshakeMessages = 3;

for (const vector of cacophony.vectors) {
  const newStates = () => ({
    initiator: new HandshakeState({
      initiator: true,
      staticKeyPair: keyPairOf(bytes(vector.init_static)),
      ephemeralKeyPair: keyPairOf(bytes(vector.init_ephemeral)),
      prologue: bytes(vector.init_prologue),
    }),
    responder: new HandshakeState({
      initiator: false,
      staticKeyPair: keyPairOf(bytes(vector.resp_static)),
      ephemeralKeyPair: keyPairOf(bytes(vector.resp_ephemeral)),
      prologue: bytes(vector.resp_prologue),
    }),
  });

  Deno.test(`HandshakeState agrees with the published ${vector.protocol_name}`, () => {
    assertEquals(vector.messages.length, 6);
    const states = newStates();
    for (const [i, { payload, ciphertext }] of vector.messages.entries()) {
      if (i >= handshakeMessages) break;
      const [writer, reader] = i % 2 === 0
        ? [states.initiator, states.responder]
        : [states.responder, states.initiator];
      assertEquals(hex(writer.writeMessage(bytes(payload))), ciphertext, `message ${i}`);
      assertEquals(hex(reader.readMessage(bytes(ciphertext))), payload, `message ${i}`);
    }
    const initiator = states.initiator.finish();
    const responder = states.responder.finish();
    assertEquals(hex(initiator.handshakeHash), vector.handshake_hash);
    assertEquals(hex(responder.handshakeHash), vector.handshake_hash);
    assertEquals(
      hex(initiator.remoteStaticKey),
      hex(keyPairOf(bytes(vector.resp_static)).publicKey),
    );
    assertEquals(
      hex(responder.remoteStaticKey),
      hex(keyPairOf(bytes(vector.init_static)).publicKey),
    );

    for (const [i, { payload, ciphertext }] of vector.messages.entries()) {
      if (i < handshakeMessages) continue;
      const [sender, receiver] = i % 2 === 0
        ? [initiator.transport, responder.transport]
        : [responder.transport, initiator.transport];
      const length = (ciphertext.length / 2).toString(16).padStart(4, "0");
      assertEquals(hex(sender.sealFrame(bytes(payload))), length + ciphertext, `message ${i}`);
      assertEquals(hex(receiver.openFrame(bytes(ciphertext))), payload, `message ${i}`);
    }
  });
}
