import { type Clock, pause, systemClock, type Timer } from "../clock.ts";
import {
  decodeMemberHello,
  type MemberHello,
  type Message,
  ProtocolError,
  protocolVersion,
  type ServerHello,
  type TransferSide,
} from "../codec/mod.ts";
import { fingerprint, generateKeyPair, type KeyPair } from "../crypto/mod.ts";
import {
  defaultMaxMembers,
  defaultPort,
  farewellTimeoutMs,
  handshakeTimeoutMs,
  maxRoundMs,
  maxTextBytes,
  roundMsPerMember,
  tickMs,
} from "../limits.ts";
import {
  type Authenticated,
  closeQuietly,
  type DatagramAddress,
  Link,
  respondToHandshake,
  UdpSocket,
} from "../transport/mod.ts";
import { software } from "../version.ts";
import type { FloodLimits } from "./author.ts";
import { ServerCore } from "./core.ts";
import { Doorman, type Visitor } from "./doorman.ts";
import type { LeftReason, ServerEvent } from "./event.ts";
import { DataDirError } from "./data_dir_error.ts";
import { loadOrCreateKeyPair } from "./key_file.ts";
import { listen, type Listening } from "./listen.ts";
import type { Member } from "./member.ts";
import { MemberConnection } from "./member_connection.ts";
import { MemoryStore } from "./memory_store.ts";
import { type Network, Networks } from "./network.ts";
import type { Registration } from "./registrar.ts";
import { Relay } from "./relay.ts";
import { SqliteStore } from "./sqlite_store.ts";
import type { ServerStore } from "./store.ts";
import { sendSealed, TransferConnection } from "./transfer_connection.ts";

/** How a server is to run; everything has a default that serves. */
export interface ServerOptions {
  /** The address to listen on; otherwise every one that this machine has. */
  readonly host?: string | undefined;
  /** For TCP and UDP; 0 for any that is free. Otherwise {@linkcode defaultPort}. */
  readonly port?: number | undefined;
  /** Where the server's key is kept, and whose names are; otherwise they last as long as the server. */
  readonly dataDir?: string | undefined;
  /** Who may have a name that is nobody's yet; otherwise anybody. */
  readonly registration?: Registration | undefined;
  /** One more is refused as `roomFull`. */
  readonly maxMembers?: number | undefined;
  /** What a member may send in a second; otherwise what `limits.ts` says. */
  readonly floodLimits?: FloodLimits | undefined;
  /** Bytes a second that each member may send and receive in all its transfers together; otherwise any number. */
  readonly maxTransferRate?: number | undefined;
  /** Told of everything worth a line in a log. */
  readonly report?: ((event: ServerEvent) => void) | undefined;
  /** The time; otherwise the system's. */
  readonly clock?: Clock | undefined;
}

/** A server that runs. */
export interface Server {
  /** Where it listens: the same port for TCP and UDP. */
  readonly addr: { readonly hostname: string; readonly port: number };
  /** Names its lasting key, for members to compare. */
  readonly fingerprint: string;
  /** Says goodbye to every member and stops. */
  close(): Promise<void>;
}

/** How long to wait before accepting again when the machine has no descriptor left. */
const acceptPauseMs = 100;

const hello: ServerHello = { version: protocolVersion, software, maxTextBytes };

/**
 * Starts a server.
 *
 * @throws {DataDirError} where `dataDir` can't serve
 * @throws {Deno.errors.AddrInUse} and what else the system says to listening there
 */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { dataDir, host, port = defaultPort } = options;
  const keyPair = dataDir === undefined ? generateKeyPair() : await loadOrCreateKeyPair(dataDir);
  const store = dataDir === undefined ? new MemoryStore() : new SqliteStore(dataDir);
  try {
    return new RunningServer(keyPair, store, listen(host, port), options);
  } catch (error) {
    store.close();
    throw error;
  }
}

