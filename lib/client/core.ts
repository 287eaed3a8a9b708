import type { Clock } from "../clock.ts";
import {
  ByteReader,
  decodeMessage,
  encodedMessage,
  type Heard,
  type MemberMessage,
  type Message,
  type MessageId,
  ProtocolError,
  type Published,
  type Reached,
  readDatagramHeader,
  type RejectedCode,
  type Said,
  type Say,
  signedSayBytes,
  type Welcome,
} from "../codec/mod.ts";
import { type Identity, sign } from "../crypto/mod.ts";
import { maxOutbox, maxTextBytes, probeTimeoutMs } from "../limits.ts";
import type {
  DatagramAddress,
  DatagramPath,
  OutgoingDatagram,
  PathState,
} from "../transport/mod.ts";
import { randomId } from "../random_id.ts";
import { Authenticator, type Judged } from "./authenticator.ts";
import { Checkup, type ExaminedSession } from "./checkup.ts";
import type { Contacts } from "./contacts.ts";
import { Correspondence } from "./correspondence.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { EndToEnd } from "./end_to_end.ts";
import { Enquiries } from "./enquiries.ts";
import { ChatError, type ClientEvent } from "./event.ts";
import { HaveReport } from "./have_report.ts";
import { Inbox } from "./inbox.ts";
import { KeyPublisher } from "./key_publisher.ts";
import { PortWatch } from "./port_watch.ts";
import { type Reach, Reaches } from "./reach.ts";
import { Roll } from "./roll.ts";
import { type Next, RoomOrder } from "./room_order.ts";
import { repeatPauseMs, SayQueue } from "./say_queue.ts";
import { ServerNames } from "./server_names.ts";
import type { ClientStore } from "./store.ts";
import { Verification } from "./verification.ts";

/** One connection to the server, from its welcome to its end. */
export interface Session extends ExaminedSession {
  /** Sends over TCP. */
  send(message: MemberMessage): void;
  /** Sends over TCP what may wait a few ms for another to travel with. */
  sendLazily(message: MemberMessage): void;
  /** Sends one datagram, when it can. */
  sendDatagram(datagram: OutgoingDatagram): void;
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
  /** Emits an event, and resolves once somebody has seen it. */
  readonly show: (event: ClientEvent) => Promise<void>;
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
  readonly #identity: Identity;
  readonly #onFault: (error: unknown) => void;
  readonly #says = new SayQueue((say) => this.#sign(say));
  readonly #names = new ServerNames();
  readonly #order: RoomOrder;
  readonly #roll = new Roll((name) => this.#names.keyOf(name));
  readonly #have = new HaveReport();
  readonly #reaches = new Reaches((seq) => this.#session?.send({ kind: "reach", seq }));
  readonly #checkup: Checkup;
  readonly #enquiries = new Enquiries((question) => this.#session?.send(question));
  readonly #authenticator: Authenticator;
  readonly #correspondence: Correspondence;
  readonly #inbox: Inbox;
  readonly #keyPublisher: KeyPublisher;
  /** Who is who, as far as this client has seen and its user has compared. */
  readonly verification: Verification;
  #session: Session | undefined;
  #portWatch: PortWatch;
  #name = "";
  #transport: "udp" | "tcp" | undefined;
  #room: bigint | undefined;
  #probedAt = -Infinity;
  #onListed: (() => void) | undefined;

