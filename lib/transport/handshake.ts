import {
  decodeServerHello,
  encodeMemberHello,
  encodeServerHello,
  FrameDecoder,
  type MemberHello,
  ProtocolError,
  type ServerHello,
} from "../codec/mod.ts";
import { type Handshaken, HandshakeState, type KeyPair } from "../crypto/mod.ts";
import { maxFrameBytes, maxHandshakeFrameBytes } from "../limits.ts";
import { type ByteStream, readFrame, writeFrame } from "./byte_stream.ts";

/** A stream whose two sides have proved who they are. */
export interface Authenticated<Hello> {
  readonly stream: ByteStream;
  /** Holds what the other side sent right behind its handshake. */
  readonly decoder: FrameDecoder;
  readonly handshaken: Handshaken;
  /** What the other side said of itself. */
  readonly hello: Hello;
}

const empty = new Uint8Array();

/**
 * The member's side: three messages, in the second of which the server shows its key.
 *
 * @param trust looks at the server's static key and throws where it isn't the one expected; before
 * that, nothing about the member has left
 * @throws {ProtocolError} as the codec and the crypto do, or whatever `trust` throws
 */
export async function initiateHandshake(
  stream: ByteStream,
  staticKeyPair: KeyPair,
  hello: MemberHello,
  trust: (serverKey: Uint8Array) => void,
): Promise<Authenticated<ServerHello>> {
  const state = new HandshakeState({ initiator: true, staticKeyPair });
  const decoder = new FrameDecoder(maxHandshakeFrameBytes);
  await writeFrame(stream, state.writeMessage(empty));
  const serverHello = decodeServerHello(state.readMessage(await readFrame(stream, decoder)));
  if (serverHello === "versionUnsupported") {
    throw new ProtocolError("versionUnsupported", "the server speaks another version");
  }
  const lastMessage = state.writeMessage(encodeMemberHello(hello));
  const handshaken = state.finish();
  trust(handshaken.remoteStaticKey);
  await writeFrame(stream, lastMessage);
  decoder.maxBytes = maxFrameBytes;
  return { stream, decoder, handshaken, hello: serverHello };
}

/**
 * The server's side. What the member says of itself is still to be decoded: a member of another version is
 * answered, not dropped.
 *
 * @throws {ProtocolError} as the codec and the crypto do
 */
export async function respondToHandshake(
  stream: ByteStream,
  staticKeyPair: KeyPair,
  hello: ServerHello,
): Promise<Authenticated<Uint8Array>> {
  const state = new HandshakeState({ initiator: false, staticKeyPair });
  const decoder = new FrameDecoder(maxHandshakeFrameBytes);
  state.readMessage(await readFrame(stream, decoder));
  await writeFrame(stream, state.writeMessage(encodeServerHello(hello)));
  const memberHello = state.readMessage(await readFrame(stream, decoder));
  decoder.maxBytes = maxFrameBytes;
  return { stream, decoder, handshaken: state.finish(), hello: memberHello };
}
