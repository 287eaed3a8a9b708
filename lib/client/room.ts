import type { Clock } from "../clock.ts";
import {
  type MemberMessage,
  type MessageId,
  type Reached,
  type RejectedCode,
  type Said,
  type Say,
  signedSayBytes,
  type Welcome,
} from "../codec/mod.ts";
import { type Identity, sign } from "../crypto/mod.ts";
import { randomId } from "../random_id.ts";
import type { DatagramPath, OutgoingDatagram } from "../transport/mod.ts";
import { Authenticator, type Judged } from "./authenticator.ts";
import type { Contacts } from "./contacts.ts";
import type { Enquiries } from "./enquiries.ts";
import { ChatError, type ClientEvent } from "./event.ts";
import { HaveReport } from "./have_report.ts";
import { type Reach, Reaches } from "./reach.ts";
import { type Next, RoomOrder } from "./room_order.ts";
import { repeatPauseMs, SayQueue } from "./say_queue.ts";
import type { ServerNames } from "./server_names.ts";

/** What the room needs of a connection. */
export interface RoomSession {
  /** Sends over TCP. */
  send(message: MemberMessage): void;
  /** Sends over TCP what may wait a few ms for another to travel with. */
  sendLazily(message: MemberMessage): void;
  /** Sends one datagram, when it can. */
  sendDatagram(datagram: OutgoingDatagram): void;
  readonly path: DatagramPath;
}

export interface RoomOptions {
  readonly clock: Clock;
  readonly identity: Identity;
  readonly contacts: Contacts;
  readonly enquiries: Enquiries;
  readonly names: ServerNames;
  /** How many messages from before we came are wanted; otherwise none. */
  readonly history: number | undefined;
  readonly emit: (event: ClientEvent) => void;
  /** Told of what this client can't go on from, such as a disk that is full. */
  readonly onFault: (error: unknown) => void;
}

/**
 * What is said to everybody, from this member's side: ours on its way out, everybody's put in order, verified, and
 * repaired where it was lost.
 *
 * ```
 * say ──▶ SayQueue ──▶ server ──▶ RoomOrder ──▶ Authenticator ──▶ said
 *                        ▲            │ gaps
 *                        └── repair ──┘
 * ```
 */
export class Room {
  readonly #options: RoomOptions;
  readonly #says = new SayQueue((say) => this.#sign(say));
  readonly #order: RoomOrder;
  readonly #have = new HaveReport();
  readonly #reaches = new Reaches((seq) => this.#session?.send({ kind: "reach", seq }));
  readonly #authenticator: Authenticator;
  #session: RoomSession | undefined;
  #name = "";
  #id: bigint | undefined;

  constructor(options: RoomOptions) {
    const { clock, identity, contacts, enquiries, names, onFault } = options;
    this.#options = options;
    this.#order = new RoomOrder(options.history);
    this.#authenticator = new Authenticator({
      ...{ clock, contacts, enquiries, onFault },
      keyOf: (name) => names.keyOf(name),
      me: () => ({ name: this.#name, signingKey: identity.signingKeyPair.publicKey }),
      emit: (judged, room) => this.#showJudged(judged, room),
    });
  }

  /** Messages of ours that have no number yet. */
  get unsettled(): number {
    return this.#says.size;
  }

  // --------------------------------------------------------------------------------------- sessions

  /** A connection stands: goes on where the last one ended. */
  enter(session: RoomSession, welcome: Welcome): void {
    this.#session = session;
    this.#name = welcome.name;
    this.#show(this.#order.enter(welcome, this.#options.clock.now()));
    this.#id = welcome.room;
    this.#says.enterRoom();
    this.#have.restart();
    this.#reaches.enter(welcome);
  }

  /** The connection is gone. */
  exit(): void {
    this.#session = undefined;
  }

