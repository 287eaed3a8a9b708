import { encodedMessage } from "../../lib/codec/mod.ts";
import { maxDatagramPlaintextBytes } from "../../lib/crypto/mod.ts";
import { RawMember } from "../testing/raw_member.ts";
import { type Attacker, isRejection } from "./attack.ts";
import { HostileMessages } from "./hostile_messages.ts";
import { mutated } from "./mutations.ts";

/** What a member with valid keys does with its datagrams. */
interface Misbehaving extends Attacker {
  readonly raw: RawMember;
  readonly messages: HostileMessages;
  /** A second address of the same member, or a stranger's. */
  readonly elsewhere: Deno.DatagramConn;
}

type Scenario = (member: Misbehaving) => Promise<number>;

const scenarios: readonly Scenario[] = [
  async function randomDatagram({ random, raw, elsewhere }) {
    const datagram = random.bytes(random.below(1_500));
    if (datagram.length > 0 && random.oneIn(2)) datagram[0] = 1;
    await elsewhere.send(datagram, raw.serverAddress);
    return 1;
  },
  async function mutatedDatagram({ random, raw, messages }) {
    await raw.sendDatagram(mutated(sealed(raw, messages.valid(["say", "probe"])), random));
    return 1;
  },
  async function replayed({ raw, messages, elsewhere }) {
    const datagram = sealed(raw, messages.valid(["say", "probe"]));
    for (const conn of [raw.udp, raw.udp, elsewhere]) await conn.send(datagram, raw.serverAddress);
    return 3;
  },
  async function reordered({ random, raw, messages }) {
    const datagrams = Array.from({ length: 50 }, () => sealed(raw, messages.valid(["probe"])));
    datagrams.sort(() => random.fraction() - 0.5);
    for (const datagram of datagrams) await raw.sendDatagram(datagram);
    return datagrams.length;
  },
  async function beyondTheWindow({ raw, messages }) {
    const oldest = sealed(raw, messages.valid(["probe"]));
    for (let i = 0; i < 2_100; i++) sealed(raw, new Uint8Array(1));
    await raw.sendDatagram(sealed(raw, messages.valid(["probe"])));
    await raw.sendDatagram(oldest);
    return 2;
  },
  async function otherSession({ random, raw, messages }) {
    const datagram = sealed(raw, messages.valid(["say", "probe"]));
    datagram.set(random.bytes(8), 1);
    await raw.sendDatagram(datagram);
    return 1;
  },
  async function moving({ raw, messages, elsewhere }) {
    for (const conn of [raw.udp, elsewhere, raw.udp, elsewhere]) {
      await conn.send(sealed(raw, messages.valid(["probe", "say"])), raw.serverAddress);
    }
    return 4;
  },
  async function flood({ random, raw, messages }) {
    const plaintext = messages.valid([random.pick(["say", "probe"] as const)]);
    const count = 100 + random.below(400);
    for (let i = 0; i < count; i++) await raw.sendDatagram(sealed(raw, plaintext));
    return count;
  },
  async function manyInOne({ random, raw, messages }) {
    const probe = messages.valid(["probe"]);
    const count = random.below(Math.floor(maxDatagramPlaintextBytes / probe.length)) + 1;
    const plaintext = new Uint8Array(count * probe.length);
    for (let i = 0; i < count; i++) plaintext.set(probe, i * probe.length);
    await raw.sendDatagram(sealed(raw, plaintext));
    return 1;
  },
  async function nonsense({ raw, messages }) {
    await raw.sendDatagram(sealed(raw, messages.plaintext()));
    return 1;
  },
  async function anyKind({ raw, messages }) {
    await raw.sendDatagram(sealed(raw, messages.valid()));
    return 1;
  },
  async function onItsWayOut({ raw }) {
    raw.link.send({ kind: "bye", code: "leaving" });
    await raw.sendDatagram(sealed(raw, encodedMessage({ kind: "probe", number: 1, seq: 0 })));
    return 1;
  },
];

/** Enters over TCP, then misbehaves over UDP until it is thrown out or has had enough. */
export async function attackDatagrams(attacker: Attacker): Promise<number> {
  const { random, port, name, keyPair } = attacker;
  let cases = 0;
  const elsewhere = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    await using raw = await RawMember.enter(port, name, keyPair);
    let isOver = false;
    void raw.ended.then(() => isOver = true);
    const member = { ...attacker, raw, elsewhere, messages: new HostileMessages(random) };
    for (let i = 10 + random.below(90); i >= 0 && !isOver; i--) {
      cases += await random.pick(scenarios)(member);
    }
  } catch (error) {
    if (!isRejection(error)) throw error;
  } finally {
    elsewhere.close();
  }
  return cases;
}

/** As much of it as fits. */
function sealed(raw: RawMember, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  return raw.datagrams.seal(plaintext.subarray(0, maxDatagramPlaintextBytes));
}
