import type { MessageId, Send } from "../codec/mod.ts";
import { maxSendBytesInFlight, maxSendsInFlight, maxUndeliveredBytes } from "../limits.ts";

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
  /** Accepted ones, until they are delivered. */
  readonly #accepted = new Map<MessageId, Send>();
  /** Bytes sent to each addressee and not yet delivered: its server keeps no more than so many for it. */
  readonly #undelivered = new Map<string, number>();

  get size(): number {
    return this.#pending.size;
  }

  add(pending: PendingSend): void {
    this.#pending.set(pending.send.id, pending);
  }

  /** The server has it, and will say when it is delivered. */
  accept(id: MessageId): PendingSend | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return undefined;
    const wasSent = this.#inFlight.has(id);
    this.#settle(id);
    this.#accepted.set(id, pending.send);
    if (wasSent) this.#load(pending.send, 1); // until it is delivered
    return pending;
  }

  reject(id: MessageId): PendingSend | undefined {
    return this.#settle(id);
  }

  /** Nothing more will be heard of it; answers whom it was for. */
  conclude(id: MessageId): string | undefined {
    const send = this.#accepted.get(id);
    if (send) this.#load(send, -1);
    this.#accepted.delete(id);
    return send?.to;
  }

  /** Nothing more will be heard of any; answers their ids, and whom they were for. */
  forgetAccepted(): [MessageId, string][] {
    const accepted = [...this.#accepted.values()].map((send) =>
      [send.id, send.to] as [MessageId, string]
    );
    for (const [id] of accepted) this.conclude(id);
    return accepted;
  }

  /** Takes out everything not yet accepted. */
  clear(): PendingSend[] {
    const pending = [...this.#pending.values()];
    this.restart();
    this.#pending.clear();
    return pending;
  }

  /** A new connection knows nothing of what the last one carried: all of it is to be sent again. */
  restart(): void {
    for (const id of this.#inFlight.keys()) {
      const pending = this.#pending.get(id);
      if (pending) this.#load(pending.send, -1);
    }
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
      if (this.#isFullFor(send.to)) continue;
      this.#load(send, 1);
      this.#inFlight.set(send.id, send.envelope.length);
      this.#bytesInFlight += send.envelope.length;
      yield send;
    }
  }

  get #isFull(): boolean {
    return this.#inFlight.size >= maxSendsInFlight || this.#bytesInFlight >= maxSendBytesInFlight;
  }

  #isFullFor(addressee: string): boolean {
    return (this.#undelivered.get(addressee) ?? 0) >= maxUndeliveredBytes;
  }

  /** Counts a message that was sent, or takes it off again. */
  #load({ to, envelope }: Send, sign: 1 | -1): void {
    const bytes = (this.#undelivered.get(to) ?? 0) + sign * envelope.length;
    if (bytes === 0) this.#undelivered.delete(to);
    else this.#undelivered.set(to, bytes);
  }

  #settle(id: MessageId): PendingSend | undefined {
    const pending = this.#pending.get(id);
    if (pending && this.#inFlight.has(id)) this.#load(pending.send, -1);
    this.#pending.delete(id);
    this.#bytesInFlight -= this.#inFlight.get(id) ?? 0;
    this.#inFlight.delete(id);
    return pending;
  }
}