/** The edge of the server: sockets and timers on this side, the core on the other. */
class RunningServer implements Server {
  readonly addr: Server["addr"];
  readonly fingerprint: string;
  readonly #keyPair: KeyPair;
  readonly #store: ServerStore;
  readonly #listener: Deno.TcpListener;
  readonly #udp: UdpSocket;
  readonly #clock: Clock;
  readonly #report: (event: ServerEvent) => void;
  readonly #core: ServerCore;
  readonly #relay: Relay<TransferConnection>;
  readonly #doorman = new Doorman();
  readonly #networks = new Networks();
  /** Everything under way that `close` has to wait for. */
  readonly #tasks = new Set<Promise<void>>();
  readonly #streams = new Set<{ close(): void }>();
  #fanOut: Promise<void> | undefined;
  #timer: Timer | undefined;
  #isClosing = false;

  constructor(
    keyPair: KeyPair,
    store: ServerStore,
    { listener, datagrams }: Listening,
    options: ServerOptions,
  ) {
    const { hostname, port } = listener.addr as Deno.NetAddr;
    this.addr = { hostname, port };
    this.fingerprint = fingerprint(keyPair.publicKey);
    this.#keyPair = keyPair;
    this.#store = store;
    this.#listener = listener;
    this.#clock = options.clock ?? systemClock;
    this.#udp = new UdpSocket(datagrams, this.#clock);
    this.#report = options.report ?? (() => {});
    this.#core = new ServerCore({
      clock: this.#clock,
      outputs: {
        wakeFanOut: () => this.#fanOut ??= this.#runFanOut(),
        sendDatagram: (datagram) => void this.#udp.send(datagram),
        report: this.#report,
      },
      store,
      registration: options.registration ?? "open",
      maxMembers: options.maxMembers ?? defaultMaxMembers,
      floodLimits: options.floodLimits,
    });
    this.#relay = new Relay({
      clock: this.#clock,
      maxRate: options.maxTransferRate,
      pair: (ends) => TransferConnection.pair(this.#relay, ends, this.#clock),
    });
    this.#track(this.#accept());
    this.#track(this.#udp.receive((datagram, from) => this.#receiveDatagram(datagram, from)));
    this.#tick();
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#timer?.cancel();
    closeQuietly(this.#listener);
    this.#doorman.turnAwayOlderThan(Infinity);
    const lastRound = this.#core.takeRound(); // what was numbered goes out before the goodbyes
    if (lastRound) await this.#udp.sendAll(lastRound.datagrams());
    this.#core.stop();
    this.#relay.close();
    const deadline = this.#clock.after(farewellTimeoutMs, () => {
      for (const stream of this.#streams) closeQuietly(stream);
    });
    await this.#fanOut;
    this.#udp.close();
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
    deadline.cancel();
    this.#store.close();
  }

  // ------------------------------------------------------------------------------------ connections

  async #accept(): Promise<void> {
    while (!this.#isClosing) {
      try {
        const conn = await this.#listener.accept();
        this.#track(this.#serve(conn));
      } catch (error) {
        if (this.#isClosing) return;
        if (error instanceof Deno.errors.ConnectionAborted) continue; // gone before it was let in
        this.#report({ kind: "exhausted" });
        await pause(this.#clock, acceptPauseMs);
      }
    }
  }

  async #serve(conn: Deno.TcpConn): Promise<void> {
    const { hostname } = conn.remoteAddr as Deno.NetAddr;
    const close = () => closeQuietly(conn);
    const since = this.#clock.now();
    const network = this.#networks.of(hostname, since);
    const visitor: Visitor = { network, since, close };
    if (!this.#doorman.enter(visitor)) return close();
    this.#streams.add(conn);
    try {
      conn.setNoDelay(true);
      const admitted = await this.#shakeHands(conn, visitor, hostname);
      if (admitted?.member) await this.#converse(admitted.member, admitted.connection);
      else await admitted?.connection.finish();
    } catch (error) {
      this.#reportFailure(error, hostname);
    } finally {
      this.#doorman.finish(visitor);
      this.#doorman.leave(visitor, this.#clock.now());
      this.#streams.delete(conn);
      close();
    }
  }

  /**
   * Finds out who the visitor is. Where it comes for a transfer, that is over when this resolves.
   *
   * Apart from {@linkcode #serve}, which lasts as long as its member stays, and would keep what the handshake left.
   */
  async #shakeHands(
    conn: Deno.TcpConn,
    visitor: Visitor,
    address: string,
  ): Promise<Admission | undefined> {
    const authenticated = await respondToHandshake(conn, this.#keyPair, hello);
    const memberHello = decodeMemberHello(authenticated.hello);
    if (isForTransfer(memberHello)) {
      this.#doorman.finish(visitor);
      return void await this.#transfer(conn, authenticated, memberHello);
    }
    const admission = this.#admit(authenticated, memberHello, address, visitor.network);
    this.#doorman.finish(visitor);
    return admission;
  }

  #admit(
    authenticated: Authenticated<unknown>,
    hello: MemberHello | "versionUnsupported",
    address: string,
    network: Network | undefined,
  ): Admission {
    const link = new Link(authenticated, this.#clock);
    const connection = new MemberConnection(link, address, network);
    const { handshaken } = authenticated;
    return { member: this.#core.admit(hello, handshaken, connection), connection };
  }

  async #transfer(
    conn: Deno.TcpConn,
    authenticated: Authenticated<unknown>,
    hello: TransferHello,
  ): Promise<void> {
    const owner = this.#core.recognise(hello, authenticated.handshaken.remoteStaticKey);
    if (typeof owner === "string") {
      return await sendSealed(authenticated, { kind: "refused", code: owner });
    }
    const { maxReadBytes } = this.#relay;
    await new TransferConnection(conn, authenticated, owner, hello.transfer, maxReadBytes)
      .serve(this.#relay);
  }

  async #converse(member: Member, connection: MemberConnection): Promise<void> {
    let reason: LeftReason = "connectionLost";
    try {
      const end = await connection.receive((message) => this.#receive(member, message));
      if (end.kind === "violated") {
        await connection.sayGoodbye("protocolViolation");
        this.#reportViolation(end.error, connection.address, member.name);
      }
      reason = connection.reasonFor(end);
    } finally {
      this.#core.depart(member, reason);
    }
  }

  #receive(member: Member, message: Message): void | Promise<void> {
    const pauseMs = this.#core.receive(member, message);
    if (pauseMs > 0) return pause(this.#clock, pauseMs);
  }

  #receiveDatagram(datagram: Uint8Array, from: DatagramAddress): void {
    try {
      this.#core.receiveDatagram(datagram, from);
    } catch (error) {
      this.#report({ kind: "fault", error });
    }
  }

  #reportFailure(error: unknown, address: string): void {
    if (error instanceof ProtocolError) this.#reportViolation(error, address, undefined);
    else if (error instanceof DataDirError) {
      this.#report({ kind: "storageFailed", path: error.path });
    } else if (!isNetworkError(error)) this.#report({ kind: "fault", error });
  }

  #reportViolation({ code }: ProtocolError, address: string, name: string | undefined): void {
    this.#report({ kind: "violated", address, name, code });
  }

  // ------------------------------------------------------------------------------------- as time passes

  /** Sends what waits for everybody, then rests a little, so that what comes meanwhile travels together. */
  async #runFanOut(): Promise<void> {
    await undefined; // messages of the same tick share a round
    for (let round = this.#core.takeRound(); round; round = this.#core.takeRound()) {
      const roundMs = Math.min(maxRoundMs, this.#core.registry.size * roundMsPerMember);
      const nextRoundAt = this.#clock.now() + roundMs;
      await this.#udp.sendAll(round.datagrams());
      await pause(this.#clock, Math.max(0, nextRoundAt - this.#clock.now()));
    }
    this.#fanOut = undefined;
  }

  #tick(): void {
    const now = this.#clock.now();
    this.#doorman.turnAwayOlderThan(now - handshakeTimeoutMs);
    this.#networks.forgetIdle(now);
    this.#core.tick();
    this.#relay.tick((owner) => this.#core.isHere(owner));
    this.#timer = this.#clock.after(tickMs, () => this.#tick());
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }
}

/** A connection whose handshake is over, and its member where it was let in. */
interface Admission {
  readonly member: Member | undefined;
  readonly connection: MemberConnection;
}

type TransferHello = MemberHello & { readonly transfer: TransferSide };

function isForTransfer(hello: MemberHello | "versionUnsupported"): hello is TransferHello {
  return hello !== "versionUnsupported" && hello.transfer !== undefined;
}

/** What a socket that was reset, or closed under its reader, throws. */
function isNetworkError(error: unknown): boolean {
  return Object.values(Deno.errors).some((kind) => error instanceof kind);
}
