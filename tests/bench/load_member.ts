import { concat } from "@std/bytes/concat";
import { systemClock } from "../../lib/clock.ts";
import {
  ByteReader,
  decodeMessage,
  encodedMessage,
  type Message,
  type MessageId,
  protocolVersion,
  readDatagramHeader,
  type Said,
  type Told,
} from "../../lib/codec/mod.ts";
import { generateKeyPair, maxDatagramPlaintextBytes } from "../../lib/crypto/mod.ts";
import { pingAfterMs } from "../../lib/limits.ts";
import {
  type DatagramAddress,
  DatagramPath,
  initiateHandshake,
  Link,
  UdpSocket,
} from "../../lib/transport/mod.ts";

/** One key pair for all: making one is the client's cost, and only the server is measured. */
const staticKeyPair = generateKeyPair();
const signingKey = new Uint8Array(32);
const nothing = new Uint8Array();

/** A member without a client behind it: it speaks the protocol and keeps no state of its own. */
export class LoadMember implements Disposable {
  /** Whether a datagram is worth opening. */
  shouldOpen: (datagram: Uint8Array) => boolean = () => true;
  onSaid: (said: Said) => void = () => {};
  onTold: (told: Told) => void = () => {};
  onDelivered: (id: MessageId) => void = () => {};
  readonly #link: Link;
  readonly #udp: UdpSocket;
  #path: DatagramPath | undefined;
  #pinging: ReturnType<typeof setInterval> | undefined;
  readonly #welcomed = Promise.withResolvers<void>();
  readonly #heard = Promise.withResolvers<void>();
  readonly #probed = Promise.withResolvers<void>();

  private constructor(
    readonly name: string,
    link: Link,
    udp: UdpSocket,
    private readonly pathFor: (sessionId: bigint) => DatagramPath,
  ) {
    this.#link = link;
    this.#udp = udp;
  }

  /** Joins; with UDP it is back when datagrams have crossed both ways. */
  static async connect(port: number, name: string, options = { udp: true }): Promise<LoadMember> {
    const hostname = "127.0.0.1";
    const conn = await Deno.connect({ hostname, port });
    conn.setNoDelay(true);
    const hello = {
      version: protocolVersion,
      software: "bench",
      name,
      signingKey,
      invitation: "",
      capabilities: 0,
      transfer: undefined,
    };
    const authenticated = await initiateHandshake(conn, staticKeyPair, hello, () => {});
    const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    const udp = new UdpSocket(socket, systemClock);
    const pathFor = (sessionId: bigint) =>
      new DatagramPath(authenticated.handshaken.datagrams(sessionId), { hostname, port });
    const member = new LoadMember(name, new Link(authenticated, systemClock), udp, pathFor);
    member.#link.receive((message) => member.#receive(message))
      .then((end) => member.#welcomed.reject(new Error(`not let in: ${end.kind}`)));
    udp.receive((datagram, from) => member.#receiveDatagram(datagram, from));
    await member.#welcomed.promise;
    member.#keepAlive();
    if (options.udp) await member.#openPath();
    else udp.close();
    return member;
  }

  /** Global messages, as many to a datagram as fit. */
  say(ids: readonly MessageId[], text: string): void {
    let parts: Uint8Array[] = [];
    let bytes = 0;
    for (const id of ids) {
      const sentAt = Date.now();
      const say = encodedMessage({ kind: "say", id, sentAt, text, signature: nothing });
      if (bytes + say.length > maxDatagramPlaintextBytes) {
        this.#sendDatagram(parts);
        parts = [];
        bytes = 0;
      }
      parts.push(say);
      bytes += say.length;
    }
    this.#sendDatagram(parts);
  }

  /** A private message. */
  send(to: string, id: MessageId, envelope: Uint8Array): void {
    this.#link.send({ kind: "send", to, id, envelope });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#pinging);
    this.#link.close();
    this.#udp.close();
  }

  #keepAlive(): void {
    this.#pinging = setInterval(() => this.#link.send({ kind: "ping" }), pingAfterMs);
  }

  async #openPath(): Promise<void> {
    this.#sendDatagram([encodedMessage({ kind: "probe", number: 0, seq: 0 })]);
    await Promise.all([this.#heard.promise, this.#probed.promise]);
  }

  #sendDatagram(parts: readonly Uint8Array[]): void {
    void this.#udp.send({ path: this.#path!, plaintext: concat(parts) });
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case "welcome":
        this.#path = this.pathFor(message.sessionId);
        return this.#welcomed.resolve();
      case "heard":
        return this.#heard.resolve();
      case "said":
        return this.onSaid(message);
      case "told":
        this.#link.send({ kind: "received", delivery: message.delivery });
        return this.onTold(message);
      case "delivered":
        return this.onDelivered(message.id);
      case "ping":
        return this.#link.send({ kind: "pong" });
    }
  }

  #receiveDatagram(datagram: Uint8Array, from: DatagramAddress): void {
    if (!this.shouldOpen(datagram)) return;
    const header = readDatagramHeader(datagram);
    const plaintext = header && this.#path?.open(header, datagram, from);
    if (!plaintext) return;
    const reader = new ByteReader(plaintext);
    while (reader.remaining > 0) {
      const message = decodeMessage(reader);
      if (message.kind === "said") this.onSaid(message);
      else if (message.kind === "probe") {
        this.#link.send({ kind: "heard", number: message.number, seq: 0 });
        this.#probed.resolve();
      }
    }
  }
}

/** Joins many at once, a few at a time. */
export async function connectMany(
  port: number,
  count: number,
  options = { udp: true },
): Promise<LoadMember[]> {
  const atOnce = 50;
  const members: LoadMember[] = [];
  while (members.length < count) {
    const batch = Array.from(
      { length: Math.min(atOnce, count - members.length) },
      (_, i) => LoadMember.connect(port, `m${members.length + i}`, options),
    );
    members.push(...await Promise.all(batch));
  }
  return members;
}
