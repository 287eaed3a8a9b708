import type { Clock } from "../clock.ts";
import {
  ByteReader,
  decodeMemberHello,
  decodeMessage,
  encodedMessage,
  type Message,
  type MessageId,
  ProtocolError,
  readDatagramHeader,
  type RefusedCode,
  type Repair,
  type Said,
  type Say,
} from "../codec/mod.ts";
import type { Handshaken } from "../crypto/mod.ts";
import {
  floodLimits,
  identifyTokens,
  maxRepairBytes,
  membersToldAtOnce,
  reachedMembersPerToken,
} from "../limits.ts";
import { randomId } from "../random_id.ts";
import { parseName, Registry } from "../registry/mod.ts";
import { type DatagramAddress, DatagramPath, type OutgoingDatagram } from "../transport/mod.ts";
import type { FloodLimits } from "./author.ts";
import { Authors } from "./authors.ts";
import { DataDirError } from "./data_dir_error.ts";
import { diagnose } from "./diagnose.ts";
import { DetachedMembers, isBreak } from "./detached_members.ts";
import type { BreakReason, LeftReason, ServerEvent } from "./event.ts";
import { History } from "./history.ts";
import { KeyDirectory } from "./key_directory.ts";
import { Mailbox } from "./mailbox.ts";
import { type Connection, Member } from "./member.ts";
import { Presence } from "./presence.ts";
import { Reach } from "./reach.ts";
import { Registrar, type Registration } from "./registrar.ts";
import { Round } from "./round.ts";
import type { Claimant, ServerStore } from "./store.ts";
import { WaitingRepairs } from "./waiting_repairs.ts";

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
  /** What outlasts the server; the core doesn't close it. */
  readonly store: ServerStore;
  readonly registration: Registration;
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
  readonly #store: ServerStore;
  readonly #registrar: Registrar;
  readonly #keyDirectory: KeyDirectory;
  readonly #mailbox: Mailbox;
  readonly #maxMembers: number;
  /** Names this start of the server: another one may have lost what came last to a power failure. */
  readonly #run = randomId();
  readonly #history: History;
  readonly #presence = new Presence();
  readonly #detached = new DetachedMembers();
  readonly #reach = new Reach();
  readonly #waitingRepairs = new WaitingRepairs();
  /** News of who came and went that are being told. */
  #news: Iterator<void> | undefined;
  readonly #authors: Authors;
  /** Global messages numbered and not yet sent, encoded. */
  #unsent: Uint8Array[] = [];
  /** Authors to be told the numbers of those, once they are kept. */
  #unnumbered: { readonly member: Member; readonly id: MessageId; readonly seq: number }[] = [];

  constructor(options: ServerCoreOptions) {
    this.#clock = options.clock;
    this.#outputs = options.outputs;
    this.#store = options.store;
    this.#registrar = new Registrar(options.store, options.registration);
    const reportFailure = (error: DataDirError) => this.#reportStorage(error);
    this.#keyDirectory = new KeyDirectory(options.store, this.registry, reportFailure);
    const { clock, store } = options;
    this.#mailbox = new Mailbox({ clock, store, registry: this.registry, reportFailure });
    this.#maxMembers = options.maxMembers;
    this.#authors = new Authors(options.floodLimits ?? floodLimits);
    this.#history = new History(store.room);
    this.#recallAuthors();
  }

  /** Who repeats what the last run of this server has numbered must not be heard twice. */
  #recallAuthors(): void {
    for (const [seq, message] of this.#history.messages()) {
      const said = decodeMessage(new ByteReader(message)) as Said;
      const parsed = parseName(said.from);
      const owner = parsed.kind === "name" ? this.#store.findOwner(parsed.key) : undefined;
      if (!owner) continue;
      this.#authors.enter(owner, this.#clock.now()).said.set(said.id, seq);
      this.#authors.leave(owner, this.#clock.now());
    }
  }

  // ------------------------------------------------------------------------------- coming and going

  /**
   * Lets somebody in who has authenticated, or says why not; either way it has been told.
   *
   * @param payload of the last handshake message: a `MemberHello`
   * @throws {ProtocolError} where it isn't one
   * @throws {DataDirError} where a new name can't be kept
   */
  admit(payload: Uint8Array, handshaken: Handshaken, connection: Connection): Member | undefined {
    const hello = decodeMemberHello(payload);
    if (hello === "versionUnsupported") return this.#refuse(connection, hello);
    this.#heedOperator();
    const identityKey = handshaken.remoteStaticKey;
    const keys = { identityKey, signingKey: hello.signingKey.slice() }; // without its frame
    if (this.#store.isBanned(keys)) return this.#refuse(connection, "banned");
    const claim = this.registry.claim(hello.name, identityKey);
    if (claim.kind === "notAName") return this.#refuse(connection, claim.error);
    if (claim.kind === "taken") return this.#refuse(connection, "nameTaken");
    const claimant = { name: claim.name, key: claim.key, ...keys };
    const owner = this.#registrar.ownerOf(claimant);
    if (owner === "another") return this.#refuse(connection, "nameTaken");
    const previous = claim.kind === "own" ? claim.previous : undefined;
    const isFull = !previous && this.registry.size >= this.#maxMembers;
    const makesWay = isFull ? this.#detached.longest : undefined;
    if (isFull && !makesWay) return this.#refuse(connection, "roomFull");
    const refusal = owner === "nobody"
      ? this.#registrar.register(claimant, hello.invitation, this.#clock.wallTime())
      : this.#touch(claimant);
    if (refusal) return this.#refuse(connection, refusal);
    if (makesWay) this.#leave(makesWay, makesWay.detachment!.reason);
    const path = new DatagramPath(handshaken.datagrams(randomId()));
    const author = this.#authors.enter(claimant, this.#clock.now());
    const member = new Member(claimant, connection, path, author);
    this.registry.add(member);
    this.#reach.enter(member, this.#history.newestSeq, previous);
    if (previous) this.#replace(previous);
    this.#welcome(member, previous?.detachment ? "resumed" : "joined");
    return member;
  }

  #touch({ key, name }: Claimant): undefined {
    try {
      this.#store.touch(key, name, this.#clock.wallTime());
    } catch (error) {
      this.#reportStorage(error); // a full disk keeps no owner out
    }
  }

  /** Lets a member's connection go, and the member unless it may come back; called once for each. */
  depart(member: Member, reason: LeftReason): void {
    if (isBreak(reason)) this.#detach(member, reason);
    else this.#leave(member, reason);
  }

  #detach(member: Member, reason: BreakReason): void {
    if (this.registry.findByKey(member.key) !== member) return; // replaced, or sent away
    member.detach(reason, this.#clock.now());
    this.#detached.add(member);
    const { name } = member;
    this.#outputs.report({ kind: "detached", name, reason, members: this.registry.size });
  }

  #leave(member: Member, reason: LeftReason): void {
    if (!this.registry.release(member)) return; // a newer connection has taken over
    this.#detached.delete(member);
    this.#reach.leave(member);
    this.#authors.leave(member, this.#clock.now());
    this.#presence.leave(member);
    this.#tellPresence();
    const { name } = member;
    this.#outputs.report({ kind: "left", name, reason, members: this.registry.size });
  }

  /** Says goodbye to everybody, and keeps what has to be kept. */
  stop(): void {
    this.#mailbox.flush();
    for (const member of this.registry.members()) member.connection.end("serverStopping");
  }

  #refuse(connection: Connection, code: RefusedCode): undefined {
    connection.send({ kind: "refused", code });
    this.#outputs.report({ kind: "refused", address: connection.address, code });
  }

  #replace(previous: Member): void {
    previous.connection.end("replaced");
    this.#presence.leave(previous);
    if (previous.detachment) return this.#detached.delete(previous);
    const { name } = previous;
    this.#outputs.report({ kind: "left", name, reason: "replaced", members: this.registry.size });
  }

  #welcome(member: Member, kind: "joined" | "resumed"): void {
    const { connection, sessionId, name } = member;
    const { room, baseSeq, newestSeq } = this.#history;
    const run = this.#run;
    connection.send({ kind: "welcome", sessionId, room, run, baseSeq, name, newestSeq });
    this.#keyDirectory.tellPublished(member);
    this.#mailbox.enter(member);
    this.#presence.join(member);
    this.#tellPresence();
    const { address } = connection;
    this.#outputs.report({ kind, name, address, members: this.registry.size });
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
        this.#say(member, message, now);
        return member.allowance.takeSay(now);
      case "send":
        this.#mailbox.post(member, message);
        break;
      case "received":
        this.#mailbox.settle(member, message.delivery, "delivered");
        break;
      case "unreadable":
        this.#mailbox.settle(member, message.delivery, "unreadable");
        break;
      case "inquire":
        this.#mailbox.inquire(member, message.id);
        break;
      case "repair":
        this.#repairWhenAllowed(member, message, now);
        break;
      case "diagnose":
        member.connection.send(diagnose(member));
        break;
      case "identify":
        this.#keyDirectory.identify(member, message, now);
        return member.allowance.takeOther(now, identifyTokens);
      case "publish":
        return member.allowance.takeOther(now, this.#keyDirectory.publish(member, message));
      case "heard":
        member.path.monitor.hear(message.number, now);
        this.#reach.have(member, message.seq, this.#history.newestSeq);
        break;
      case "have":
        this.#reach.have(member, message.seq, this.#history.newestSeq);
        break;
      case "reach":
        return member.allowance.takeOther(now, this.#tellReach(member, message.seq));
      case "ping":
        member.connection.send({ kind: "pong" });
        break;
      case "pong":
        break;
      default:
        throw new ProtocolError("unexpectedMessage", `a member sent ${message.kind}`);
    }
    return member.allowance.takeOther(now);
  }

  /** Takes a datagram from anywhere; what isn't a member's changes nothing and gets no answer. */
  receiveDatagram(datagram: Uint8Array, from: DatagramAddress): void {
    const header = readDatagramHeader(datagram);
    const member = header && this.registry.findBySessionId(header.sessionId);
    const plaintext = member?.path.open(header!, datagram, from);
    if (!member || !plaintext) return;
    try {
      const reader = new ByteReader(plaintext);
      const now = this.#clock.now();
      while (reader.remaining > 0) {
        // too much: as if the rest were lost, so that its author repeats it later, in order
        if (!this.#receiveOverUdp(member, decodeMessage(reader), now)) break;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const { name, connection: { address } } = member;
      this.#outputs.report({ kind: "violated", address, name, code: error.code });
      return this.#dismiss(member, "protocolViolation");
    }
    if (member.detachment) member.noteDatagram(this.#clock.now());
    else if (!member.path.isUp) this.#probeWhenDue(member, this.#clock.now());
  }

  /** Whether the member's allowance has sufficed for it. */
  #receiveOverUdp(member: Member, message: Message, now: number): boolean {
    const { allowance } = member;
    switch (message.kind) {
      case "say":
        if (!allowance.hasSay(now)) return false;
        allowance.takeSay(now);
        this.#say(member, message, now);
        return true;
      case "probe": {
        if (!allowance.hasOther(now)) return false;
        allowance.takeOther(now);
        const { number, seq } = message;
        this.#reach.have(member, seq, this.#history.newestSeq);
        member.connection.sendLazily({ kind: "heard", number, seq: this.#history.keptSeq });
        return true;
      }
      default:
        throw new ProtocolError("unexpectedMessage", `a member sent ${message.kind} over UDP`);
    }
  }

  /** Its author learns the number over TCP, whatever becomes of its own copy. */
  #say(member: Member, message: Say, now: number): void {
    const seq = this.#numberAndQueue(member, message);
    if (seq === undefined) return;
    this.#unnumbered.push({ member, id: message.id, seq });
    this.#reach.say(member, seq, now);
  }

  /** Answers {@linkcode Reach}; answers what it costs, in tokens. */
  #tellReach(member: Member, seq: number): number {
    const { registry } = this;
    const author = this.#authorOfSaid(seq) ?? member;
    member.connection.send(this.#reach.of(seq, author, registry.members()));
    return 1 + registry.size / reachedMembersPerToken;
  }

  /** Who said it, where that is still known, and the author is still here. */
  #authorOfSaid(seq: number): Member | undefined {
    const encoded = this.#history.get(seq);
    const said = encoded && decodeMessage(new ByteReader(encoded));
    return said?.kind === "said" ? this.registry.find(said.from) : undefined;
  }

  // -------------------------------------------------------------------------------- global messages

  /** The message's number, unless it had one before, or gets none. */
  #numberAndQueue(member: Member, { id, sentAt, text, signature }: Say): number | undefined {
    if (text === "") {
      member.connection.send({ kind: "rejected", id, code: "textEmpty" });
      return undefined;
    }
    const knownSeq = member.author.said.get(id);
    if (knownSeq !== undefined) {
      this.#repeat(member, id, knownSeq);
      return undefined;
    }
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
    return seq;
  }

  /** The author seems to have missed its own copy; over TCP it will not miss it again. */
  #repeat(member: Member, id: MessageId, seq: number): void {
    if (seq > this.#history.keptSeq) return void this.#unnumbered.push({ member, id, seq });
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
    this.#keepHistory();
    const round = new Round(this.#unsent, this.#history.newestSeq, this.#clock);
    this.#unsent = [];
    for (const member of this.registry.members()) round.add(member);
    return round;
  }

  /** What a crash could undo has no number yet. */
  #keepHistory(): void {
    try {
      this.#history.keep();
    } catch (error) {
      this.#reportStorage(error); // a full disk silences nobody
    }
    for (const { member, id, seq } of this.#unnumbered) {
      member.connection.sendLazily({ kind: "numbered", id, seq });
    }
    this.#unnumbered = [];
  }

  #repairWhenAllowed(member: Member, request: Repair, now: number): void {
    const { author } = member;
    if (!author.mayRepair(now) || !member.keepsUp()) {
      return this.#waitingRepairs.add(member, request);
    }
    author.countRepair(now, this.#repair(member, request));
  }

  /** Answers what it costs, in bytes: a small request can have a long answer. */
  #repair(member: Member, { firstSeq, lastSeq }: Repair): number {
    const { oldestSeq, newestSeq } = this.#history;
    if (firstSeq < oldestSeq) {
      const lastMissing = Math.min(lastSeq, oldestSeq - 1);
      member.connection.send({ kind: "missing", firstSeq, lastSeq: lastMissing });
    }
    let bytes = 0;
    for (let seq = Math.max(firstSeq, oldestSeq); seq <= Math.min(lastSeq, newestSeq); seq++) {
      const said = this.#history.get(seq)!;
      if (bytes + said.length > maxRepairBytes) break;
      bytes += said.length;
      member.connection.sendEncoded(said);
    }
    return bytes;
  }

  // ---------------------------------------------------------------------------------- as time passes

  /** Looks after everybody: who was banned, probes that are due, connections that stall, old news. */
  tick(): void {
    this.#heedOperator();
    const now = this.#clock.now();
    for (const member of this.registry.members()) {
      member.connection.check();
      if (member.hasCaughtUp()) {
        member.connection.sendLazily({ kind: "newest", seq: this.#history.keptSeq });
      }
      this.#probeWhenDue(member, now);
    }
    for (const member of this.#detached.overdue(now)) {
      this.#leave(member, member.detachment!.reason);
    }
    this.#tellPresence();
    for (const [member, request] of this.#waitingRepairs.take()) {
      this.#repairWhenAllowed(member, request, now);
    }
    this.#mailbox.tick();
    this.#reach.tell(this.registry.members(), this.registry.size, now);
    this.#authors.forgetOld(now);
  }

  /** Sends away whom a command of the operator's, in another process, has banned or set free. */
  #heedOperator(): void {
    try {
      if (!this.#store.changed()) return;
      this.#mailbox.recount();
      for (const member of this.registry.members()) {
        const objection = this.#registrar.objectionTo(member);
        if (objection) this.#dismiss(member, objection);
      }
    } catch (error) {
      this.#reportStorage(error);
    }
  }

  #dismiss(member: Member, reason: "banned" | "released" | "protocolViolation"): void {
    member.connection.end(reason);
    this.depart(member, reason);
  }

  #reportStorage(error: unknown): void {
    if (!(error instanceof DataDirError)) throw error;
    this.#outputs.report({ kind: "storageFailed", path: error.path });
  }

  #probeWhenDue(member: Member, now: number): void {
    const { path } = member;
    if (!path.address || member.detachment || path.monitor.nextProbeAt > now) return;
    this.#outputs.sendDatagram({ path, plaintext: member.probe(now, this.#history.keptSeq) });
  }

  #tellPresence(): void {
    if (this.#news) return; // the last ones are still being told
    const { registry } = this;
    this.#news = this.#presence.take(registry.members(), registry.size, this.#clock.now());
    this.#tellSome();
  }

  /** To tell a crowd at once would keep everybody else waiting, and take the memory for all of it. */
  #tellSome(): void {
    for (let told = 0; this.#news && told < membersToldAtOnce; told++) {
      if (this.#news.next().done) this.#news = undefined;
    }
    if (this.#news) this.#clock.after(0, () => this.#tellSome());
  }
}