  /** There will be no other connection: whoever waits for an answer gets this one. */
  fail(error: ChatError): void {
    for (const { reject } of this.#says.clear()) reject(error);
    this.#reaches.fail(error);
  }

  // ---------------------------------------------------------------------------------- what we write

  /** Takes a message for everybody; resolves once it has its number. */
  say(text: string): Promise<{ seq: number }> {
    const sentAt = this.#options.clock.wallTime();
    return new Promise((resolve, reject) => {
      this.#says.add({ say: { id: randomId(), sentAt, text }, resolve, reject });
    });
  }

  /** @see Client.reach */
  reach(seq?: number): Promise<Reach> {
    return this.#reaches.ask(seq, this.#order.newestSeq);
  }

  /** Signed for the room that it is about to be said in. */
  #sign({ id, sentAt, text }: Omit<Say, "kind" | "signature">): Say {
    const bytes = signedSayBytes({ room: this.#id!, author: this.#name, id, sentAt, text });
    const signature = sign(bytes, this.#options.identity.signingKeyPair);
    return { kind: "say", id, sentAt, text, signature };
  }

  /**
   * Sends what is to be sent now.
   *
   * @param members in the room: in a crowd, a number takes longer to come
   */
  transmit(members: number): void {
    const session = this.#session;
    if (!session) return;
    const now = this.#options.clock.now();
    this.#have.reach(this.#order.contiguousSeq, now);
    const { isUp, monitor } = session.path;
    const pauseMs = repeatPauseMs(monitor.roundTripMs, members);
    const transmission = this.#says.transmit(now, isUp, pauseMs);
    if (!transmission) return;
    if (transmission.transport === "tcp") {
      for (const say of transmission.says) session.send(say);
    } else {
      monitor.use(now);
      session.sendDatagram({ path: session.path, plaintext: transmission.plaintext });
    }
  }

  // --------------------------------------------------------------------------- what the server sends

  /** Somebody has said something. */
  receive(said: Said): void {
    this.#options.names.keyOf(said.from);
    this.#order.receive(said, this.#options.clock.now());
    this.#show(this.#order.take());
    if (said.from === this.#name) this.settle(said);
  }

  /** A message with this number exists. */
  expect(seq: number): void {
    this.#order.expect(seq, this.#options.clock.now());
  }

  /** A message of ours has its number. */
  settle({ id, seq }: { readonly id: MessageId; readonly seq: number }): void {
    const pending = this.#says.settle(id);
    if (!pending) return;
    this.#reaches.own(seq);
    pending.resolve({ seq });
  }

  /** The server doesn't take a message of ours, if it is one. */
  reject(id: MessageId, code: RejectedCode): void {
    this.#says.settle(id)?.reject(new ChatError(code));
  }

  /** The server no longer has what is before this number. */
  giveUp(lastSeq: number): void {
    this.#show(this.#order.giveUp(lastSeq));
  }

  /** So far has a message come. */
  receiveReached(reached: Reached): void {
    for (const name of reached.lacking) this.#options.names.keyOf(name);
    this.#reaches.receive(reached);
    const { kind, seq, count, present } = reached;
    this.#options.emit({ kind, seq, count, present });
  }

  #show(next: Iterable<Next>): void {
    for (const item of next) {
      if (item.kind === "missing") {
        this.#says.restart(); // one of ours may be among them: the server knows, and will say so
      }
      this.#authenticator.take(item, this.#id!);
    }
  }

  #showJudged(judged: Judged, room: bigint): void {
    const { emit } = this.#options;
    if (judged.kind === "missing" || judged.kind === "caughtUp") return emit(judged);
    const { seq, from, text, sentAt } = judged.said;
    if (judged.kind === "repeated") return emit({ kind: "repeated", seq, from });
    const { authenticity } = judged;
    const isPast = this.#order.isPast(room, seq);
    if (isPast && from === this.#name && authenticity === "signed") this.#reaches.own(seq);
    emit({ kind: "said", seq, from, text, sentAt, authenticity, isPast });
  }

  // ------------------------------------------------------------------------------ how far we have it

  /** Number of the newest message before which nothing is missing, to be told with a `heard`. */
  tellHave(): number {
    const seq = this.#order.contiguousSeq;
    this.#have.tell(seq);
    return seq;
  }

  /** The same, to be told with this probe, which may get lost. */
  probeHave(number: number): number {
    const seq = this.#order.contiguousSeq;
    this.#have.sendProbe(number, seq);
    return seq;
  }

  /** The server has heard this probe. */
  hear(number: number): void {
    this.#have.hear(number);
  }

  // ---------------------------------------------------------------------------------- as time passes

  /** When {@linkcode tick} or {@linkcode transmit} is wanted next. */
  get nextTickAt(): number {
    return Math.min(
      this.#order.nextRequestAt ?? Infinity,
      this.#says.nextTransmissionAt ?? Infinity,
      this.#have.nextAt ?? Infinity,
    );
  }

  /** Asks for what is missing, and says how far we have everything. */
  tick(now: number): void {
    const session = this.#session;
    if (!session) return;
    for (const range of this.#order.takeRequests(now, session.path.monitor.roundTripMs)) {
      session.send({ kind: "repair", ...range });
    }
    const seq = this.#have.take(now);
    if (seq !== undefined) session.sendLazily({ kind: "have", seq });
  }
}
