import { encodedMessage, type MessageId, type Say } from "../codec/mod.ts";
import { maxDatagramPlaintextBytes } from "../crypto/mod.ts";
import {
  firstRepeatMs,
  lazyMs,
  maxDatagramTries,
  maxRoundMs,
  maxSayBytesInFlight,
  maxSaysInFlight,
  roundMsPerMember,
} from "../limits.ts";

/** How a batch is to be sent now. */
export type SayTransmission =
  | { readonly transport: "udp"; readonly plaintext: Uint8Array }
  | { readonly transport: "tcp"; readonly says: readonly Say[] };

/** A global message as it was written: signed once it is known in which room it is said. */
export type UnsignedSay = Omit<Say, "kind" | "signature">;

/** A global message that its author waits to see numbered. */
export interface PendingSay {
  readonly say: UnsignedSay;
  readonly resolve: (numbered: { seq: number }) => void;
  readonly reject: (error: Error) => void;
}

/**
 * How long an author waits for the number of a message before it repeats it: twice a round trip, and what the
 * server may take on top, in milliseconds. A server too busy to answer soon shows in the round trip, and is not
 * asked more often for that.
 *
 * @param roundTripMs as measured, if it was
 * @param members as many as are in the room
 */
export function repeatPauseMs(roundTripMs: number | undefined, members: number): number {
  const { shortest, longest } = firstRepeatMs;
  if (roundTripMs === undefined) return longest;
  const roundMs = Math.min(maxRoundMs, members * roundMsPerMember);
  return Math.max(shortest, Math.min(longest, 2 * roundTripMs + roundMs + lazyMs));
}

/**
 * Global messages on their way out, one batch at a time: the next leaves when the room has numbered the
 * last, so an author's messages keep their order whatever UDP does to them.
 *
 * A batch is as many as share a datagram. It is repeated after {@linkcode repeatPauseMs}, doubling; after
 * {@linkcode maxDatagramTries}, or where a text is too long for a datagram, it goes over TCP.
 */
export class SayQueue {
  /** In the order written; the first {@linkcode SayQueue.#inFlight} of them are under way. */
  readonly #pending = new Map<MessageId, PendingSay>();
  readonly #inFlight = new Set<MessageId>();
  readonly #sign: (say: UnsignedSay) => Say;
  /** What was signed for the room we are in, as it was sent. */
  readonly #signed = new Map<MessageId, { readonly say: Say; readonly encoded: Uint8Array }>();
  #tries = 0;
  #repeatAt: number | undefined;

  /** @param sign signs a message for the room we are in */
  constructor(sign: (say: UnsignedSay) => Say) {
    this.#sign = sign;
  }

  get size(): number {
    return this.#pending.size;
  }

  add(pending: PendingSay): void {
    this.#pending.set(pending.say.id, pending);
  }

  /** Takes out what is settled; `undefined` where it was before, or is another's. */
  settle(id: MessageId): PendingSay | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    this.#signed.delete(id);
    this.#inFlight.delete(id);
    if (this.#inFlight.size === 0) this.#repeatAt = undefined;
    return pending;
  }

  /** Takes out everything. */
  clear(): PendingSay[] {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#signed.clear();
    this.#inFlight.clear();
    return pending;
  }

  /** A new connection stands, perhaps to another room, for which what was signed before is worth nothing. */
  enterRoom(): void {
    this.#signed.clear();
    this.restart();
  }

  /** Nobody may know anything of what was carried: all of it is to be sent again. */
  restart(): void {
    this.#inFlight.clear();
    this.#repeatAt = undefined;
  }

  /** When {@linkcode transmit} has something to do next: now, later, or `undefined` for never. */
  get nextTransmissionAt(): number | undefined {
    if (this.#inFlight.size > 0) return this.#repeatAt;
    return this.#pending.size > 0 ? -Infinity : undefined;
  }

  /**
   * What is to be sent now: the next batch, or the last one again.
   *
   * @param pauseMs to the first repeat over UDP
   */
  transmit(
    now: number,
    isUdpUp: boolean,
    pauseMs: number = firstRepeatMs.longest,
  ): SayTransmission | undefined {
    const dueAt = this.nextTransmissionAt;
    if (dueAt === undefined || dueAt > now) return undefined;
    if (this.#inFlight.size === 0) this.#tries = 0;
    const plaintext = isUdpUp && this.#tries < maxDatagramTries ? this.#fillDatagram() : undefined;
    if (plaintext === undefined) {
      this.#repeatAt = undefined; // TCP does not lose it
      return { transport: "tcp", says: this.#fillBatch() };
    }
    this.#repeatAt = now + pauseMs * 2 ** this.#tries;
    this.#tries++;
    return { transport: "udp", plaintext };
  }

  /** What is in flight, and the next that fit behind it; `undefined` for a long text. */
  #fillDatagram(): Uint8Array | undefined {
    const datagram = new Uint8Array(maxDatagramPlaintextBytes);
    let bytes = 0;
    for (const { say } of this.#pending.values()) {
      const { encoded } = this.#signedOf(say);
      if (bytes + encoded.length > datagram.length) break;
      datagram.set(encoded, bytes);
      bytes += encoded.length;
      this.#inFlight.add(say.id);
    }
    return bytes > 0 ? datagram.subarray(0, bytes) : undefined;
  }

  /** As {@linkcode #fillDatagram}, for TCP. */
  #fillBatch(): Say[] {
    const batch: Say[] = [];
    let bytes = 0;
    for (const { say } of this.#pending.values()) {
      const isFull = batch.length === maxSaysInFlight || bytes >= maxSayBytesInFlight;
      if (isFull && !this.#inFlight.has(say.id)) break;
      const signed = this.#signedOf(say);
      batch.push(signed.say);
      bytes += signed.encoded.length;
    }
    for (const { id } of batch) this.#inFlight.add(id);
    return batch;
  }

  #signedOf(unsigned: UnsignedSay): { readonly say: Say; readonly encoded: Uint8Array } {
    const known = this.#signed.get(unsigned.id);
    if (known) return known;
    const say = this.#sign(unsigned);
    const signed = { say, encoded: encodedMessage(say) };
    this.#signed.set(unsigned.id, signed);
    return signed;
  }
}
