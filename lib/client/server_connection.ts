import type { Clock } from "../clock.ts";
import {
  type ByeCode,
  type MemberMessage,
  type Message,
  ProtocolError,
  type ServerHello,
  type Welcome,
} from "../codec/mod.ts";
import { fingerprint } from "../crypto/mod.ts";
import { handshakeTimeoutMs } from "../limits.ts";
import { parseName } from "../registry/mod.ts";
import {
  type Authenticated,
  closeQuietly,
  type DatagramAddress,
  DatagramPath,
  Link,
  type LinkEnd,
  type OutgoingDatagram,
} from "../transport/mod.ts";
import type { LocalEnd } from "./checkup.ts";
import type { ClientCore, Session } from "./core.ts";
import { authenticate, type Credentials, dial } from "./dial.ts";
import { ChatError, type DisconnectedCode } from "./event.ts";
import type { ServerAddress } from "./server_address.ts";
import { StoreError } from "./store.ts";
import { Timekeeper } from "./timekeeper.ts";
import { UdpPorts } from "./udp_ports.ts";

export interface ServerConnectionOptions extends Credentials {
  readonly address: ServerAddress;
  readonly clock: Clock;
  readonly core: ClientCore;
}

/**
 * One TCP connection to the server and the UDP socket beside it, from the welcome to the end.
 */
export class ServerConnection implements Session {
  /** The server's static key, which it has proved to hold. */
  readonly serverKey: Uint8Array;
  /** Resolves when the connection is over, with the reason. */
  readonly ended: Promise<DisconnectedCode>;
  readonly #link: Link;
  readonly #core: ClientCore;
  readonly #wantedName: string;
  readonly #authenticated: Authenticated<ServerHello>;
  readonly #udp: UdpPorts;
  readonly #timekeeper: Timekeeper;
  readonly #serverAddress: DatagramAddress;
  readonly #localHostname: string;
  readonly #welcomed = Promise.withResolvers<void>();
  readonly #listed = Promise.withResolvers<void>();
  #path: DatagramPath | undefined;
  #farewell: ByeCode | undefined;

  /**
   * Connects, authenticates, and waits for the server's yes.
   *
   * @throws {ChatError} `unreachable`, `notAServer`, `serverKeyChanged`, or what the server refuses with
   * @throws whatever `trustServer` throws
   */
  static async open(options: ServerConnectionOptions): Promise<ServerConnection> {
    const conn = await dial(options.address, options.clock);
    const deadline = options.clock.after(handshakeTimeoutMs, () => closeQuietly(conn));
    try {
      conn.setNoDelay(true);
      const authenticated = await authenticate(conn, options);
      const connection = new ServerConnection(authenticated, conn, options);
      await connection.#welcomed.promise;
      return connection;
    } catch (error) {
      closeQuietly(conn);
      throw error;
    } finally {
      deadline.cancel();
    }
  }

  private constructor(
    authenticated: Authenticated<ServerHello>,
    { remoteAddr: remote, localAddr: local }: Deno.TcpConn,
    { clock, core, name }: ServerConnectionOptions,
  ) {
    this.serverKey = authenticated.handshaken.remoteStaticKey;
    this.#authenticated = authenticated;
    this.#link = new Link(authenticated, clock);
    this.#core = core;
    this.#wantedName = name;
    this.#serverAddress = { hostname: remote.hostname, port: remote.port };
    this.#localHostname = local.hostname;
    const hostname = remote.hostname.includes(":") ? "::" : "0.0.0.0";
    this.#timekeeper = new Timekeeper({
      clock,
      connection: this.#link,
      coreAt: () => core.nextTickAt,
      tickCore: () => this.#guard(() => core.tick()),
      ping: () => this.send({ kind: "ping" }),
    });
    this.#udp = new UdpPorts(
      () => Deno.listenDatagram({ transport: "udp", hostname, port: 0 }),
      clock,
      (datagram, from) => this.#receiveDatagram(datagram, from),
    );
    this.ended = this.#run();
  }

  get serverFingerprint(): string {
    return fingerprint(this.serverKey);
  }

  /** Resolves when the list of members is complete. */
  get listed(): Promise<void> {
    return this.#listed.promise;
  }

  get maxTextBytes(): number {
    return this.#authenticated.hello.maxTextBytes;
  }

  get path(): DatagramPath {
    return this.#path!;
  }

  get localEnd(): LocalEnd {
    return { hostname: this.#localHostname, udpPort: this.#udp.port };
  }

  send(message: MemberMessage): void {
    this.#link.send(message);
    this.#timekeeper.noteSent(message);
  }

  sendLazily(message: MemberMessage): void {
    this.#link.sendLazily(message);
  }

  sendDatagram(datagram: OutgoingDatagram): void {
    this.#udp.send(datagram);
    // a probe is in it, or will soon be, whose `heard` comes over TCP
    if (datagram.path.isUp) this.#timekeeper.noteQuestion();
  }

  openPort(): void {
    this.#udp.renew();
  }

  /** Sees to it that the core is called when it next wants to be; after every call to the core. */
  arm(): void {
    this.#timekeeper.arm();
  }

  /** Says goodbye and closes, once what is queued has left or will not leave. */
  async leave(): Promise<void> {
    this.#farewell ??= "leaving";
    this.#link.send({ kind: "bye", code: "leaving" });
    await this.#link.finish();
  }

  async #run(): Promise<DisconnectedCode> {
    try {
      const end = await this.#link.receive((message) => this.#receive(message));
      return this.#farewell ?? codeOf(end);
    } finally {
      this.#timekeeper.stop();
      this.#welcomed.reject(new ChatError("notAServer")); // unless it was settled before
      this.#link.close();
      await this.#udp.close();
    }
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case "welcome":
        return this.#enter(message);
      case "refused":
        this.#welcomed.reject(new ChatError(message.code));
        return this.#link.close();
      case "bye":
        this.#farewell = message.code;
        return this.#link.close();
      default:
        if (!this.#path) throw new ProtocolError("unexpectedMessage", "no welcome came first");
        this.#guard(() => this.#core.receive(message));
        this.arm();
    }
  }

  /** What the core can't go on from ends the client, not the program. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#core.fault(error);
    }
  }

  #enter(welcome: Welcome): void {
    if (this.#path) throw new ProtocolError("unexpectedMessage", "a second welcome came");
    if (!isSameName(welcome.name, this.#wantedName)) {
      throw new ProtocolError("badValue", "the server welcomes somebody else");
    }
    const session = this.#authenticated.handshaken.datagrams(welcome.sessionId);
    this.#path = new DatagramPath(session, this.#serverAddress);
    this.#core.enter(this, welcome).then(this.#listed.resolve);
    this.#welcomed.resolve();
    this.arm();
  }

  #receiveDatagram(datagram: Uint8Array, from: DatagramAddress): boolean {
    let isServers = false;
    try {
      this.#guard(() => isServers = this.#core.receiveDatagram(datagram, from));
      this.arm();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#farewell = "protocolViolation";
      this.#link.close();
    }
    return isServers;
  }
}

/** Whether the server writes the name that was asked for, be it with other capitals. */
function isSameName(written: string, wanted: string): boolean {
  const [one, other] = [parseName(written), parseName(wanted)];
  return one.kind === "name" && one.name === written && other.kind === "name" &&
    one.key === other.key;
}

function codeOf(end: LinkEnd): DisconnectedCode {
  switch (end.kind) {
    case "violated":
      return end.error.code;
    case "slowReader":
    case "silence":
      return end.kind;
    case "closed":
    case "lost":
      return "connectionLost";
  }
}
