import type { Clock, Timer } from "../clock.ts";
import type { MessageId, RejectedCode, Send } from "../codec/mod.ts";
import {
  expireEveryMs,
  handedOverAtOnce,
  handedOverMs,
  lazyMs,
  letterLifeMs,
  lettersExpiredAtOnce,
  maxUnheardConclusions,
} from "../limits.ts";
import { parseName, type Registry } from "../registry/mod.ts";
import { type Author, outcomeMessage, type SentOutcome } from "./author.ts";
import { DataDirError } from "./data_dir_error.ts";
import type { Conclusion, Letter, Settled } from "./mail_store.ts";
import type { Member } from "./member.ts";
import { Quotas } from "./quotas.ts";
import type { ServerStore } from "./store.ts";

/** Delivery numbers are set aside by so many: a number that a crashed server gave out must not come again. */
const deliveriesReserved = 100_000;

/** After a commit the disk rests for so many times as long as it took: a slow one must not hold up the room. */
const commitRest = 4;

/** A letter that isn't kept yet. */
interface Posted extends Letter {
  /** Who is to hear of it; also while it is away. */
  readonly by: Author;
}

export interface MailboxOptions {
  readonly clock: Clock;
  readonly store: ServerStore;
  readonly registry: Registry<Member>;
  /** Told of a disk that fails: nobody has to leave because of it. */
  readonly reportFailure: (error: DataDirError) => void;
}

/**
 * Private messages, from their acceptance to their addressee's acknowledgement, whoever is away meanwhile.
 *
 * ```
 *        post          commit            received
 * author ───▶ posted ────────▶ accepted ──────────▶ settled: the author hears, now or when it is back
 *               │                                      ▲
 *               └──────────────────────────────────────┘ received before the commit
 * ```
 *
 * Who is here is handed a message at once. It goes to the disk some {@linkcode handedOverMs} later, with the others
 * of that time, and only if it is still unacknowledged: so what is said between two who are here costs the disk
 * nothing, and yet nothing is `accepted` that a crash could lose.
 */
