import type { Content, MessageId } from "../codec/mod.ts";
import type { SealedEnvelope } from "./end_to_end.ts";
import { accepted, decodeLetter, encodeLetter, type Letter, newLetter } from "./letter.ts";
import { lostTooOften } from "./lost_too_often.ts";
import { idIn, orderIn, outboxKey, outboxPrefix } from "./outbox_key.ts";
import { OutboxNews, type OutboxNewsOptions } from "./outbox_news.ts";
import { type Change, type ClientStore, StoreError } from "./store.ts";

interface Kept {
  readonly key: string;
  readonly letter: Letter;
  /** Of its record. */
  readonly bytes: number;
}

/**
 * The private messages of ours that are not yet known to have been delivered, in the client's store: the next
 * start goes on with what this one leaves behind.
 *
 * ```
 *       add              seal             accept            remove
 * ───────────▶ written ───────▶ sealed ──────────▶ accepted ───────▶
 *    durable     │     durable    │ ▲       lazy      │        lazy
 *                │                │ └─────────────────┤
 *                └────────────────┴───────────────────┘ seal anew, or remove
 * ```
 *
 * A letter, once added, is not lost. Its envelope is written at once with the state of the ratchet that made
 * it. That it was accepted, or has arrived, may be lost when the process is killed: the server is then asked
 * again, and knows.
 */
export class Outbox {
  readonly #store: ClientStore;
  readonly #kept = new Map<MessageId, Kept>();
  readonly #news: OutboxNews;
  #lastOrder: number | undefined;
  #bytes = 0;

  constructor(options: OutboxNewsOptions) {
    this.#store = options.store;
    this.#news = new OutboxNews(options);
  }

  /** Letters in it. */
  get size(): number {
    return this.#kept.size;
  }

  /** Bytes that they take, with their envelopes. */
  get bytes(): number {
    return this.#bytes;
  }

  get(id: MessageId): Letter | undefined {
    return this.#kept.get(id)?.letter;
  }

  /**
   * Takes up the letters that an earlier process, or another one, has left in the store, in the order in which
   * they were written; answers those that weren't known.
   *
   * @throws {StoreError}
   */
  load(): Letter[] {
    const loaded: Letter[] = [];
    for (const key of this.#store.keys(outboxPrefix)) {
      const id = idIn(key);
      if (this.#kept.has(id) || this.#news.isRemoved(key)) continue;
      const letter = this.#read(key, id);
      if (letter) loaded.push(letter);
    }
    return loaded;
  }

  /** Lets go of letters that another process has seen to their end; answers their ids. */
  forgetRemoved(): MessageId[] {
    const keys = new Set(this.#store.keys(outboxPrefix));
    const removed = [...this.#kept.values()].filter(({ key }) => !keys.has(key));
    for (const { key, letter } of removed) {
      this.#drop(letter.content.id);
      this.#news.drop(key);
    }
    return removed.map(({ letter }) => letter.content.id);
  }

  /**
   * Keeps a new letter; it is on the disk when this returns.
   *
   * @throws {StoreError}
   */
  add(to: string, content: Content): Letter {
    const letter = newLetter(to, content);
    const key = outboxKey(this.#nextOrder(), content.id);
    const value = encodeLetter(letter);
    if (!this.#store.commit([{ key, value, version: 0 }])) throw lostTooOften(); // nobody has this id
    this.#keep({ key, letter, bytes: value.length });
    return letter;
  }

  /**
   * What has to be written so that a letter keeps its new envelope; `undefined` where it needs none, since it has
   * been removed, or another process has sealed it. {@linkcode reread} it afterwards, either way.
   */
  seal(id: MessageId, sealed: SealedEnvelope): Change[] | undefined {
    const kept = this.#kept.get(id);
    const stored = kept && this.#store.get(kept.key);
    if (!stored || this.#news.isRemoved(kept.key)) return undefined;
    const { letter, key } = kept;
    const { sealings } = letter;
    if (decodeLetter(stored.value).sealings !== sealings) return undefined;
    const isAccepted = false;
    const next = { ...letter, sealings: sealings + 1, sealed: { ...sealed, isAccepted } };
    return [{ key, value: encodeLetter(next), version: stored.version }];
  }

  /** The letter as the store has it now; `undefined` where another process has removed it. */
  reread(id: MessageId): Letter | undefined {
    const kept = this.#kept.get(id);
    if (!kept) return undefined;
    this.#drop(id);
    this.#news.drop(kept.key);
    return this.#read(kept.key, id);
  }

  /** The server answers for it. */
  accept(id: MessageId): void {
    const kept = this.#kept.get(id);
    if (!kept?.letter.sealed || kept.letter.sealed.isAccepted) return;
    this.#keep({ ...kept, letter: accepted(kept.letter) });
    this.#news.add(kept.key, "accepted");
  }

  /** Nothing more will be heard of it. {@linkcode flush} where it must not come back after the process is killed. */
  remove(id: MessageId): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    this.#drop(id);
    this.#news.add(kept.key, "removed");
  }

  /**
   * Tells the store what it doesn't know yet.
   *
   * @throws {StoreError}
   */
  flush(): void {
    this.#news.flush();
  }

  /** There will be no other connection: tells the store what it can, and leaves the rest to the next start. */
  stop(): void {
    try {
      this.flush();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  #read(key: string, id: MessageId): Letter | undefined {
    const stored = this.#store.get(key);
    if (!stored) return undefined;
    const letter = decodeLetter(stored.value);
    this.#keep({ key, letter, bytes: stored.value.length });
    return this.get(id);
  }

  #keep(kept: Kept): void {
    const { id } = kept.letter.content;
    this.#bytes += kept.bytes - (this.#kept.get(id)?.bytes ?? 0);
    this.#kept.set(id, kept);
  }

  #drop(id: MessageId): void {
    this.#bytes -= this.#kept.get(id)?.bytes ?? 0;
    this.#kept.delete(id);
  }

  #nextOrder(): number {
    this.#lastOrder ??= this.#store.keys(outboxPrefix).reduce(
      (last, key) => Math.max(last, orderIn(key)),
      0,
    );
    return ++this.#lastOrder;
  }
}
