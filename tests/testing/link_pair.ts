import { FrameDecoder } from "../../lib/codec/mod.ts";
import type { Handshaken } from "../../lib/crypto/mod.ts";
import { maxFrameBytes } from "../../lib/limits.ts";
import { type Authenticated, type ByteStream, Link } from "../../lib/transport/mod.ts";
import { handshake } from "../crypto/handshake.ts";
import { ManualClock } from "./manual_clock.ts";
import { MemoryStream } from "./memory_stream.ts";

/** Two links over one stream in memory. */
export interface LinkPair {
  readonly clock: ManualClock;
  readonly near: Link;
  readonly nearStream: MemoryStream;
  readonly far: Link;
  readonly farStream: MemoryStream;
  /** The far side's keys, for a test that seals by itself. */
  readonly farKeys: Handshaken;
}

export function linkPair(): LinkPair {
  const clock = new ManualClock();
  const [nearStream, farStream] = MemoryStream.pair();
  const { initiator, responder } = handshake();
  return {
    clock,
    near: new Link(authenticated(nearStream, initiator), clock),
    nearStream,
    far: new Link(authenticated(farStream, responder), clock),
    farStream,
    farKeys: responder,
  };
}

/** A stream as the handshake leaves it. */
export function authenticated(
  stream: ByteStream,
  handshaken: Handshaken,
): Authenticated<undefined> {
  return { stream, decoder: new FrameDecoder(maxFrameBytes), handshaken, hello: undefined };
}
