import { concat } from "@std/bytes/concat";
import type { Clock } from "../clock.ts";
import { maxDatagramPlaintextBytes } from "../crypto/mod.ts";
import type { OutgoingDatagram } from "../transport/mod.ts";
import type { Member } from "./member.ts";

/** A probe's length; each datagram leaves room for one. */
const probeBytes = 13;
const maxBodyBytes = maxDatagramPlaintextBytes - probeBytes;

/**
 * Global messages on their way to everybody: packed once, then sealed for each member.
 *
 * Under load many messages come together between two rounds, and then share datagrams: what a message
 * costs falls as the room gets busier.
 */
export class Round {
  readonly #messages: readonly Uint8Array[];
  readonly #newestSeq: number;
  readonly #clock: Clock;
  readonly #bodies: readonly Uint8Array[];
  readonly #overUdp: Member[] = [];

  /** @param messages encoded, in order */
  constructor(messages: readonly Uint8Array[], newestSeq: number, clock: Clock) {
    this.#messages = messages;
    this.#newestSeq = newestSeq;
    this.#clock = clock;
    this.#bodies = pack(messages.filter(fitsDatagram));
  }

  /**
   * Takes a member in. What can't go to it by datagrams goes over TCP now; who doesn't keep up gets
   * nothing, and asks for it later.
   */
  add(member: Member): void {
    if (!member.keepsUp()) return;
    const isUp = member.takesDatagrams(this.#clock.now());
    if (isUp) this.#overUdp.push(member);
    for (const message of this.#messages) {
      if (isUp && fitsDatagram(message)) continue;
      if (!member.keepsUp()) return; // what is sent in one round can be too much by itself
      member.connection.sendEncoded(message);
    }
  }

  /** The datagrams, each member's in the order in which they are to leave. */
  *datagrams(): Iterable<OutgoingDatagram> {
    for (const body of this.#bodies) {
      const now = this.#clock.now();
      for (const member of this.#overUdp) {
        const { path } = member;
        path.monitor.use(now);
        const isProbeDue = !member.detachment && path.monitor.nextProbeAt <= now;
        const plaintext = isProbeDue ? concat([body, member.probe(now, this.#newestSeq)]) : body;
        yield { path, plaintext };
      }
    }
  }
}

function fitsDatagram(message: Uint8Array): boolean {
  return message.length <= maxBodyBytes;
}

/** Fills as few datagrams as the order of the messages allows. */
function pack(messages: readonly Uint8Array[]): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  let body: Uint8Array[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (bytes + message.length > maxBodyBytes) {
      bodies.push(concat(body));
      body = [];
      bytes = 0;
    }
    body.push(message);
    bytes += message.length;
  }
  if (body.length > 0) bodies.push(concat(body));
  return bodies;
}