  constructor(options: ClientCoreOptions) {
    const { clock, emit, show, identity, store, contacts, sealer, onFault } = options;
    this.#clock = clock;
    this.#order = new RoomOrder(options.history);
    this.#checkup = new Checkup({
      clock,
      session: () => this.#session,
      transport: () => this.#transport,
      probe: () => this.#probeAfresh(),
    });
    this.#emit = emit;
    this.#identity = identity;
    this.#onFault = onFault;
    this.#portWatch = new PortWatch(clock.now());
    const enquiries = this.#enquiries;
    const me = () => ({ name: this.#name, signingKey: identity.signingKeyPair.publicKey });
    this.verification = new Verification({ contacts, enquiries, me });
    this.#authenticator = new Authenticator({
      clock,
      keyOf: (name) => this.#names.keyOf(name),
      contacts,
      enquiries,
      me,
      emit: (judged, room) => this.#showJudged(judged, room),
      onFault,
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
    this.#inbox = new Inbox({ opener: sealer, contacts, name, emit, show, send, onFault });
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

  /** Names of those present, ours included. */
  members(): string[] {
    return this.#roll.names;
  }

  // ---------------------------------------------------------------------------------- what we write

  /** @see Client.say */
  say(text: string): Promise<{ seq: number }> {
    return new Promise((resolve, reject) => {
      this.#checkText(text);
      const sentAt = this.#clock.wallTime();
      this.#says.add({ say: { id: randomId(), sentAt, text }, resolve, reject });
      this.#transmit();
    });
  }

  /** @see Client.tell */
  async tell(to: string, text: string): Promise<{ id: MessageId }> {
    this.#checkText(text);
    const content = { id: randomId(), sentAt: this.#clock.wallTime(), text };
    return await this.#correspondence.tell(to, content);
  }

  /** @see Client.reach */
  reach(seq?: number): Promise<Reach> {
    return this.#reaches.ask(seq, this.#order.newestSeq);
  }

  /** @see Client.diagnose */
  diagnose(): Promise<Diagnosis> {
    return this.#checkup.examine();
  }

  /** Signed for the room that it is about to be said in. */
  #sign({ id, sentAt, text }: Omit<Say, "kind" | "signature">): Say {
    const bytes = signedSayBytes({ room: this.#room!, author: this.#name, id, sentAt, text });
    const signature = sign(bytes, this.#identity.signingKeyPair);
    return { kind: "say", id, sentAt, text, signature };
  }

  #checkText(text: string): void {
    if (text === "") throw new ChatError("textEmpty");
    const limit = this.#session?.maxTextBytes ?? maxTextBytes;
    if (utf8.encode(text).length > limit) throw new ChatError("textTooLong");
    if (this.#says.size + this.#correspondence.size >= maxOutbox) throw new ChatError("outboxFull");
  }

  #transmit(): void {
    const session = this.#session;
    if (!session) return;
    this.#have.reach(this.#order.contiguousSeq, this.#clock.now());
    for (const message of this.#correspondence.transmit()) session.send(message);
    const now = this.#clock.now();
    const { isUp, monitor } = session.path;
    const pauseMs = repeatPauseMs(monitor.roundTripMs, this.#roll.size);
    const transmission = this.#says.transmit(now, isUp, pauseMs);
    if (!transmission) return;
    if (transmission.transport === "tcp") {
      for (const say of transmission.says) session.send(say);
    } else {
      monitor.use(now);
      session.sendDatagram({ path: session.path, plaintext: transmission.plaintext });
    }
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
    this.#show(this.#order.enter(welcome, this.#clock.now()));
    this.#room = welcome.room;
    if (!isFirst) this.#emit({ kind: "reconnected" });
    this.#roll.restart();
    this.#says.enterRoom();
    this.#correspondence.restart();
    this.#keyPublisher.restart();
    this.#enquiries.restart();
    this.#have.restart();
    this.#reaches.enter(welcome);
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
  }

  /** There will be no other connection: whoever waits for an answer gets this one. */
  fail(error: ChatError): void {
    this.exit();
    for (const { reject } of this.#says.clear()) reject(error);
    this.#correspondence.fail(error);
    this.#keyPublisher.stop();
    this.#enquiries.close();
    this.#reaches.fail(error);
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
        this.#receiveSaid(message);
        break;
      case "numbered":
        this.#order.expect(message.seq, now);
        this.#settle(message);
        break;
      case "newest":
        this.#order.expect(message.seq, now);
        break;
      case "missing":
        this.#show(this.#order.giveUp(message.lastSeq));
        break;
      case "accepted":
        this.#correspondence.accept(message.id);
        break;
      case "rejected":
        this.#reject(message.id, message.code);
        break;
      case "told":
        this.#names.keyOf(message.from);
        this.#inbox.receive(message);
        break;
      case "delivered":
        this.#correspondence.deliver(message.id);
        break;
      case "reached":
        this.#reach(message);
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
        return this.#receiveSaid(message);
      case "probe": {
        const { number } = message;
        const seq = this.#order.contiguousSeq;
        session.sendLazily({ kind: "heard", number, seq });
        this.#have.tell(seq);
        return this.#order.expect(message.seq, this.#clock.now());
      }
      default:
        throw new ProtocolError("unexpectedMessage", `a server sent ${message.kind} over UDP`);
    }
  }

  #hear({ number, seq }: Heard, now: number): void {
    this.#order.expect(seq, now);
    const monitor = this.#session?.path.monitor;
    if (!monitor) return;
    monitor.hear(number, now);
    this.#have.hear(number);
    this.#noticeTransport(monitor.state);
  }

  #reach(reached: Reached): void {
    for (const name of reached.lacking) this.#names.keyOf(name);
    this.#reaches.receive(reached);
    const { kind, seq, count, present } = reached;
    this.#emit({ kind, seq, count, present });
  }

  #receiveSaid(said: Said): void {
    this.#names.keyOf(said.from);
    const now = this.#clock.now();
    this.#order.receive(said, now);
    this.#show(this.#order.take());
    if (said.from === this.#name) this.#settle(said);
  }

  /** A global message of ours has its number. */
  #settle({ id, seq }: { id: MessageId; seq: number }): void {
    const pending = this.#says.settle(id);
    if (!pending) return;
    this.#reaches.own(seq);
    pending.resolve({ seq });
  }

  #show(next: Iterable<Next>): void {
    for (const item of next) {
      if (item.kind === "missing") {
        this.#says.restart(); // one of ours may be among them: the server knows, and will say so
      }
      this.#authenticator.take(item, this.#room!);
    }
  }

  #showJudged(judged: Judged, room: bigint): void {
    if (judged.kind === "missing" || judged.kind === "caughtUp") return this.#emit(judged);
    const { seq, from, text, sentAt } = judged.said;
    if (judged.kind === "repeated") return this.#emit({ kind: "repeated", seq, from });
    const { authenticity } = judged;
    const isPast = this.#order.isPast(room, seq);
    if (isPast && from === this.#name && authenticity === "signed") this.#reaches.own(seq);
    this.#emit({ kind: "said", seq, from, text, sentAt, authenticity, isPast });
  }

  #reject(id: MessageId, code: RejectedCode): void {
    if (this.#enquiries.reject(id) || this.#correspondence.reject(id, code)) return;
    this.#says.settle(id)?.reject(new ChatError(code));
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
      this.#order.nextRequestAt ?? Infinity,
      this.#says.nextTransmissionAt ?? Infinity,
      this.#have.nextAt ?? Infinity,
    );
  }

  /** Sends what is due: probes, repeats, requests for what is missing. */
  tick(): void {
    if (!this.#session) return;
    const now = this.#clock.now();
    const { path } = this.#session;
    if (path.monitor.nextProbeAt <= now) this.#probe(this.#session, now);
    if (this.#portWatch.dueAt(path.monitor.state) <= now) this.#changePort(this.#session, now);
    for (const range of this.#order.takeRequests(now, path.monitor.roundTripMs)) {
      this.#session.send({ kind: "repair", ...range });
    }
    const seq = this.#have.take(now);
    if (seq !== undefined) this.#session.sendLazily({ kind: "have", seq });
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
    const seq = this.#order.contiguousSeq;
    const plaintext = encodedMessage({ kind: "probe", number, seq });
    this.#have.sendProbe(number, seq);
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
