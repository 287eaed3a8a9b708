import { assert } from "@std/assert";
import {
  ByteReader,
  ByteWriter,
  decodeMessage,
  encodeMessage,
  type MemberMessage,
  type Message,
  readDatagramHeader,
  type Welcome,
} from "../../lib/codec/mod.ts";
import type { Session } from "../../lib/client/core.ts";
import { DatagramSession } from "../../lib/crypto/mod.ts";
import { maxTextBytes } from "../../lib/limits.ts";
import { DatagramPath, type OutgoingDatagram } from "../../lib/transport/mod.ts";

export const serverAddress: Deno.NetAddr = {
  transport: "udp",
  hostname: "198.51.100.1",
  port: 7_700,
};

/** A client's session that only remembers what was sent, with the server's side of the UDP path. */
export class FakeSession implements Session {
  readonly path: DatagramPath;
  maxTextBytes = maxTextBytes;
  /** Ports that the client has had after its first. */
  portsOpened = 0;
  readonly localEnd = { hostname: "192.0.2.7", udpPort: 50_000 };
  readonly #server: DatagramPath;
  /** Sent over TCP and not yet taken. */
  #sent: MemberMessage[] = [];
  /** Sent over UDP and not yet taken, a list for each datagram. */
  #datagrams: Message[][] = [];

  constructor(readonly sessionId = 1n) {
    const [a, b] = [0, 1].map(() => crypto.getRandomValues(new Uint8Array(32)));
    const keys = { send: a!, receive: b! };
    this.path = new DatagramPath(new DatagramSession(sessionId, keys), serverAddress);
    const serverKeys = { send: b!, receive: a! };
    this.#server = new DatagramPath(new DatagramSession(sessionId, serverKeys));
  }

  welcome(fields: Partial<Welcome> = {}): Welcome {
    const { sessionId } = this;
    const room = { room: 1n, run: 1n, baseSeq: 0, newestSeq: 0 };
    return { kind: "welcome", sessionId, ...room, name: "ana", ...fields };
  }

  send(message: MemberMessage): void {
    encodeMessage(new ByteWriter(), message); // which throws for what can't be sent
    this.#sent.push(message);
  }

  sendLazily(message: MemberMessage): void {
    this.send(message);
  }

  sendDatagram({ path, plaintext }: OutgoingDatagram): void {
    const datagram = path.seal(plaintext);
    const header = readDatagramHeader(datagram);
    const opened = header && this.#server.open(header, datagram, serverAddress);
    assert(opened, "a datagram can't be opened");
    const reader = new ByteReader(opened);
    const messages: Message[] = [];
    while (reader.remaining > 0) messages.push(decodeMessage(reader));
    this.#datagrams.push(messages);
  }

  openPort(): void {
    this.portsOpened++;
  }

  /** What was sent over TCP since the last call. */
  take(): MemberMessage[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  /** What was sent over UDP since the last call, probes left out. */
  takeDatagrams(): Message[][] {
    const datagrams = this.#datagrams;
    this.#datagrams = [];
    return datagrams.map((messages) => messages.filter(({ kind }) => kind !== "probe"))
      .filter((messages) => messages.length > 0);
  }

  /** Numbers of the probes sent since the last call; other datagrams are gone too. */
  takeProbes(): number[] {
    const messages = this.#datagrams.flat();
    this.#datagrams = [];
    return messages.flatMap((message) => message.kind === "probe" ? [message.number] : []);
  }

  /** A datagram from the server. */
  sealed(...messages: Message[]): Uint8Array<ArrayBuffer> {
    const writer = new ByteWriter();
    for (const message of messages) encodeMessage(writer, message);
    return this.#server.seal(writer.written);
  }

  /** A datagram from the server with anything in it. */
  sealedBytes(plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.#server.seal(plaintext);
  }
}
