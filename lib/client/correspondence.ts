import type { Clock, Timer } from "../clock.ts";
import type { Content, Inquire, MessageId, RejectedCode, Send } from "../codec/mod.ts";
import { maxOutboxBytes, maxSealings, takeOverMs } from "../limits.ts";
import { parseName } from "../registry/mod.ts";
import type { Contacts } from "./contacts.ts";
import type { EndToEnd } from "./end_to_end.ts";
import type { Enquiries } from "./enquiries.ts";
import { ChatError, type ChatErrorCode, type ClientEvent } from "./event.ts";
import type { Letter, SealedLetter } from "./letter.ts";
import { LetterSealer } from "./letter_sealer.ts";
import { Lanes } from "./lanes.ts";
import { nameKeyOf } from "./name_key.ts";
import { Outbox } from "./outbox.ts";
import { SendQueue } from "./send_queue.ts";
import type { ClientStore } from "./store.ts";

export interface CorrespondenceOptions {
  readonly clock: Clock;
  readonly store: ClientStore;
  readonly sealer: Pick<EndToEnd, "seal" | "begin" | "delivered" | "forget">;
  readonly contacts: Contacts;
  readonly enquiries: Enquiries;
  /** Our own name. */
  readonly name: () => string;
  /** Whether the member of this key is connected, as far as is known. */
  readonly isPresent: (nameKey: string) => boolean;
  readonly emit: (event: ClientEvent) => void;
  /** Says that there is something to send. */
  readonly transmit: () => void;
  /** Told of what this client can't go on from, such as a disk that is full. */
  readonly onFault: (error: unknown) => void;
}

/** Whoever wrote a letter in this process, and waits to see it accepted. */
interface Writer {
  readonly resolve: (accepted: { id: MessageId }) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Private messages to others. Each is a letter in the {@linkcode Outbox} until the server says what has become of
 * it, in this process or a later one. They are sealed one after the other, which takes a while, and may take asking
 * the server for a key first; meanwhile those to the same addressee wait, and nobody else's.
 *
 * ```
 *        seal            transmit          accepted           delivered
 * written ───▶ sealed ─────────▶ in flight ───────▶ accepted ──────────▶ done
 *    ▲           ▲                                  │  │
 *    │           └──────────────────────────────────┘  │ unknownMessage: sent again, the same envelope
 *    └─────────────────────────────────────────────────┘ unreadable: sealed anew, with a new key
 * ```
 */
export class Correspondence {
  readonly #options: CorrespondenceOptions;
  readonly #outbox: Outbox;
  readonly #sealer: LetterSealer;
  readonly #queue: SendQueue;
  readonly #writers = new Map<MessageId, Writer>();
  /** Letters that wait to be sealed. */
  readonly #unsealed = new Set<MessageId>();
  /** In which they wait, by addressee. */
  readonly #lanes = new Lanes();
  #secondLook: Timer | undefined;
  #isOver = false;

  constructor(options: CorrespondenceOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options);
    this.#sealer = new LetterSealer(options);
    this.#queue = new SendQueue(options.isPresent);
  }

  /** Private messages that aren't known to be delivered. */
  get size(): number {
    return this.#outbox.size;
  }

