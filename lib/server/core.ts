import type { Clock } from "../clock.ts";
import {
  ByteReader,
  decodeMessage,
  encodedMessage,
  type MemberHello,
  type Message,
  type MessageId,
  ProtocolError,
  readDatagramHeader,
  type RefusedCode,
  type Repair,
  type Say,
  type Send,
} from "../codec/mod.ts";
import type { Handshaken } from "../crypto/mod.ts";
import { maxRepairBytes, maxUnreceivedDeliveries, rememberIdsMs } from "../limits.ts";
import { Registry } from "../registry/mod.ts";
import { type DatagramAddress, DatagramPath, type OutgoingDatagram } from "../transport/mod.ts";
import type { LeftReason, ServerEvent } from "./event.ts";
import { History } from "./history.ts";
import { Author, type Connection, type FloodLimits, Member } from "./member.ts";
import { Presence } from "./presence.ts";
import { Round } from "./round.ts";

/** What the core asks of the world around it. */
export interface ServerOutputs {
  /** There is something for everybody: {@linkcode ServerCore.takeRound} wants to be called soon. */
  wakeFanOut(): void;
  /** Sends one datagram, when it can. */
  sendDatagram(datagram: OutgoingDatagram): void;
  report(event: ServerEvent): void;
}

export interface ServerCoreOptions {
  readonly clock: Clock;
  readonly outputs: ServerOutputs;
  readonly maxMembers: number;
  readonly floodLimits?: FloodLimits | undefined;
}

/**
 * What the server does, without sockets and without waiting: events come in by its methods, and go out
 * by members' connections and {@linkcode ServerOutputs}.
 *
 * A member's way: {@linkcode admit}, then {@linkcode receive} and {@linkcode receiveDatagram} for what
 * it sends, then {@linkcode depart}; {@linkcode tick} a few times a second meanwhile.
 */
export class ServerCore {
  readonly registry = new Registry<Member>();
  readonly #clock: Clock;
  readonly #outputs: ServerOutputs;
  readonly #maxMembers: number;
  readonly #floodLimits: FloodLimits | undefined;
  /** Names the numbering of global messages: another server, or this one started anew, has another. */
  readonly #room = randomId();
  readonly #history = new History();
  readonly #presence = new Presence();
  /** By identity key in hexadecimal. */
  readonly #authors = new Map<string, Author>();
  /** Global messages numbered and not yet sent, encoded. */
  #unsent: Uint8Array[] = [];
  #newestDelivery = 0;

  constructor(options: ServerCoreOptions) {
    this.#clock = options.clock;
    this.#outputs = options.outputs;
    this.#maxMembers = options.maxMembers;
    this.#floodLimits = options.floodLimits;
  }

  // ------------------------------------------------------------------------------- coming and going

  /** Lets somebody in who has authenticated, or says why not; either way it has been told. */
  admit(hello: MemberHello, handshaken: Handshaken, connection: Connection): Member | undefined {
    const identityKey = handshaken.remoteStaticKey;
    const claim = this.registry.claim(hello.name, identityKey);
    if (claim.kind === "notAName") return this.#refuse(connection, claim.error);
    if (claim.kind === "taken") return this.#refuse(connection, "nameTaken");
    const previous = claim.kind === "own" ? claim.previous : undefined;
    if (!previous && this.registry.size >= this.#maxMembers) {
      return this.#refuse(connection, "roomFull");
    }
    const path = new DatagramPath(handshaken.datagrams(randomId()));
    const author = this.#authorOf(identityKey);
    const { name, key } = claim;
    const member = new Member(name, key, identityKey, connection, path, author, {
      now: this.#clock.now(),
      floodLimits: this.#floodLimits,
      previous,
    });
    this.registry.add(member);
    if (previous) this.#replace(previous);
    this.#welcome(member);
    return member;
  }

  /** Lets a member's name go; called once, however its connection ended. */
  depart(member: Member, reason: LeftReason): void {
    if (!this.registry.release(member)) return; // a newer connection has taken over
    member.author.leftAt = this.#clock.now();
    for (const { told, authorKey } of member.unreceived.values()) {
      const author = this.registry.findByKey(authorKey);
      author?.connection.send({ kind: "rejected", id: told.id, code: "memberLeft" });
    }
    this.#presence.leave(member);
    this.#tellPresence();
    const { name } = member;
    this.#outputs.report({ kind: "left", name, reason, members: this.registry.size });
  }

