import { concat } from "@std/bytes/concat";
import { encodedMessage, encodeFrame, type MemberMessage } from "../../lib/codec/mod.ts";
import { maxFramePlaintextBytes, type TransportSession } from "../../lib/crypto/mod.ts";
import { initiateHandshake } from "../../lib/transport/mod.ts";
import { memberHello } from "../testing/hellos.ts";
import { type Attacker, isRejection, pause } from "./attack.ts";
import { HostileMessages } from "./hostile_messages.ts";
import { HostileSocket } from "./hostile_socket.ts";
import { mutated } from "./mutations.ts";

/** Kinds that a member may send, `bye` left out: it would end the connection before anything else can. */
const memberKinds: readonly MemberMessage["kind"][] = [
  ...["say", "send", "received", "unreadable", "repair", "identify", "publish"] as const,
  ...["heard", "ping", "pong"] as const,
];

/** Asks for all that the server has, again and again: small requests with long answers. */
const greedy: readonly MemberMessage[] = [
  { kind: "repair", firstSeq: 1, lastSeq: 2 ** 53 - 1 },
  { kind: "identify", id: 1n, name: "ana", wantsKeyPackage: true },
  { kind: "publish", supply: 1n, lastResort: new Uint8Array(4_096), keyPackages: [] },
  { kind: "ping" },
];

/** A member with valid keys, and what it does with them. */
interface Misbehaving extends Attacker {
  readonly socket: HostileSocket;
  readonly session: TransportSession;
  readonly messages: HostileMessages;
}

type Scenario = (member: Misbehaving) => Promise<number>;

const scenarios: readonly Scenario[] = [
  /** Well-behaved to the letter: it goes on for long. */
  async function validMessages({ random, socket, session, messages }) {
    const count = 1 + random.below(100);
    for (let i = 0; i < count; i++) {
      const plaintexts = Array.from({ length: 1 + random.below(4) }, () => {
        return messages.valid(memberKinds);
      });
      await socket.write(session.sealFrame(concat(plaintexts)));
    }
    return count;
  },
  async function nonsense({ socket, session, messages }) {
    await socket.write(session.sealFrame(messages.plaintext().subarray(0, maxFramePlaintextBytes)));
    return 1;
  },
  async function anyKind({ socket, session, messages }) {
    await socket.write(session.sealFrame(messages.valid()));
    return 1;
  },
  async function emptyFrame({ socket, session }) {
    await socket.write(session.sealFrame(new Uint8Array()));
    return 1;
  },
  async function longestFrame({ random, socket, session, messages }) {
    const parts: Uint8Array[] = [];
    for (let length = 0; length < 60_000; length += parts.at(-1)!.length) {
      parts.push(messages.valid(memberKinds));
    }
    if (random.oneIn(2)) parts.push(random.bytes(100));
    await socket.write(session.sealFrame(concat(parts).subarray(0, maxFramePlaintextBytes)));
    return 1;
  },
  async function mutatedFrame({ random, socket, session, messages }) {
    await socket.write(mutated(session.sealFrame(messages.valid(memberKinds)), random));
    return 1;
  },
  async function replayedFrame({ socket, session, messages }) {
    const frame = session.sealFrame(messages.valid(memberKinds));
    await socket.write(concat([frame, frame]));
    return 1;
  },
  async function reorderedFrames({ socket, session, messages }) {
    const [first, second] = [0, 1].map(() => session.sealFrame(messages.valid(memberKinds)));
    await socket.write(concat([second!, first!]));
    return 1;
  },
  async function unsealedFrame({ random, socket }) {
    await socket.write(encodeFrame(random.bytes(random.pick([1, 15, 16, 17, 5_000, 65_535]))));
    return 1;
  },
  async function flood({ random, socket, session, messages }) {
    const flooding = encodedMessage(
      random.oneIn(2) ? random.pick(greedy) : messages.message(memberKinds),
    );
    const perFrame = Math.max(1, Math.min(500, Math.floor(60_000 / flooding.length)));
    const frames = 1 + random.below(20);
    for (let i = 0; i < frames; i++) {
      await socket.write(session.sealFrame(concat(Array(perFrame).fill(flooding))));
    }
    return frames;
  },
];

/** Enters, misbehaves until it is thrown out or has had enough, and goes, in whatever manner. */
export async function attackFrames(attacker: Attacker): Promise<number> {
  let cases = 0;
  try {
    using socket = await HostileSocket.open(attacker.port);
    const session = await enter(socket, attacker);
    const messages = new HostileMessages(attacker.random);
    const member = { ...attacker, socket, session, messages };
    const { random } = attacker;
    if (random.oneIn(10)) return await neverRead(member);
    socket.discard();
    for (let i = random.below(20); i >= 0; i--) cases += await random.pick(scenarios)(member);
    if (random.oneIn(4)) await socket.halfClose();
    if (random.oneIn(2)) await socket.ended();
  } catch (error) {
    if (!isRejection(error)) throw error;
  }
  return cases + 1;
}

/** Asks, and takes no answer. */
async function neverRead({ random, socket, session }: Misbehaving): Promise<number> {
  const requests = concat(Array(100).fill(encodedMessage(random.pick(greedy.slice(0, 2)))));
  const frames = 10 + random.below(30);
  for (let i = 0; i < frames; i++) await socket.write(session.sealFrame(requests));
  await pause(random.below(3_000));
  return frames;
}

async function enter(
  socket: HostileSocket,
  { name, keyPair }: Attacker,
): Promise<TransportSession> {
  const { handshaken } = await initiateHandshake(
    socket.stream,
    keyPair,
    memberHello(name),
    () => {},
  );
  return handshaken.transport;
}
