import {
  generateKeyPair,
  type Handshaken,
  HandshakeState,
  keyPairOf,
} from "../../lib/crypto/mod.ts";

export const initiatorStatic = keyPairOf(new Uint8Array(32).fill(1));
export const responderStatic = keyPairOf(new Uint8Array(32).fill(2));
const initiatorEphemeral = keyPairOf(new Uint8Array(32).fill(3));
const responderEphemeral = keyPairOf(new Uint8Array(32).fill(4));

/** Two sides that would write the same messages in every test. */
export function newHandshake(): { initiator: HandshakeState; responder: HandshakeState } {
  return {
    initiator: new HandshakeState({
      initiator: true,
      staticKeyPair: initiatorStatic,
      ephemeralKeyPair: initiatorEphemeral,
    }),
    responder: new HandshakeState({
      initiator: false,
      staticKeyPair: responderStatic,
      ephemeralKeyPair: responderEphemeral,
    }),
  };
}

/** What a handshake between two strangers leaves behind on either side. */
export function handshake(): { initiator: Handshaken; responder: Handshaken } {
  const none = new Uint8Array();
  const initiator = new HandshakeState({ initiator: true, staticKeyPair: generateKeyPair() });
  const responder = new HandshakeState({ initiator: false, staticKeyPair: generateKeyPair() });
  responder.readMessage(initiator.writeMessage(none));
  initiator.readMessage(responder.writeMessage(none));
  responder.readMessage(initiator.writeMessage(none));
  return { initiator: initiator.finish(), responder: responder.finish() };
}
