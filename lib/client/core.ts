import type { Clock } from "../clock.ts";
import {
  type Body,
  ByteReader,
  decodeMessage,
  encodedMessage,
  type Heard,
  type MemberMessage,
  type Message,
  type MessageId,
  ProtocolError,
  type Published,
  readDatagramHeader,
  type RejectedCode,
  type Text,
  type Told,
  type Welcome,
} from "../codec/mod.ts";
import type { Identity } from "../crypto/mod.ts";
import { maxOutbox, maxTextBytes, probeTimeoutMs } from "../limits.ts";
import type { DatagramAddress, DatagramPath, PathState } from "../transport/mod.ts";
import { randomId } from "../random_id.ts";
import { Checkup, type ExaminedSession } from "./checkup.ts";
import type { Contacts } from "./contacts.ts";
import { Correspondence } from "./correspondence.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { EndToEnd } from "./end_to_end.ts";
import { Enquiries } from "./enquiries.ts";
import { ChatError, type ClientEvent } from "./event.ts";
import { Inbox, type Negotiate } from "./inbox.ts";
import { KeyPublisher } from "./key_publisher.ts";
import { nameKeyOf } from "./name_key.ts";
import { PortWatch } from "./port_watch.ts";
import type { Reach } from "./reach.ts";
import { Roll } from "./roll.ts";
import { Room, type RoomSession } from "./room.ts";
import { ServerNames } from "./server_names.ts";
import type { ClientStore } from "./store.ts";
import { Verification } from "./verification.ts";

/** One connection to the server, from its welcome to its end. */
export interface Session extends ExaminedSession, RoomSession {
  /** Sends datagrams from another port from now on. */
  openPort(): void;
  readonly path: DatagramPath;
  /** The longest text that the server hands on, in bytes of UTF-8. */
  readonly maxTextBytes: number;
}

/** What of end-to-end encryption is needed here; tests have a plainer one. */
export type Sealer = Pick<EndToEnd, "seal" | "begin" | "delivered" | "forget" | "open" | "supply">;

export interface ClientCoreOptions {
  readonly clock: Clock;
  readonly emit: (event: ClientEvent) => void;
  /** Emits an event; resolves once somebody has seen it, or with `false` where nobody will. */
  readonly show: (event: ClientEvent) => Promise<boolean>;
  /** Takes what another member says of files, and resolves once that is kept. */
  readonly negotiate: Negotiate;
  readonly identity: Identity;
  /** What is to outlive this process: private messages of ours that aren't delivered yet. */
  readonly store: ClientStore;
  readonly contacts: Contacts;
  readonly sealer: Sealer;
  /** Told of what the client can't go on from, such as a disk that is full. */
  readonly onFault: (error: unknown) => void;
  /** How many global messages from before we came are wanted; otherwise none. */
  readonly history?: number | undefined;
}

const utf8 = new TextEncoder();

/**
 * What a client does, without sockets and without waiting: what the user writes, what the server sends
 * and the passing of time come in by its methods; events and the session's messages go out.
 *
 * ```
 *          enter                  exit
 * apart ─────────▶ in session ─────────▶ apart        whatever is written while apart waits in the queues
 * ```
 *
 * After every call, {@linkcode nextTickAt} says when {@linkcode tick} is wanted.
 */
export class ClientCore {
  readonly #clock: Clock;
  readonly #emit: (event: ClientEvent) => void;
  readonly #onFault: (error: unknown) => void;
  readonly #names = new ServerNames();
  readonly #roll = new Roll((name) => this.#names.keyOf(name));
  readonly #room: Room;
  readonly #checkup: Checkup;
  readonly #enquiries = new Enquiries((question) => this.#session?.send(question));
  readonly #correspondence: Correspondence;
  readonly #inbox: Inbox;
  readonly #keyPublisher: KeyPublisher;
  /** Who is who, as far as this client has seen and its user has compared. */
  readonly verification: Verification;
  #session: Session | undefined;
  #portWatch: PortWatch;
  #name = "";
  #transport: "udp" | "tcp" | undefined;
  #probedAt = -Infinity;
  #onListed: (() => void) | undefined;