export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #quotas = new Quotas();
  /** Not kept yet, by number. */
  readonly #posted = new Map<number, Posted>();
  /** Still kept, though nobody waits for them any more; by number. */
  readonly #settled = new Map<number, Settled>();
  #commit: Timer | undefined;
  /** Whether it is for letters that nobody has been handed. */
  #isCommitUrgent = false;
  #commitPauseMs: number = lazyMs;
  #newestDelivery = 0;
  #lastReserved = 0;
  /** Whether the disk has failed since the last look. */
  #hasFailed = false;
  #nextExpiryAt: number;

  /** @throws {DataDirError} where the store can't be read */
  constructor(options: MailboxOptions) {
    this.#options = options;
    this.#nextExpiryAt = options.clock.now();
    this.#reserve();
    this.recount();
  }

  // ------------------------------------------------------------------------------------ on their way in

  /** Takes a private message; its author is told what becomes of it. */
  post(member: Member, { id, to, envelope }: Send): void {
    const { author, connection } = member;
    const known = this.#outcomeOf(member, id);
    if (known === "posted") return; // the answer is on its way
    if (known) return connection.send(outcomeMessage(id, known));
    const addressee = this.#options.registry.find(to);
    const key = addressee?.key ?? this.#ownedKey(to);
    if (key === undefined) return reject(member, id, "unknownMember");
    if (this.#newestDelivery === this.#lastReserved) this.#guard(() => this.#reserve());
    if (this.#newestDelivery === this.#lastReserved) return reject(member, id, "storageFailed");
    const isHandedOver = this.#isNextFor(addressee);
    const objection = this.#quotas.claim(member.key, key, envelope.length, isHandedOver);
    if (objection) return reject(member, id, objection);

    const letter = {
      delivery: ++this.#newestDelivery,
      author: member.key,
      from: member.name,
      addressee: key,
      id,
      envelope: envelope.slice(), // a view would keep all of the frame that it came in
      by: author,
    };
    author.sent.set(id, "posted");
    this.#posted.set(letter.delivery, letter);
    this.#commitSoon(!isHandedOver);
    if (isHandedOver) this.#handOver(addressee!, letter);
  }

  /** What was handed over may wait a while: most of it is acknowledged by then, and never goes to the disk. */
  #commitSoon(isUrgent: boolean): void {
    if (this.#commit && (this.#isCommitUrgent || !isUrgent)) return;
    this.#commit?.cancel();
    this.#isCommitUrgent = isUrgent;
    const pauseMs = isUrgent ? this.#commitPauseMs : Math.max(this.#commitPauseMs, handedOverMs);
    this.#commit = this.#options.clock.after(pauseMs, () => this.flush());
  }

  /** Whether a member can be handed a letter at once: it is here, and has all that came before. */
  #isNextFor(addressee: Member | undefined): boolean {
    if (!addressee?.connection.isOpen || addressee.handedOver.isFull) return false;
    return this.#hasAll(addressee);
  }

  /** Says what has become of a private message, to an author that may have missed it. */
  inquire(member: Member, id: MessageId): void {
    const { connection, key } = member;
    const known = this.#outcomeOf(member, id);
    if (known === "posted") return;
    if (known) return connection.send(outcomeMessage(id, known));
    if (this.#options.store.mail.hasFrom(key, id)) return connection.send({ kind: "accepted", id });
    connection.send({ kind: "rejected", id, code: "unknownMessage" });
  }

  /** What has become of a private message, as far as is known: an operator may have removed one that was accepted. */
  #outcomeOf({ author, key }: Member, id: MessageId): SentOutcome | undefined {
    const known = author.sent.get(id);
    if (known !== "accepted") return known;
    let isKept = true; // a disk that fails proves nothing
    this.#guard(() => isKept = this.#options.store.mail.hasFrom(key, id));
    if (!isKept) author.sent.delete(id);
    return isKept ? known : undefined;
  }

  #reserve(): void {
    this.#newestDelivery = this.#options.store.mail.reserve(deliveriesReserved);
    this.#lastReserved = this.#newestDelivery + deliveriesReserved;
  }

  #ownedKey(name: string): string | undefined {
    const parsed = parseName(name);
    return parsed.kind === "name" ? this.#options.store.findOwner(parsed.key)?.key : undefined;
  }

  /** Writes down what has to last, and says so; whatever fails is tried again. */
  flush(): void {
    this.#commit?.cancel();
    this.#commit = undefined;
    this.#guard(() => this.#keepSettled());
    this.#guard(() => this.#keepPosted());
  }

  #keepSettled(): void {
    if (this.#settled.size > 0) this.#options.store.mail.settle([...this.#settled.values()]);
    this.#settled.clear();
  }

  #keepPosted(): void {
    if (this.#posted.size === 0) return;
    this.#keepSettled(); // one that is sealed anew has the id of the one that couldn't be opened
    const { clock, store, registry } = this.#options;
    const posted = [...this.#posted.values()];
    const startedAt = clock.now();
    try {
      for (const { letter, reason } of store.mail.add(posted, clock.wallTime())) {
        this.#quotas.release(letter);
        registry.findByKey(letter.addressee)?.handedOver.settle(letter.delivery);
        if (reason === "nobodys") this.#lose(this.#posted.get(letter.delivery)!);
      }
    } catch (error) {
      for (const letter of posted) this.#giveUp(letter);
      throw error;
    }
    this.#commitPauseMs = Math.max(lazyMs, (clock.now() - startedAt) * commitRest);
    const kept = [...this.#posted.values()];
    this.#posted.clear();
    for (const { author, id, by } of kept) {
      by.sent.set(id, "accepted");
      this.#connected(author)?.connection.sendLazily({ kind: "accepted", id });
    }
    for (const addressee of new Set(kept.map(({ addressee }) => addressee))) {
      const member = this.#connected(addressee);
      if (member && !this.#hasAll(member)) this.#handOverMore(member);
    }
  }

  /** A letter that can't be kept is none of ours, unless its addressee has it already. */
  #giveUp(letter: Posted): void {
    const addressee = this.#options.registry.findByKey(letter.addressee);
    if (addressee?.handedOver.has(letter.delivery)) return;
    this.#posted.delete(letter.delivery);
    this.#quotas.release(letter);
    letter.by.sent.delete(letter.id);
    const member = this.#connected(letter.author);
    if (member) reject(member, letter.id, "storageFailed");
  }

  // ----------------------------------------------------------------------------------- on their way out

  /** Somebody has come in, or back: tells it what it missed. */
  enter(member: Member): void {
    const { author, connection, key } = member;
    const { mail } = this.#options.store;
    if (this.#posted.size + this.#settled.size > 0) this.flush();
    this.#guard(() => {
      if (author.sent.isEmpty && this.#quotas.waitingFrom(key) > 0) {
        for (const id of mail.idsFrom(key)) author.sent.set(id, "accepted");
      }
      for (const { id, conclusion } of mail.takeConclusions(key)) {
        note(author, id, conclusion);
        connection.send(outcomeMessage(id, conclusion));
      }
    });
    this.#handOverMore(member);
  }

  /** The addressee has a letter, or can't open it. */
  settle(addressee: Member, delivery: number, conclusion: "delivered" | "unreadable"): void {
    const letter = addressee.handedOver.settle(delivery);
    if (!letter) return;
    this.#conclude(letter, conclusion);
    if (!this.#hasAll(addressee)) this.#handOverMore(addressee);
  }

  /** Whether a member has been handed all that waits for it. */
  #hasAll({ key, handedOver }: Member): boolean {
    return this.#quotas.waitingFor(key) <= handedOver.size;
  }

  #handOver(addressee: Member, letter: Letter): void {
    const { delivery, from, id, envelope } = letter;
    addressee.handedOver.add(letter);
    addressee.connection.send({ kind: "told", delivery, from, id, envelope });
  }

  /** Hands over what is kept; what isn't yet follows when it is: a commit for each acknowledgement would cost too much. */
  #handOverMore(addressee: Member): void {
    const { handedOver, key } = addressee;
    const { mail } = this.#options.store;
    this.#guard(() => {
      for (let beyond = handedOver.newest; !handedOver.isFull && !this.#hasAll(addressee);) {
        const letters = mail.waitingFor(key, beyond, handedOverAtOnce);
        if (letters.length === 0) return;
        for (const letter of letters) {
          if (handedOver.isFull) return;
          beyond = letter.delivery;
          if (!this.#settled.has(beyond)) this.#handOver(addressee, letter);
        }
      }
    });
  }

  /** Nobody else would hand over what couldn't be read. */
  #handOverWhatIsLeft(): void {
    this.#hasFailed = false;
    for (const member of this.#options.registry.members()) {
      if (member.connection.isOpen && !this.#hasAll(member)) this.#handOverMore(member);
    }
  }

  /** A letter has ended: nobody keeps it any longer, and its author is to hear how. */
  #conclude(letter: Letter, conclusion: Conclusion): void {
    this.#quotas.release(letter);
    const posted = this.#posted.get(letter.delivery);
    this.#posted.delete(letter.delivery);
    const member = this.#connected(letter.author);
    const author = posted?.by ?? member?.author;
    if (author) note(author, letter.id, conclusion);
    member?.connection.send(outcomeMessage(letter.id, conclusion));
    if (posted) return; // its author, should it be away, sends it again, and hears then
    const at = this.#options.clock.wallTime();
    const unheard = member ? undefined : { conclusion, at };
    this.#settled.set(letter.delivery, { letter, unheard });
  }

  /** The member of this key, if it can hear us. */
  #connected(key: string): Member | undefined {
    const member = this.#options.registry.findByKey(key);
    return member?.connection.isOpen ? member : undefined;
  }

  // ---------------------------------------------------------------------------------- as time passes

  /** Tries again what has failed, and gives up what has waited too long. */
  tick(): void {
    if (this.#settled.size > 0 || this.#posted.size > 0 && !this.#commit) this.flush();
    if (this.#hasFailed) this.#handOverWhatIsLeft();
    const { clock } = this.#options;
    if (clock.now() < this.#nextExpiryAt) return;
    this.#nextExpiryAt = clock.now() + expireEveryMs;
    this.#guard(() => this.#expire(clock.wallTime() - letterLifeMs));
  }

  /** Another process has changed the store: names and their mail may be gone. */
  recount(): void {
    const { store, registry } = this.#options;
    this.#keepSettled(); // they aren't counted any more
    const waiting = store.mail.waiting();
    this.#quotas.clear();
    for (const each of waiting) this.#quotas.add(each);
    for (const letter of this.#posted.values()) {
      const isLost = registry.findByKey(letter.author)?.author !== letter.by ||
        !store.findOwner(letter.addressee);
      if (isLost) this.#lose(letter);
      else this.#quotas.add({ ...letter, messages: 1, bytes: letter.envelope.length });
    }
    for (const { handedOver } of registry.members()) {
      for (const { delivery } of handedOver.letters()) {
        if (!this.#posted.has(delivery) && !store.mail.has(delivery)) handedOver.settle(delivery);
      }
    }
  }

  #lose(letter: Posted): void {
    this.#posted.delete(letter.delivery);
    letter.by.sent.delete(letter.id); // sent again, it is judged anew
    const member = this.#connected(letter.author);
    if (member?.author === letter.by) reject(member, letter.id, "unknownMember");
  }

  #expire(time: number): void {
    const { store: { mail }, registry } = this.#options;
    this.flush();
    if (this.#settled.size > 0) return; // what has ended mustn't end once more
    for (const letter of mail.acceptedBefore(time, lettersExpiredAtOnce)) {
      registry.findByKey(letter.addressee)?.handedOver.settle(letter.delivery);
      this.#conclude(letter, "expired");
    }
    mail.forgetConclusions(time, maxUnheardConclusions);
    this.flush();
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof DataDirError)) throw error;
      this.#hasFailed = true;
      this.#options.reportFailure(error);
    }
  }
}

/** Remembers how a private message has ended; what couldn't be opened may be sent anew under its id. */
function note(author: Author, id: MessageId, conclusion: Conclusion): void {
  if (conclusion === "unreadable") author.sent.delete(id);
  else author.sent.set(id, conclusion);
}

function reject({ connection }: Member, id: MessageId, code: RejectedCode): void {
  connection.send({ kind: "rejected", id, code });
}
