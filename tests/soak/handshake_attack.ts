import { concat } from "@std/bytes/concat";
import {
  encodeFrame,
  encodeMemberHello,
  type MemberHello,
  transferRoles,
} from "../../lib/codec/mod.ts";
import { HandshakeState } from "../../lib/crypto/mod.ts";
import { handshakeTimeoutMs, maxHandshakeFrameBytes } from "../../lib/limits.ts";
import { smallOrderKeys } from "../crypto/small_order_keys.ts";
import { memberHello } from "../testing/hellos.ts";
import type { SeededRandom } from "../testing/seeded_random.ts";
import { type Attacker, isRejection } from "./attack.ts";
import { HostileSocket } from "./hostile_socket.ts";
import { mutated } from "./mutations.ts";

type Scenario = (socket: HostileSocket, attacker: Attacker) => Promise<void>;

const empty = new Uint8Array();

/** The last handshakes that went through: what the initiator sent. */
const recorded: Uint8Array<ArrayBuffer>[] = [];

/** Everything that a stranger can do before it is let in, one thing at a time. */
const scenarios: readonly Scenario[] = [
  async function randomBytes(socket, { random }) {
    await socket.write(random.bytes(random.below(2_000)));
    await socket.ended();
  },
  async function oversizedFrame(socket, { random }) {
    const length = maxHandshakeFrameBytes + 1 + random.below(65_535 - maxHandshakeFrameBytes);
    await socket.write(encodeFrame(new Uint8Array(length)));
    await socket.ended();
  },
  async function mutatedFirstMessage(socket, { random, keyPair }) {
    const state = new HandshakeState({ initiator: true, staticKeyPair: keyPair });
    await socket.write(mutated(encodeFrame(state.writeMessage(empty)), random));
    await socket.ended();
  },
  async function payloadInTheClear(socket, { random, keyPair }) {
    const state = new HandshakeState({ initiator: true, staticKeyPair: keyPair });
    await socket.write(encodeFrame(state.writeMessage(random.bytes(random.below(481)))));
    await socket.frame();
  },
  async function mutatedThirdMessage(socket, attacker) {
    await shakeHands(socket, attacker, (third) => mutated(third, attacker.random));
    await socket.ended();
  },
  async function badHello(socket, attacker) {
    const hello = hostileHello(attacker);
    await shakeHands(socket, attacker, (third) => third, hello);
    await socket.frame();
  },
  async function garbageBehindTheHandshake(socket, attacker) {
    const { random } = attacker;
    await shakeHands(socket, attacker, (third) => concat([third, random.bytes(200)]));
    await socket.ended();
  },
  async function smallOrderEphemeralKey(socket, { random }) {
    await socket.write(encodeFrame(random.pick(smallOrderKeys).publicKey));
    await socket.ended();
  },
  async function smallOrderStaticKey(socket, attacker) {
    const { publicKey } = attacker.random.pick(smallOrderKeys);
    const keyPair = { ...attacker.keyPair, publicKey };
    await shakeHands(socket, { ...attacker, keyPair }, (third) => third);
    await socket.ended();
  },
  async function replay(socket, { random }) {
    if (recorded.length > 0) await socket.write(random.pick(recorded));
    await socket.ended();
  },
  async function reordered(socket, { random, keyPair }) {
    const state = new HandshakeState({ initiator: true, staticKeyPair: keyPair });
    const first = encodeFrame(state.writeMessage(empty));
    await socket.write(concat([encodeFrame(random.bytes(118)), first, first]));
    await socket.ended();
  },
  async function slowDrip(socket, { random, keyPair }) {
    const state = new HandshakeState({ initiator: true, staticKeyPair: keyPair });
    await socket.drip(encodeFrame(state.writeMessage(empty)), random, random.below(300));
    await socket.ended(random.oneIn(4) ? handshakeTimeoutMs + 1_000 : 100);
  },
  async function halfClosed(socket, attacker) {
    const { random } = attacker;
    if (random.oneIn(2)) await shakeHands(socket, attacker, (third) => third);
    else await socket.write(random.bytes(random.below(40)));
    await socket.halfClose();
    await socket.ended();
  },
  async function reset(socket, attacker) {
    const { random, keyPair } = attacker;
    const state = new HandshakeState({ initiator: true, staticKeyPair: keyPair });
    await socket.write(encodeFrame(state.writeMessage(empty)));
    if (random.oneIn(2)) await shakeHands(socket, attacker, (third) => third);
  },
];

/** One connection that does something wrong, or many at once that say nothing. */
export async function attackHandshake(attacker: Attacker): Promise<number> {
  const { random, port } = attacker;
  if (random.oneIn(200)) return await crowdTheDoor(port, 100 + random.below(500));
  await quietly(async () => {
    using socket = await HostileSocket.open(port);
    await random.pick(scenarios)(socket, attacker);
  });
  return 1;
}

/** Shakes hands, the third message sent as `alter` has it. */
async function shakeHands(
  socket: HostileSocket,
  { name, keyPair }: Attacker,
  alter: (third: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
  hello: Uint8Array = encodeMemberHello(memberHello(name)),
): Promise<void> {
  const state = new HandshakeState({ initiator: true, staticKeyPair: keyPair });
  const first = encodeFrame(state.writeMessage(empty));
  await socket.write(first);
  const second = await socket.frame();
  if (!second) return;
  state.readMessage(second);
  const third = encodeFrame(state.writeMessage(hello));
  recorded.push(concat([first, third]));
  if (recorded.length > 100) recorded.shift();
  await socket.write(alter(third));
}

/** Names that are none, or somebody's; versions, keys and lengths that are none; and altered bytes. */
function hostileHello({ random, name }: Attacker): Uint8Array {
  const hello = memberHello(name.replace("ev", "od")); // whose keys it will be is a matter of chance
  const fields: readonly Partial<MemberHello>[] = [
    {
      name: random.pick(["", "ana", "BIA", "аna", "\u202eeva", "a b", "x".repeat(255), "-", "✅"]),
    },
    { version: random.below(256) },
    { software: random.pick(["", "x".repeat(255), "\n", "é"]) },
    { signingKey: random.bytes(32) },
    { invitation: "x".repeat(random.below(256)) },
    { capabilities: 2 ** 32 - 1 },
    { transfer: { role: random.pick(transferRoles), id: random.bytes(16) } },
  ];
  const encoded = encodeMemberHello({ ...hello, ...random.pick(fields) });
  if (random.oneIn(2)) return encoded.slice(0, 435); // what fits a Noise message of any length
  return changedBehindName(encoded, random);
}

/** As many names as there are alterations would fill the server's list of owners: the name stays. */
function changedBehindName(encoded: Uint8Array, random: SeededRandom): Uint8Array {
  const kept = 8 + 5; // version, software `test/1`, name of four letters
  return concat([encoded.slice(0, kept), mutated(encoded.slice(kept), random)]).slice(0, 435);
}

async function crowdTheDoor(port: number, count: number): Promise<number> {
  const sockets: HostileSocket[] = [];
  await quietly(async () => {
    for (let i = 0; i < count; i++) sockets.push(await HostileSocket.open(port));
  });
  for (const socket of sockets) socket[Symbol.dispose]();
  return sockets.length;
}

async function quietly(attack: () => Promise<void>): Promise<void> {
  try {
    await attack();
  } catch (error) {
    if (!isRejection(error)) throw error;
  }
}
