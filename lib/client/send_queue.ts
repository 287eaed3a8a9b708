import type { MessageId, Send } from "../codec/mod.ts";
import { maxSendBytesInFlight, maxSendsInFlight } from "../limits.ts";

/** A private message that its author waits to see accepted, and then delivered. */
export interface PendingSend {
  readonly send: Send;
  readonly resolve: (accepted: { id: MessageId }) => void;
  readonly reject: (error: Error) => void;
}

/** Private messages on their way out, in order, so many at a time that no connection chokes on them. */
export class SendQueue {
  /** In the order written; the first of them are in flight. */
  readonly #pending = new Map<MessageId, PendingSend>();
  readonly #inFlight = new Map<MessageId, number>();
  #bytesInFlight = 0;
  /** Accepted ones, with their addressees, until they are delivered. */
  readonly #accepted = new Map<MessageId, string>();

  get size(): number {
    return this.#pending.size;
  }

  add(pending: PendingSend): void {
    this.#pending.set(pending.send.id, pending);
  }

  /** The server has it, and will say when it is delivered. */
  accept(id: MessageId): PendingSend | undefined {
    const pending = this.#settle(id);
    if (pending) this.#accepted.set(id, pending.send.to);
    return pending;
  }

  reject(id: MessageId): PendingSend | undefined {
    return this.#settle(id);
  }

  /** Nothing more will be heard of it; answers whom it was for. */
  conclude(id: MessageId): string | undefined {
    const to = this.#accepted.get(id);
    this.#accepted.delete(id);
    return to;
  }

  /** Nothing more will be heard of any; answers their ids, and whom they were for. */
  forgetAccepted(): [MessageId, string][] {
    const accepted = [...this.#accepted];
    this.#accepted.clear();
    return accepted;
  }

  /** Takes out everything not yet accepted. */
  clear(): PendingSend[] {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.restart();
    return pending;
  }

  /** A new connection knows nothing of what the last one carried: all of it is to be sent again. */
  restart(): void {
    this.#inFlight.clear();
    this.#bytesInFlight = 0;
  }

  /** What is to be sent now. */
  *transmit(): Iterable<Send> {
    if (this.#inFlight.size === this.#pending.size) return;
    if (this.#isFull) return;
    for (const { send } of this.#pending.values()) {
      if (this.#inFlight.has(send.id)) continue;
      if (this.#isFull) return;
      this.#inFlight.set(send.id, send.envelope.length);
      this.#bytesInFlight += send.envelope.length;
      yield send;
    }
  }

  get #isFull(): boolean {
    return this.#inFlight.size >= maxSendsInFlight || this.#bytesInFlight >= maxSendBytesInFlight;
  }

  #settle(id: MessageId): PendingSend | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    this.#bytesInFlight -= this.#inFlight.get(id) ?? 0;
    this.#inFlight.delete(id);
    return pending;
  }
}