  constructor(options: ClientCoreOptions) {
    const { clock, emit, show, negotiate, identity, store, contacts, sealer, onFault } = options;
    this.#clock = clock;
    this.#checkup = new Checkup({
      clock,
      session: () => this.#session,
      transport: () => this.#transport,
      probe: () => this.#probeAfresh(),
    });
    this.#emit = emit;
    this.#onFault = onFault;
    this.#portWatch = new PortWatch(clock.now());
    const enquiries = this.#enquiries;
    const me = () => ({ name: this.#name, signingKey: identity.signingKeyPair.publicKey });
    this.verification = new Verification({ contacts, enquiries, me });
    this.#room = new Room({
      ...{ clock, identity, contacts, enquiries, emit, onFault },
      names: this.#names,
      history: options.history,
    });
    const name = () => this.#name;
    const send = (message: MemberMessage) => this.#session?.send(message);
    const transmit = () => this.#transmit();
    this.#correspondence = new Correspondence({
      clock,
      store,
      sealer,
      contacts,
      enquiries,
      name,
      isPresent: (nameKey) => this.#roll.mayHave(nameKey),
      emit,
      transmit,
      onFault,
    });
    this.#inbox = new Inbox({ opener: sealer, contacts, name, emit, show, negotiate, onFault });
    const supply = (published: Published) => sealer.supply(published);
    this.#keyPublisher = new KeyPublisher({ clock, supply, send, onFault });
  }

  /** Our name as the server writes it, once it has welcomed us. */
  get name(): string {
    return this.#name;
  }

  /** Resolves once others can write to us in private. */
  get supplied(): Promise<void> {
    return this.#keyPublisher.supplied;
  }

  /** Whether a member and we are in the room. */
  isPresent(name: string): boolean {
    const nameKey = nameKeyOf(name);
    return this.#session !== undefined && nameKey !== undefined && this.#roll.mayHave(nameKey);
  }

  /** Names of those present, ours included. */
  members(): string[] {
    return this.#roll.names;
  }

  // ---------------------------------------------------------------------------------- what we write

  /** @see Client.say */
  async say(text: string): Promise<{ seq: number }> {
    this.#checkText(text);
    const numbered = this.#room.say(text);
    this.#transmit();
    return await numbered;
  }

  /** @see Client.tell */
  async tell(to: string, text: string): Promise<{ id: MessageId }> {
    this.#checkText(text);
    const content = { id: randomId(), sentAt: this.#clock.wallTime() };
    return await this.#correspondence.tell(to, { ...content, body: { kind: "text", text } });
  }

  /** @see Client.reach */
  reach(seq?: number): Promise<Reach> {
    return this.#room.reach(seq);
  }

  /** @see Client.diagnose */
  diagnose(): Promise<Diagnosis> {
    return this.#checkup.examine();
  }

  /** Tells a member what there is to say of files; as {@linkcode tell}. */
  async negotiate(to: string, body: Exclude<Body, Text>): Promise<{ id: MessageId }> {
    const content = { id: randomId(), sentAt: this.#clock.wallTime(), body };
    return await this.#correspondence.tell(to, content);
  }

  #checkText(text: string): void {
    if (text === "") throw new ChatError("textEmpty");
    const limit = this.#session?.maxTextBytes ?? maxTextBytes;
    if (utf8.encode(text).length > limit) throw new ChatError("textTooLong");
    if (this.#room.unsettled + this.#correspondence.size >= maxOutbox) {
      throw new ChatError("outboxFull");
    }
  }

  #transmit(): void {
    const session = this.#session;
    if (!session) return;
    for (const message of this.#correspondence.transmit()) session.send(message);
    this.#room.transmit(this.#roll.size);
  }

  // --------------------------------------------------------------------------------------- sessions

  /**
   * The server has welcomed us: what was waiting goes out.
   *
   * @returns resolves when the list of members is complete
   */
  enter(session: Session, welcome: Welcome): Promise<void> {
    const isFirst = this.#name === "";
    this.#session = session;
    this.#portWatch = new PortWatch(this.#clock.now());
    this.#name = welcome.name;
    this.#room.enter(session, welcome);
    if (!isFirst) this.#emit({ kind: "reconnected" });
    this.#roll.restart();
    this.#correspondence.restart();
    this.#keyPublisher.restart();
    this.#enquiries.restart();
    this.#checkup.enter();
    this.tick();
    return new Promise((resolve) => this.#onListed = resolve);
  }

  /** Something has happened that this client can't go on from. */
  fault(error: unknown): void {
    this.#onFault(error);
  }

  /** The connection is gone; the next {@linkcode enter} goes on from here. */
  exit(): void {
    this.#session = undefined;
    this.#room.exit();
  }

  /** There will be no other connection: whoever waits for an answer gets this one. */
  fail(error: ChatError): void {
    this.exit();
    this.#room.fail(error);
    this.#correspondence.fail(error);
    this.#keyPublisher.stop();
    this.#enquiries.close();
    this.#checkup.fail(error);
  }

  // --------------------------------------------------------------------------- what the server sends

  /**
   * Takes a message that came over TCP.
   *
   * @throws {ProtocolError} for what no server may send
   */
  receive(message: Message): void {
    const now = this.#clock.now();
    switch (message.kind) {
      case "said":
        this.#room.receive(message);
        break;
      case "numbered":
        this.#room.expect(message.seq);
        this.#room.settle(message);
        break;
      case "newest":
        this.#room.expect(message.seq);
        break;
      case "missing":
        this.#room.giveUp(message.lastSeq);
        break;
      case "accepted":
        this.#correspondence.accept(message.id);
        break;
      case "rejected":
        this.#reject(message.id, message.code);
        break;
      case "told":
        this.#names.keyOf(message.from);
        this.#receiveTold(message);
        break;
      case "delivered":
        this.#correspondence.deliver(message.id);
        break;
      case "reached":
        this.#room.receiveReached(message);
        break;
      case "identified":
        this.#names.keyOf(message.name);
        this.#enquiries.answer(message);
        break;
      case "published":
        this.#keyPublisher.take(message);
        break;
      case "members":
        for (const name of message.names) this.#names.keyOf(name);
        this.#announce(this.#roll.list(message.names, message.complete));
        if (message.complete) this.#recognise(this.#roll.names);
        if (message.complete) this.#onListed?.();
        break;
      case "presence":
        for (const name of message.joined) this.#names.keyOf(name);
        this.#announce(this.#roll.change(message.joined, message.left));
        this.#recognise(message.joined);
        break;
      case "heard":
        this.#hear(message, now);
        break;
      case "ping":
        this.#session?.send({ kind: "pong" });
        break;
      case "pong":
        this.#checkup.pong();
        break;
      case "diagnosis":
        this.#checkup.receive(message);
        break;
      default:
        throw new ProtocolError("unexpectedMessage", `a server sent ${message.kind}`);
    }
    this.#transmit();
  }

  /**
   * Takes a datagram from anywhere; what isn't our server's changes nothing.
   *
   * @returns whether it was our server's
   * @throws {ProtocolError} where our server itself sends nonsense
   */
  receiveDatagram(datagram: Uint8Array, from: DatagramAddress): boolean {
    const session = this.#session;
    const header = readDatagramHeader(datagram);
    if (!session || header?.sessionId !== session.path.sessionId) return false;
    const plaintext = session.path.open(header, datagram, from);
    if (!plaintext) return false;
    this.#portWatch.hear(this.#clock.now());
    const reader = new ByteReader(plaintext);
    while (reader.remaining > 0) this.#receiveOverUdp(session, decodeMessage(reader));
    this.#transmit();
    return true;
  }

  #receiveOverUdp(session: Session, message: Message): void {
    switch (message.kind) {
      case "said":
        return this.#room.receive(message);
      case "probe": {
        const { number } = message;
        session.sendLazily({ kind: "heard", number, seq: this.#room.tellHave() });
        return this.#room.expect(message.seq);
      }
      default:
        throw new ProtocolError("unexpectedMessage", `a server sent ${message.kind} over UDP`);
    }
  }

  #hear({ number, seq }: Heard, now: number): void {
    this.#room.expect(seq);
    const monitor = this.#session?.path.monitor;
    if (!monitor) return;
    monitor.hear(number, now);
    this.#room.hear(number);
    this.#noticeTransport(monitor.state);
  }

  #receiveTold(told: Told): void {
    const session = this.#session;
    this.#inbox.receive(told, (message) => session?.send(message));
  }

  #reject(id: MessageId, code: RejectedCode): void {
    if (this.#enquiries.reject(id) || this.#correspondence.reject(id, code)) return;
    this.#room.reject(id, code);
  }

  #recognise(names: readonly string[]): void {
    this.verification.recognise(names).catch(this.#onFault);
  }

  #announce({ joined, left }: { joined: string[]; left: string[] }): void {
    this.#correspondence.presenceChanged();
    for (const name of left) this.#emit({ kind: "left", name });
    for (const name of joined) this.#emit({ kind: "joined", name });
  }

  // ---------------------------------------------------------------------------------- as time passes

  /** When {@linkcode tick} is wanted next, or `undefined` while apart. */
  get nextTickAt(): number | undefined {
    if (!this.#session) return undefined;
    const { monitor } = this.#session.path;
    return Math.min(
      monitor.nextProbeAt,
      this.#portWatch.dueAt(monitor.state),
      this.#room.nextTickAt,
    );
  }

  /** Sends what is due: probes, repeats, requests for what is missing. */
  tick(): void {
    if (!this.#session) return;
    const now = this.#clock.now();
    const { path } = this.#session;
    if (path.monitor.nextProbeAt <= now) this.#probe(this.#session, now);
    if (this.#portWatch.dueAt(path.monitor.state) <= now) this.#changePort(this.#session, now);
    this.#room.tick(now);
    this.#transmit();
    this.#noticeTransport(path.monitor.state);
  }

  /** The verdict stays: a new port has as much to prove as the old one. */
  #changePort(session: Session, now: number): void {
    this.#portWatch.open(now);
    this.#checkup.openPort();
    session.openPort();
    session.path.monitor.hasten();
  }

  #probe(session: Session, now: number): void {
    const { path } = session;
    const number = path.monitor.sendProbe(now);
    const seq = this.#room.probeHave(number);
    const plaintext = encodedMessage({ kind: "probe", number, seq });
    this.#probedAt = now;
    session.sendDatagram({ path, plaintext });
  }

  /** Sends a probe now, unless one has just left: that one would count as lost. */
  #probeAfresh(): void {
    const now = this.#clock.now();
    if (this.#session && this.#probedAt + probeTimeoutMs <= now) this.#probe(this.#session, now);
  }

  #noticeTransport(state: PathState): void {
    if (state === "untried") return;
    const transport = state === "up" ? "udp" : "tcp";
    if (transport === this.#transport) return;
    this.#transport = transport;
    this.#emit({ kind: "path", transport });
  }
}