  /** Says goodbye to everybody. */
  stop(): void {
    for (const member of this.registry.members()) member.connection.end("serverStopping");
  }

  #refuse(connection: Connection, code: RefusedCode): undefined {
    connection.send({ kind: "refused", code });
    this.#outputs.report({ kind: "refused", address: connection.address, code });
  }

  #replace(previous: Member): void {
    previous.connection.end("replaced");
    this.#presence.leave(previous);
  }

  #welcome(member: Member): void {
    const { connection, sessionId, name } = member;
    const newestSeq = this.#history.newestSeq;
    connection.send({ kind: "welcome", sessionId, room: this.#room, name, newestSeq });
    for (const { told } of member.unreceived.values()) connection.send(told);
    this.#presence.join(member);
    this.#tellPresence();
    const { address } = connection;
    this.#outputs.report({ kind: "joined", name, address, members: this.registry.size });
  }

  #authorOf(identityKey: Uint8Array): Author {
    const hex = identityKey.toHex();
    let author = this.#authors.get(hex);
    if (!author) this.#authors.set(hex, author = new Author());
    author.leftAt = undefined;
    return author;
  }

  // --------------------------------------------------------------------------------- what they send

  /**
   * Takes a message that came over TCP. Answers for how many milliseconds the member should not be read
   * from, because it sends too much: nothing is lost, it only has to wait.
   *
   * @throws {ProtocolError} `unexpectedMessage` for what no member may send
   */
  receive(member: Member, message: Message): number {
    const now = this.#clock.now();
    switch (message.kind) {
      case "say":
        this.#numberAndQueue(member, message);
        return member.sayBucket.take(now);
      case "send":
        this.#forward(member, message);
        break;
      case "received":
        this.#settle(member, message.delivery);
        break;
      case "repair":
        this.#repair(member, message);
        break;
      case "heard":
        member.path.monitor.hear(message.number, now);
        break;
      case "ping":
        member.connection.send({ kind: "pong" });
        break;
      case "pong":
        break;
      default:
        throw new ProtocolError("unexpectedMessage", `a member sent ${message.kind}`);
    }
    return member.otherBucket.take(now);
  }

  /** Takes a datagram from anywhere; what isn't a member's changes nothing and gets no answer. */
  receiveDatagram(datagram: Uint8Array, from: DatagramAddress): void {
    const header = readDatagramHeader(datagram);
    const member = header && this.registry.findBySessionId(header.sessionId);
    const plaintext = member?.path.open(header!, datagram, from);
    if (!member || !plaintext) return;
    try {
      const reader = new ByteReader(plaintext);
      while (reader.remaining > 0) this.#receiveOverUdp(member, decodeMessage(reader));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const { name, connection: { address } } = member;
      this.#outputs.report({ kind: "violated", address, name, code: error.code });
      member.connection.end("protocolViolation");
    }
    if (!member.path.isUp) this.#probeWhenDue(member, this.#clock.now());
  }

  #receiveOverUdp(member: Member, message: Message): void {
    const now = this.#clock.now();
    switch (message.kind) {
      case "say":
        if (!member.sayBucket.has(now)) return; // too much: as if lost, so the author repeats it later
        member.sayBucket.take(now);
        return this.#numberAndQueue(member, message);
      case "probe": {
        const { number } = message;
        return member.connection.send({ kind: "heard", number, seq: this.#history.newestSeq });
      }
      default:
        throw new ProtocolError("unexpectedMessage", `a member sent ${message.kind} over UDP`);
    }
  }

  // -------------------------------------------------------------------------------- global messages

  #numberAndQueue(member: Member, { id, sentAt, text, signature }: Say): void {
    if (text === "") {
      return member.connection.send({ kind: "rejected", id, code: "textEmpty" });
    }
    const knownSeq = member.author.said.get(id);
    if (knownSeq !== undefined) return this.#repeat(member, id, knownSeq);
    const seq = this.#history.newestSeq + 1;
    const said = encodedMessage({
      kind: "said",
      seq,
      from: member.name,
      id,
      sentAt,
      text,
      signature,
    });
    member.author.said.set(id, seq);
    this.#history.append(said);
    this.#unsent.push(said);
    this.#outputs.wakeFanOut();
  }

  /** The author seems to have missed its own copy; over TCP it will not miss it again. */
  #repeat(member: Member, id: MessageId, seq: number): void {
    const said = this.#history.get(seq);
    if (said) member.connection.sendEncoded(said);
    member.connection.send({ kind: "numbered", id, seq });
  }

  /**
   * All that waits for everybody, or `undefined` where nothing does. Members without a working UDP path
   * have been sent theirs over TCP by then; the rest is for the caller to send.
   */
  takeRound(): Round | undefined {
    if (this.#unsent.length === 0) return undefined;
    const round = new Round(this.#unsent, this.#history.newestSeq, this.#clock);
    this.#unsent = [];
    for (const member of this.registry.members()) round.add(member);
    return round;
  }

  #repair(member: Member, { firstSeq, lastSeq }: Repair): void {
    const { oldestSeq, newestSeq } = this.#history;
    if (firstSeq < oldestSeq) {
      const lastMissing = Math.min(lastSeq, oldestSeq - 1);
      member.connection.send({ kind: "missing", firstSeq, lastSeq: lastMissing });
    }
    let bytes = 0;
    for (let seq = Math.max(firstSeq, oldestSeq); seq <= Math.min(lastSeq, newestSeq); seq++) {
      const said = this.#history.get(seq)!;
      bytes += said.length;
      if (bytes > maxRepairBytes) return;
      member.connection.sendEncoded(said);
    }
  }

  // ------------------------------------------------------------------------------- private messages

  #forward(author: Member, { id, to, envelope }: Send): void {
    const known = author.author.sent.get(id);
    if (known) return author.connection.send({ kind: known, id });
    const addressee = this.registry.find(to);
    if (!addressee) {
      return author.connection.send({ kind: "rejected", id, code: "unknownMember" });
    }
    if (addressee.unreceived.size >= maxUnreceivedDeliveries) {
      return author.connection.send({ kind: "rejected", id, code: "addresseeBusy" });
    }
    author.author.sent.set(id, "accepted");
    author.connection.send({ kind: "accepted", id });
    const delivery = ++this.#newestDelivery;
    const told = { kind: "told", delivery, from: author.name, id, envelope } as const;
    addressee.tell({ told, authorKey: author.key });
  }

  #settle(addressee: Member, delivery: number): void {
    const unreceived = addressee.unreceived.get(delivery);
    if (!unreceived) return; // acknowledged twice, after a reconnect
    addressee.unreceived.delete(delivery);
    const { told: { id }, authorKey } = unreceived;
    const author = this.registry.findByKey(authorKey);
    if (!author) return;
    author.author.sent.set(id, "delivered");
    author.connection.send({ kind: "delivered", id });
  }

  // ---------------------------------------------------------------------------------- as time passes

  /** Looks after everybody: probes that are due, connections that stall, news that waited. */
  tick(): void {
    const now = this.#clock.now();
    for (const member of this.registry.members()) {
      member.connection.check();
      this.#probeWhenDue(member, now);
    }
    this.#tellPresence();
    for (const [hex, author] of this.#authors) {
      if (author.leftAt !== undefined && now - author.leftAt > rememberIdsMs) {
        this.#authors.delete(hex);
      }
    }
  }

  #probeWhenDue({ path }: Member, now: number): void {
    if (!path.address || path.monitor.nextProbeAt > now) return;
    const number = path.monitor.sendProbe(now);
    const probe = encodedMessage({ kind: "probe", number, seq: this.#history.newestSeq });
    this.#outputs.sendDatagram({ path, plaintext: probe });
  }

  #tellPresence(): void {
    this.#presence.tell(this.registry.members(), this.registry.size, this.#clock.now());
  }
}

function randomId(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0]!;
}
