import { assert } from "@std/assert";
import {
  ByteReader,
  decodeMemberHello,
  decodeMessage,
  encodedMessage,
  type MemberHello,
  type MemberMessage,
  type Message,
  type Published,
  readDatagramHeader,
  type Welcome,
} from "../../lib/codec/mod.ts";
import { DatagramSession, type Handshaken, TransportSession } from "../../lib/crypto/mod.ts";
import { ServerCore } from "../../lib/server/core.ts";
import type { ServerEvent } from "../../lib/server/event.ts";
import type { FloodLimits } from "../../lib/server/author.ts";
import type { Member } from "../../lib/server/member.ts";
import { MemoryStore } from "../../lib/server/memory_store.ts";
import type { Network } from "../../lib/server/network.ts";
import type { Registration } from "../../lib/server/registrar.ts";
import type { ServerStore } from "../../lib/server/store.ts";
import {
  type DatagramAddress,
  DatagramPath,
  type OutgoingDatagram,
} from "../../lib/transport/mod.ts";
import { FakeConnection } from "./fake_connection.ts";
import { memberHello } from "./hellos.ts";
import { ManualClock } from "./manual_clock.ts";

const serverAddress: DatagramAddress = { hostname: "198.51.100.1", port: 7_700 };
const noLimits: FloodLimits = {
  say: { burst: 1e9, perSecond: 1e9 },
  other: { burst: 1e9, perSecond: 1e9 },
  repair: { burst: 1e9, perSecond: 1e9 },
};

/** How a {@linkcode TestRoom} differs from the usual one. */
export interface TestRoomOptions {
  readonly maxMembers?: number;
  readonly floodLimits?: FloodLimits | undefined;
  readonly registration?: Registration;
  readonly store?: ServerStore;
}

/** A server core with everything around it in memory, and a clock that the test moves. */
export class TestRoom {
  readonly clock = new ManualClock();
  readonly events: ServerEvent[] = [];
  readonly core: ServerCore;
  /** Where those who come in from now on come from. */
  network: Network | undefined;
  /** Times that the core asked for a round. */
  wakes = 0;
  readonly #guests = new Map<bigint, Guest>();

  readonly store: ServerStore;

  constructor(options: TestRoomOptions = {}) {
    const { maxMembers = 100, registration = "open", store = new MemoryStore() } = options;
    this.store = store;
    this.core = new ServerCore({
      clock: this.clock,
      store,
      registration,
      maxMembers,
      floodLimits: "floodLimits" in options ? options.floodLimits : noLimits,
      outputs: {
        wakeFanOut: () => this.wakes++,
        sendDatagram: (datagram) => this.#carry(datagram),
        report: (event) => this.events.push(event),
      },
    });
  }

  /**
   * Asks to be let in; the connection tells what became of it. Who has the same identity key has, unless
   * its hello says otherwise, the same signing key.
   */
  knock(
    name: string,
    identityKey = randomKey(),
    hello: Partial<MemberHello> | Uint8Array = {},
  ): { readonly guest: Guest | undefined; readonly connection: FakeConnection } {
    const connection = new FakeConnection(this.network);
    const [sent, received] = [randomKey(), randomKey()];
    const handshaken: Handshaken = {
      remoteStaticKey: identityKey,
      handshakeHash: randomKey(),
      transport: new TransportSession({ send: received, receive: sent }),
      datagrams: (sessionId) => new DatagramSession(sessionId, { send: received, receive: sent }),
    };
    const ours = hello instanceof Uint8Array ? decodeMemberHello(hello) : {
      ...memberHello(name),
      signingKey: signingKeyFor(identityKey),
      ...hello,
    };
    const member = this.core.admit(ours, handshaken, connection);
    if (!member) return { guest: undefined, connection };
    const session = new DatagramSession(member.sessionId, { send: sent, receive: received });
    const path = new DatagramPath(session, serverAddress);
    const guest = new Guest(this, member, connection, path);
    this.#guests.set(member.sessionId, guest);
    return { guest, connection };
  }

  /** Enters somebody who must be let in, whose welcome and what comes right behind it are taken. */
  enter(
    name: string,
    identityKey?: Uint8Array<ArrayBuffer>,
    hello?: Partial<MemberHello>,
  ): Guest {
    const { guest } = this.knock(name, identityKey, hello);
    assert(guest, `${name} was refused`);
    const [welcome, published] = [guest.connection.takeFirst(), guest.connection.takeFirst()];
    assert(welcome?.kind === "welcome" && published?.kind === "published");
    guest.welcome = welcome;
    guest.published = published;
    return guest;
  }

  /** Sends all rounds, as the server does. */
  fanOut(): void {
    for (let round = this.core.takeRound(); round; round = this.core.takeRound()) {
      for (const datagram of round.datagrams()) this.#carry(datagram);
    }
  }

  #carry({ path, plaintext }: OutgoingDatagram): void {
    this.#guests.get(path.sessionId)!.takeDatagram(path.seal(plaintext));
  }
}

function randomKey(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}

/** The signing key of whoever has this identity key, unless a test says otherwise. */
export function signingKeyFor(identityKey: Uint8Array): Uint8Array {
  return identityKey.map((byte) => byte ^ 0xff);
}

/** The other side of one member's connection and path. */
export class Guest {
  readonly address: Deno.NetAddr = { transport: "udp", hostname: "192.0.2.1", port: 40_000 };
  welcome!: Welcome;
  /** What came right behind the welcome. */
  published!: Published;
  /** Datagrams that came, each as its messages. */
  datagrams: Message[][] = [];
  /** How long those were on the wire. */
  datagramBytes: number[] = [];

  constructor(
    readonly room: TestRoom,
    readonly member: Member,
    readonly connection: FakeConnection,
    readonly path: DatagramPath,
  ) {}

  /** Sends over TCP; answers the pause that the server wants, in ms. */
  send(message: Message): number {
    return this.room.core.receive(this.member, message);
  }

  sealed(...messages: MemberMessage[]): Uint8Array<ArrayBuffer> {
    const parts = messages.map((message) => [...encodedMessage(message)]);
    return this.path.seal(Uint8Array.from(parts.flat()));
  }

  /** Sends over UDP. */
  sendDatagram(...messages: MemberMessage[]): void {
    this.room.core.receiveDatagram(this.sealed(...messages), this.address);
  }

  /** Lets the server find that its datagrams arrive. */
  bringUdpUp(): void {
    this.sendDatagram({ kind: "probe", number: 0, seq: 0 });
    const probe = this.datagrams.flat().find(({ kind }) => kind === "probe");
    assert(probe?.kind === "probe");
    this.send({ kind: "heard", number: probe.number, seq: 0 });
    assert(this.member.path.isUp);
    this.datagrams = [];
    this.datagramBytes = [];
    this.connection.take();
  }

  leave(): void {
    this.room.core.depart(this.member, "leaving");
  }

  takeDatagram(datagram: Uint8Array): void {
    const header = readDatagramHeader(datagram);
    const plaintext = header && this.path.open(header, datagram, serverAddress);
    assert(plaintext, "a datagram can't be opened");
    const reader = new ByteReader(plaintext);
    const messages: Message[] = [];
    while (reader.remaining > 0) messages.push(decodeMessage(reader));
    this.datagrams.push(messages);
    this.datagramBytes.push(datagram.length);
  }
}
