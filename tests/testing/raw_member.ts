import { assert } from "@std/assert";
import {
  ByteWriter,
  encodeMessage,
  type MemberHello,
  type MemberMessage,
  type Message,
} from "../../lib/codec/mod.ts";
import { type DatagramSession, generateKeyPair, type KeyPair } from "../../lib/crypto/mod.ts";
import { closeQuietly, initiateHandshake, Link } from "../../lib/transport/mod.ts";
import { memberHello } from "./hellos.ts";
import { Log } from "./log.ts";
import { ManualClock } from "./manual_clock.ts";
import { within } from "./within.ts";

/** A member without a client's manners: it sends what the test wants, and answers nothing by itself. */
export class RawMember implements AsyncDisposable {
  private constructor(
    readonly conn: Deno.TcpConn,
    readonly link: Link,
    /** What the server has sent over TCP. */
    readonly log: Log<Message>,
    /** Seals and opens its datagrams. */
    readonly datagrams: DatagramSession,
    readonly udp: Deno.DatagramConn,
    /** Resolves when the TCP connection is over. */
    readonly ended: Promise<unknown>,
  ) {}

  /** Enters a server on loopback. */
  static async enter(
    port: number,
    name: string,
    keyPair: KeyPair = generateKeyPair(),
    hello: Partial<MemberHello> = {},
  ): Promise<RawMember> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const ours = { ...memberHello(name), ...hello };
    const authenticated = await initiateHandshake(conn, keyPair, ours, () => {});
    const link = new Link(authenticated, new ManualClock());
    const log = new Log<Message>();
    const ended = link.receive((message) => log.add(structuredClone(message)))
      .finally(() => link.close());
    await log.until(({ length }) => length > 0, "a welcome");
    const [welcome] = log.entries;
    assert(welcome?.kind === "welcome", welcome?.kind);
    const datagrams = authenticated.handshaken.datagrams(welcome.sessionId);
    const udp = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    return new RawMember(conn, link, log, datagrams, udp, ended);
  }

  /** Where the server listens. */
  get serverAddress(): Deno.NetAddr {
    return { ...this.conn.remoteAddr, transport: "udp" };
  }

  /** Waits for the first message of a kind over TCP. */
  async message<Kind extends Message["kind"]>(
    kind: Kind,
  ): Promise<Extract<Message, { kind: Kind }>> {
    const isIt = (message: Message): message is Extract<Message, { kind: Kind }> =>
      message.kind === kind;
    return await this.log.find(isIt, kind);
  }

  /** A datagram for the server. */
  sealed(...messages: MemberMessage[]): Uint8Array<ArrayBuffer> {
    const writer = new ByteWriter();
    for (const message of messages) encodeMessage(writer, message);
    return this.datagrams.seal(writer.written);
  }

  /** Sends a datagram as it is. */
  async sendDatagram(datagram: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.udp.send(datagram, this.serverAddress);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    closeQuietly(this.conn);
    closeQuietly(this.udp);
    await within(this.ended, "a raw member to end");
  }
}
