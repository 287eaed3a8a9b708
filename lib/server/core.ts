import type { Clock } from "../clock.ts";
import {
  ByteReader,
  decodeMessage,
  type MemberHello,
  type Message,
  ProtocolError,
  readDatagramHeader,
  type RefusedCode,
  type Say,
} from "../codec/mod.ts";
import type { Handshaken } from "../crypto/mod.ts";
import {
  busyRoomPauseMs,
  floodLimits,
  identifyTokens,
  membersToldAtOnce,
  saidCharactersPerToken,
} from "../limits.ts";
import { randomId } from "../random_id.ts";
import { Registry } from "../registry/mod.ts";
import { type DatagramAddress, DatagramPath, type OutgoingDatagram } from "../transport/mod.ts";
import type { FloodLimits } from "./author.ts";
import { Authors } from "./authors.ts";
import { DataDirError } from "./data_dir_error.ts";
import { diagnose } from "./diagnose.ts";
import { DetachedMembers, isBreak } from "./detached_members.ts";
import type { BreakReason, LeftReason, ServerEvent } from "./event.ts";
import { KeyDirectory } from "./key_directory.ts";
import { Mailbox } from "./mailbox.ts";
import { type Connection, Member } from "./member.ts";
import { Presence } from "./presence.ts";
import { isSameIdentity, Registrar, type Registration } from "./registrar.ts";
import { Room } from "./room.ts";
import type { Round } from "./round.ts";
import type { Claimant, ServerStore } from "./store.ts";

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
  readonly #room: Room;
  readonly #presence = new Presence();
  readonly #detached = new DetachedMembers();
  /** Whether an operator has done something that hasn't been heeded yet. */
  #mustHeed = false;
  /** News of who came and went that are being told. */
  #news: Iterator<void> | undefined;
  readonly #authors: Authors;

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
    const { wakeFanOut } = options.outputs;
    this.#room = new Room({ clock, store, registry: this.registry, wakeFanOut, reportFailure });
    this.#room.recall(this.#authors);
  }

  // ------------------------------------------------------------------------------- coming and going

  /**
   * Lets somebody in who has authenticated, or says why not; either way it has been told.
   *
   * @param hello the payload of the last handshake message
   * @throws {DataDirError} where a new name can't be kept
   */
  admit(
    hello: MemberHello | "versionUnsupported",
    handshaken: Handshaken,
    connection: Connection,
  ): Member | undefined {
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
    this.#room.enter(member, previous);
    if (previous) this.#replace(previous);
    this.#welcome(member, previous?.detachment ? "resumed" : "joined");
    return member;
  }

  /**
   * Whose a connection is that isn't for chat: it must be a member's, by its name and both keys. Answers why it
   * is nobody's.
   */
  recognise(hello: MemberHello, identityKey: Uint8Array): Claimant | RefusedCode {
    this.#heedOperator();
    const keys = { identityKey, signingKey: hello.signingKey };
    if (this.#store.isBanned(keys)) return "banned";
    const claim = this.registry.claim(hello.name, identityKey);
    if (claim.kind === "notAName") return claim.error;
    if (claim.kind === "free") return "notInRoom";
    const isOwn = claim.kind === "own" && isSameIdentity(claim.previous, keys);
    return isOwn ? claim.previous : "nameTaken";
  }

  /** Whether somebody is in the room, be it by another connection, or by one that has broken and may come back. */
  isHere(claimant: Claimant): boolean {
    const member = this.registry.findByKey(claimant.key);
    return member !== undefined && isSameIdentity(member, claimant);
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
    this.#room.leave(member);
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
    const run = this.#run;
    connection.send({ kind: "welcome", sessionId, run, name, ...this.#room.position });
    this.#keyDirectory.enter(member);
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
        this.#room.say(member, message, now);
        return Math.max(
          member.allowance.takeSay(now, sayTokens(message)),
          this.#room.isBusy ? busyRoomPauseMs : 0,
        );
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
        this.#room.repair(member, message, now);
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
        this.#room.have(member, message.seq);
        break;
      case "have":
        this.#room.have(member, message.seq);
        break;
      case "reach":
        return member.allowance.takeOther(now, this.#room.tellReach(member, message.seq));
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
        if (this.#room.isBusy || !allowance.hasSay(now)) return false;
        allowance.takeSay(now, sayTokens(message));
        this.#room.say(member, message, now);
        return true;
      case "probe": {
        if (!allowance.hasOther(now)) return false;
        allowance.takeOther(now);
        const { number, seq } = message;
        this.#room.have(member, seq);
        member.connection.sendLazily({ kind: "heard", number, seq: this.#room.keptSeq });
        return true;
      }
      default:
        throw new ProtocolError("unexpectedMessage", `a member sent ${message.kind} over UDP`);
    }
  }

  /** @see Room.takeRound */
  takeRound(): Round | undefined {
    return this.#room.takeRound();
  }

  // ---------------------------------------------------------------------------------- as time passes

  /** Looks after everybody: who was banned, probes that are due, connections that stall, old news. */
  tick(): void {
    this.#heedOperator();
    const now = this.#clock.now();
    for (const member of this.registry.members()) {
      member.connection.check();
      if (member.hasCaughtUp()) {
        member.connection.sendLazily({ kind: "newest", seq: this.#room.keptSeq });
      }
      this.#probeWhenDue(member, now);
    }
    for (const member of this.#detached.overdue(now)) {
      this.#leave(member, member.detachment!.reason);
    }
    this.#tellPresence();
    this.#room.tick(now);
    this.#mailbox.tick();
    this.#authors.forgetOld(now);
  }

  /** Sends away whom a command of the operator's, in another process, has banned or set free. */
  #heedOperator(): void {
    try {
      this.#mustHeed ||= this.#store.changed();
      if (!this.#mustHeed) return;
      this.#mailbox.recount();
      for (const member of this.registry.members()) {
        const objection = this.#registrar.objectionTo(member);
        if (objection) this.#dismiss(member, objection);
      }
      this.#mustHeed = false;
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
    this.#outputs.sendDatagram({ path, plaintext: member.probe(now, this.#room.keptSeq) });
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

/** What a global message costs its author: a long one takes as much of everybody's network as several. */
function sayTokens({ text }: Say): number {
  return Math.ceil(Math.max(1, text.length) / saidCharactersPerToken);
}