  /**
   * Takes a private message to be sealed and sent; resolves once the server has accepted it. It is on the disk when
   * this returns.
   */
  tell(to: string, content: Content): Promise<{ id: MessageId }> {
    const name = parseName(to);
    if (name.kind === "notAName") return Promise.reject(new ChatError("unknownMember"));
    if (name.key === nameKeyOf(this.#options.name())) {
      return Promise.resolve().then(() => this.#tellUs(content));
    }
    if (this.#outbox.bytes >= maxOutboxBytes) return Promise.reject(new ChatError("outboxFull"));
    return new Promise((resolve, reject) => {
      this.#writers.set(content.id, { resolve, reject });
      this.#faulting(() => this.#queueForSealing(this.#outbox.add(name.name, content)));
    });
  }

  /** A note to oneself needs no server. */
  #tellUs({ id, sentAt, body }: Content): { id: MessageId } {
    if (body.kind !== "text") throw new ChatError("unknownMember");
    const [name, { text }] = [this.#options.name(), body];
    this.#options.emit({ kind: "told", from: name, id, sentAt, text, authenticity: "signed" });
    this.#options.emit({ kind: "delivered", to: name, id });
    return { id };
  }

  // ------------------------------------------------------------------------------------ what is sent when

  /**
   * A new connection stands: what the last one carried is to be sent again, or asked about, and what an earlier
   * start has left behind goes out.
   */
  restart(): void {
    const { clock, transmit } = this.#options;
    this.#queue.restart();
    this.#letGo();
    this.#takeUp();
    this.#secondLook?.cancel();
    this.#secondLook = clock.after(takeOverMs, () => {
      this.#takeUp();
      transmit();
    });
  }

  /** What another process has seen to its end must not be sent again. */
  #letGo(): void {
    this.#faulting(() => {
      for (const id of this.#outbox.forgetRemoved()) {
        this.#queue.remove(id);
        this.#unsealed.delete(id);
        this.#takeWriter(id)?.reject(new ChatError("replaced"));
      }
    });
  }

  #takeUp(): void {
    this.#faulting(() => {
      for (const letter of this.#outbox.load()) {
        if (letter.sealed) this.#queueForSending(letter, letter.sealed);
        else this.#queueForSealing(letter);
      }
    });
  }

  /** Somebody has come or gone. */
  presenceChanged(): void {
    this.#queue.presenceChanged();
  }

  /** What is to be sent now. */
  transmit(): Iterable<Send | Inquire> {
    return this.#queue.transmit();
  }

  #queueForSending({ to, toKey, content: { id } }: Letter, sealed: SealedLetter): void {
    const { envelope, isAccepted } = sealed;
    this.#queue.add({ kind: "send", id, to, envelope }, toKey, isAccepted);
  }

  #queueForSealing({ toKey, content: { id } }: Letter): void {
    this.#unsealed.add(id);
    void this.#lanes.enter(toKey).then(async (leave) => {
      await this.#seal(id);
      leave();
    });
  }

  async #seal(id: MessageId): Promise<void> {
    const letter = this.#outbox.get(id);
    if (!letter || this.#isOver) return;
    try {
      await this.#sealer.seal(
        letter,
        (sealed) => this.#isOver ? undefined : this.#outbox.seal(id, sealed),
      );
      if (this.#isOver) return;
      this.#unsealed.delete(id);
      const sealed = this.#outbox.reread(id); // another process may have been faster
      if (sealed?.sealed) this.#queueForSending(sealed, sealed.sealed);
      this.#options.transmit();
    } catch (error) {
      if (!(error instanceof ChatError)) return this.#options.onFault(error);
      if (!this.#isOver) this.#faulting(() => this.#giveUp(id, error.code));
    }
  }

  // -------------------------------------------------------------------------------- what the server says

  /** The server has it, and will say when it is delivered. */
  accept(id: MessageId): void {
    if (this.#isOver || !this.#queue.accept(id)) return;
    this.#outbox.accept(id);
    this.#takeWriter(id)?.resolve({ id });
  }

  /** The addressee has it. */
  deliver(id: MessageId): void {
    const letter = this.#outbox.get(id);
    if (!letter || this.#isOver) return; // the next start asks what has become of it
    if (letter.sealed) this.#options.sealer.delivered(letter.to, letter.sealed.groupId);
    this.#forget(id);
    this.#takeWriter(id)?.resolve({ id }); // to a repeat, this may be the only answer
    const isText = letter.content.body.kind === "text";
    if (isText) this.#options.emit({ kind: "delivered", to: letter.to, id });
  }

  /** The server can't deliver it; `false` where it is none of ours. */
  reject(id: MessageId, code: RejectedCode): boolean {
    const letter = this.#outbox.get(id);
    if (!letter) return false;
    if (this.#isOver) return true;
    if (code === "unknownMessage") this.#queue.sendAgain(id);
    else if (code !== "unreadable") this.#giveUp(id, code);
    else if (!this.#unsealed.has(id)) this.#sealAnew(letter);
    return true;
  }

  /** There will be no other connection: whoever waits for an answer gets this one. Letters stay in the outbox. */
  fail(error: ChatError): void {
    this.#isOver = true;
    this.#secondLook?.cancel();
    for (const { reject } of this.#writers.values()) reject(error);
    this.#writers.clear();
    this.#queue.clear();
    this.#outbox.stop();
  }

  /** Its addressee has lost the keys: a new group is for all that is still to come. */
  #sealAnew(letter: Letter): void {
    const { to, content: { id }, sealings, sealed } = letter;
    if (sealings >= maxSealings) return this.#giveUp(id, "unreadable");
    if (this.#queue.accept(id)) this.#outbox.accept(id); // the server had taken it, and has it no longer
    if (sealed) this.#options.sealer.forget(to, sealed.groupId);
    this.#queue.remove(id);
    this.#queueForSealing(letter);
  }

  /** Says that a letter won't be delivered: to its writer, or to everybody where that one was told otherwise. */
  #giveUp(id: MessageId, code: ChatErrorCode): void {
    const letter = this.#outbox.get(id);
    if (!letter) return;
    this.#forget(id);
    this.#outbox.flush(); // what was said not to be delivered must not be
    const writer = this.#takeWriter(id);
    if (writer) writer.reject(new ChatError(code));
    else this.#options.emit({ kind: "undelivered", to: letter.to, id, code });
  }

  #forget(id: MessageId): void {
    this.#unsealed.delete(id);
    this.#queue.remove(id);
    this.#outbox.remove(id);
  }

  #takeWriter(id: MessageId): Writer | undefined {
    const writer = this.#writers.get(id);
    this.#writers.delete(id);
    return writer;
  }

  /** Does what has to be kept on disk, where nobody above would catch that it can't be. */
  #faulting(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#options.onFault(error);
    }
  }
}
