import type { Inquire, MessageId, Send } from "../codec/mod.ts";
import {
  maxInquiriesInFlight,
  maxSendBytesInFlight,
  maxSendsInFlight,
  maxUndeliveredBytes,
} from "../limits.ts";

/** How far a private message has come, by what this connection knows. */
type Stage =
  /** To be sent. */
  | "waiting"
  /** Sent, and not answered. */
  | "inFlight"
  /** The server answers for it. */
  | "accepted"
  /** It did so on an earlier connection: it is to be asked what has become of it. */
  | "doubted"
  /** It has been asked. */
  | "inquired"
  /** Nothing more is to be done about it. */
  | "gone";

interface Entry {
  readonly send: Send;
  readonly line: Line;
  stage: Stage;
}

/** What is for one addressee. */
interface Line {
  readonly addressee: string;
  /** In order; some of them may have gone on meanwhile. */
  readonly waiting: Entry[];
  /** All that there are, in whatever stage. */
  entries: number;
  /** Sent, and not delivered as far as we know. */
  undeliveredBytes: number;
}

/**
 * Sealed private messages on their way out, so many at a time that no connection chokes on them, and no
 * addressee. Those to one addressee keep their order; addressees take turns.
 *
 * ```
 *   add         transmit           accept            remove
 * ──────▶ waiting ─────▶ inFlight ───────▶ accepted ───────▶
 *           ▲ ▲             │               │    ▲
 *           │ └─────────────┘ restart       │    │ accept
 *           │ sendAgain        restart ▼    │    │
 *           └─────────────── inquired ◀── doubted
 *                                  transmit
 * ```
 */
export class SendQueue {
  readonly #isPresent: (addressee: string) => boolean;
  /** In the order in which they were added. */
  readonly #entries = new Map<MessageId, Entry>();
  readonly #lines = new Map<string, Line>();
  /** Lines in which something waits, the next one first. */
  readonly #turns = new Set<Line>();
  /** Lines in which something waits, but whose addressee has enough to do. */
  readonly #full = new Set<Line>();
  #doubted: Entry[] = [];
  #sendsInFlight = 0;
  #bytesInFlight = 0;
  #inquiriesInFlight = 0;

  /** @param isPresent whether an addressee is connected, so that what is sent to it will soon be delivered */
  constructor(isPresent: (addressee: string) => boolean) {
    this.#isPresent = isPresent;
  }

  /**
   * Takes a message that is to be sent or, where the server has accepted it before, asked about.
   *
   * @param addressee equal for all spellings of the addressee's name
   */
  add(send: Send, addressee: string, isAccepted: boolean): void {
    const line = this.#lineOf(addressee);
    line.entries++;
    const entry: Entry = { send, line, stage: "waiting" };
    this.#entries.set(send.id, entry);
    this.#move(entry, isAccepted ? "doubted" : "waiting");
  }

  /** The server answers for it; `false` where that was known, or it isn't here. */
  accept(id: MessageId): boolean {
    const entry = this.#entries.get(id);
    if (!entry || entry.stage === "accepted") return false;
    this.#move(entry, "accepted");
    return true;
  }

  /** The server, asked about it, knows nothing of it. What else it says it doesn't know, is none of our asking. */
  sendAgain(id: MessageId): void {
    const entry = this.#entries.get(id);
    if (entry?.stage === "inquired") this.#move(entry, "waiting");
  }

  /** Nothing more is to be done about it. */
  remove(id: MessageId): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#move(entry, "gone");
    this.#entries.delete(id);
    const { line } = entry;
    if (--line.entries > 0) return;
    this.#lines.delete(line.addressee);
    this.#turns.delete(line);
    this.#full.delete(line);
  }

  /** Forgets everything. */
  clear(): void {
    for (const id of [...this.#entries.keys()]) this.remove(id);
  }

  /**
   * A new connection knows nothing of what the last one carried: what was not accepted is to be sent again, and
   * the rest asked about.
   */
  restart(): void {
    this.#doubted = [];
    this.#turns.clear();
    this.#full.clear();
    for (const { waiting } of this.#lines.values()) waiting.length = 0;
    for (const entry of this.#entries.values()) {
      const isSent = entry.stage === "waiting" || entry.stage === "inFlight";
      this.#move(entry, isSent ? "waiting" : "doubted");
    }
  }

  /** Somebody has come or gone. */
  presenceChanged(): void {
    for (const line of this.#full) this.#turns.add(line);
    this.#full.clear();
  }

  /** What is to be sent now. */
  *transmit(): Iterable<Send | Inquire> {
    yield* this.#inquire();
    for (const line of this.#turns) { // which goes on to those that are added meanwhile
      if (this.#sendsInFlight >= maxSendsInFlight) return;
      if (this.#bytesInFlight >= maxSendBytesInFlight) return;
      this.#turns.delete(line);
      if (line.undeliveredBytes >= maxUndeliveredBytes && this.#isPresent(line.addressee)) {
        this.#full.add(line);
        continue;
      }
      const entry = takeFirst(line.waiting, "waiting");
      if (!entry) continue;
      this.#move(entry, "inFlight");
      this.#turns.add(line);
      yield entry.send;
    }
  }

  *#inquire(): Iterable<Inquire> {
    while (this.#inquiriesInFlight < maxInquiriesInFlight) {
      const entry = takeFirst(this.#doubted, "doubted");
      if (!entry) return;
      this.#move(entry, "inquired");
      yield { kind: "inquire", id: entry.send.id };
    }
  }

  #move(entry: Entry, stage: Stage): void {
    this.#count(entry, -1);
    entry.stage = stage;
    this.#count(entry, 1);
    const { line } = entry;
    if (stage === "doubted") this.#doubted.push(entry);
    if (stage === "waiting") line.waiting.push(entry);
    this.#giveTurn(line);
  }

  #giveTurn(line: Line): void {
    if (line.waiting.length === 0) return;
    if (line.undeliveredBytes < maxUndeliveredBytes) this.#full.delete(line);
    if (!this.#full.has(line)) this.#turns.add(line);
  }

  #count({ stage, line, send: { envelope: { length } } }: Entry, sign: 1 | -1): void {
    if (stage !== "waiting" && stage !== "gone") line.undeliveredBytes += sign * length;
    if (stage === "inquired") this.#inquiriesInFlight += sign;
    if (stage !== "inFlight") return;
    this.#sendsInFlight += sign;
    this.#bytesInFlight += sign * length;
  }

  #lineOf(addressee: string): Line {
    const known = this.#lines.get(addressee);
    if (known) return known;
    const line = { addressee, waiting: [], entries: 0, undeliveredBytes: 0 };
    this.#lines.set(addressee, line);
    return line;
  }
}

/** Takes out the first that is still in this stage; there are at most `maxOutbox`, of which that is quick. */
function takeFirst(entries: Entry[], stage: Stage): Entry | undefined {
  for (let entry = entries.shift(); entry; entry = entries.shift()) {
    if (entry.stage === stage) return entry;
  }
  return undefined;
}
