import type { Clock } from "../clock.ts";
import {
  ByteReader,
  decodeMessage,
  encodedMessage,
  type MessageId,
  type Repair,
  type Said,
  type Say,
} from "../codec/mod.ts";
import { maxRepairBytes, maxUnsentBytes, reachedMembersPerToken } from "../limits.ts";
import { parseName, type Registry } from "../registry/mod.ts";
import type { Authors } from "./authors.ts";
import { DataDirError } from "./data_dir_error.ts";
import { History } from "./history.ts";
import type { Member } from "./member.ts";
import { Reach } from "./reach.ts";
import { Round } from "./round.ts";
import type { ServerStore } from "./store.ts";
import { WaitingRepairs } from "./waiting_repairs.ts";

export interface RoomOptions {
  readonly clock: Clock;
  readonly store: ServerStore;
  readonly registry: Registry<Member>;
  /** There is something for everybody: {@linkcode Room.takeRound} wants to be called soon. */
  readonly wakeFanOut: () => void;
  /** Told of a disk that fails: it silences nobody. */
  readonly reportFailure: (error: DataDirError) => void;
}

/**
 * What is said to everybody: numbered, kept, sent in rounds, and repeated to whoever missed some.
 *
 * ```
 *         say               takeRound
 * author ─────▶ numbered ─────────────▶ kept, and on its way to everybody ──▶ repaired where it was lost
 * ```
 */
export class Room {
  readonly #options: RoomOptions;
  readonly #history: History;
  readonly #reach = new Reach();
  readonly #waitingRepairs = new WaitingRepairs();
  /** Messages numbered and not yet sent, encoded. */
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  /** Authors to be told the numbers of those, once they are kept. */
  #unnumbered: { readonly member: Member; readonly id: MessageId; readonly seq: number }[] = [];

  /** @throws {DataDirError} where the store can't be read */
  constructor(options: RoomOptions) {
    this.#options = options;
    this.#history = new History(options.store.room);
  }

  /** Where the room is, for a welcome. */
  get position(): { room: bigint; baseSeq: number; newestSeq: number } {
    const { room, baseSeq, newestSeq } = this.#history;
    return { room, baseSeq, newestSeq };
  }

  /** Number of the newest message that has been kept: of those after it nobody may hear yet. */
  get keptSeq(): number {
    return this.#history.keptSeq;
  }

  /** Who repeats what the last run of this server has numbered must not be heard twice. */
  recall(authors: Authors): void {
    const { clock, store } = this.#options;
    for (const [seq, message] of this.#history.messages()) {
      const said = decodeMessage(new ByteReader(message)) as Said;
      const parsed = parseName(said.from);
      const owner = parsed.kind === "name" ? store.findOwner(parsed.key) : undefined;
      if (!owner) continue;
      authors.enter(owner, clock.now()).said.set(said.id, seq);
      authors.leave(owner, clock.now());
    }
  }

  /** Somebody is here, perhaps again. */
  enter(member: Member, previous: Member | undefined): void {
    this.#reach.enter(member, previous, this.#history.newestSeq);
  }

  /** Somebody has left for good. */
  leave(member: Member): void {
    this.#reach.leave(member);
  }

  /** A member has everything up to `seq`. */
  have(member: Member, seq: number): void {
    this.#reach.have(member, seq, this.#history.newestSeq);
  }

  /** Takes a message for everybody; its author learns the number over TCP, whatever becomes of its own copy. */
  say(member: Member, message: Say, now: number): void {
    const seq = this.#numberAndQueue(member, message);
    if (seq === undefined) return;
    this.#unnumbered.push({ member, id: message.id, seq });
    this.#reach.say(member, seq, now);
  }

  /** Whether more is said than leaves: whoever says more has to wait. */
  get isBusy(): boolean {
    return this.#unsentBytes > maxUnsentBytes;
  }

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
    this.#unsentBytes += said.length;
    this.#options.wakeFanOut();
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
    const round = new Round(this.#unsent, this.#history.newestSeq, this.#options.clock);
    this.#unsent = [];
    this.#unsentBytes = 0;
    for (const member of this.#options.registry.members()) round.add(member);
    return round;
  }

  /** What a crash could undo has no number yet. */
  #keepHistory(): void {
    try {
      this.#history.keep();
    } catch (error) {
      if (!(error instanceof DataDirError)) throw error;
      this.#options.reportFailure(error);
    }
    for (const { member, id, seq } of this.#unnumbered) {
      member.connection.sendLazily({ kind: "numbered", id, seq });
    }
    this.#unnumbered = [];
  }

  /** Repeats what a member has missed, as soon as it may have it. */
  repair(member: Member, request: Repair, now: number): void {
    const { author } = member;
    if (!author.mayRepair(now) || !member.keepsUp()) {
      return this.#waitingRepairs.add(member, request);
    }
    author.countRepair(now, this.#repair(member, request));
  }

  /** Answers what it costs, in bytes: a small request can have a long answer. */
  #repair(member: Member, { firstSeq, lastSeq }: Repair): number {
    const { oldestSeq, keptSeq } = this.#history;
    if (firstSeq < oldestSeq) {
      const lastMissing = Math.min(lastSeq, oldestSeq - 1, keptSeq);
      if (firstSeq <= lastMissing) {
        member.connection.send({ kind: "missing", firstSeq, lastSeq: lastMissing });
      }
    }
    let bytes = 0;
    for (let seq = Math.max(firstSeq, oldestSeq); seq <= Math.min(lastSeq, keptSeq); seq++) {
      const said = this.#history.get(seq)!;
      if (bytes + said.length > maxRepairBytes) break;
      bytes += said.length;
      member.connection.sendEncoded(said);
    }
    return bytes;
  }

  /** Says who lacks a message; answers what that costs, in tokens. */
  tellReach(member: Member, seq: number): number {
    const { registry } = this.#options;
    const author = this.#authorOfSaid(seq) ?? member;
    const reached = this.#reach.of(seq, author, registry.members());
    member.connection.send(reached);
    return 1 + registry.size / reachedMembersPerToken + reached.lacking.length;
  }

  /** Who said it, where that is still known, and the author is still here. */
  #authorOfSaid(seq: number): Member | undefined {
    const encoded = this.#history.get(seq);
    const said = encoded && decodeMessage(new ByteReader(encoded));
    return said?.kind === "said" ? this.#options.registry.find(said.from) : undefined;
  }

  /** As time passes: repairs that had to wait, and how far everybody's words have come. */
  tick(now: number): void {
    const { registry } = this.#options;
    for (const [member, request] of this.#waitingRepairs.take()) this.repair(member, request, now);
    this.#reach.tell(registry.members(), now);
  }
}
