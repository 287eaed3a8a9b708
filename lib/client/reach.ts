import type { Reached } from "../codec/mod.ts";
import { ChatError } from "./event.ts";
import type { RoomState } from "./room_order.ts";

/** How far a global message has come. */
export interface Reach {
  /** The message's number. */
  readonly seq: number;
  /** Members that have it, its author not counted. */
  readonly count: number;
  /** Members that are present, its author not counted. */
  readonly present: number;
  /** Who of them lacks it, as many as the server names. */
  readonly lacking: readonly string[];
}

interface Question {
  readonly answered: Promise<Reach>;
  readonly resolve: (reach: Reach) => void;
  readonly reject: (error: ChatError) => void;
}

/** Questions to the server about who has a global message; they outlive the connection. */
export class Reaches {
  readonly #send: (seq: number) => void;
  /** By the message's number. */
  readonly #questions = new Map<number, Question>();
  #ownSeq = 0;
  #room: bigint | undefined;
  #run: bigint | undefined;

  /** @param send asks the server, or nobody while there is no connection */
  constructor(send: (seq: number) => void) {
    this.#send = send;
  }

  /** This message is ours. */
  own(seq: number): void {
    this.#ownSeq = Math.max(this.#ownSeq, seq);
  }

  /**
   * Asks who has a message, otherwise our newest. Waits for as long as there is no connection, and no longer
   * than there may be another.
   *
   * @throws {ChatError} `nothingSaid` where there is no such message
   */
  ask(seq: number | undefined, newestSeq: number): Promise<Reach> {
    const asked = seq ?? this.#ownSeq;
    if (!Number.isInteger(asked) || asked < 1 || asked > newestSeq) {
      return Promise.reject(new ChatError("nothingSaid"));
    }
    const known = this.#questions.get(asked);
    if (known) return known.answered; // one answer is for all who ask
    const { promise: answered, resolve, reject } = Promise.withResolvers<Reach>();
    this.#questions.set(asked, { answered, resolve, reject });
    this.#send(asked);
    return answered;
  }

  /** The server says how far a message has come, asked or by itself, in which case it names nobody. */
  receive({ seq, count, present, lacking }: Reached): void {
    const isAnswer = lacking.length > 0 || count >= present;
    if (isAnswer) this.#take(seq)?.resolve({ seq, count, present, lacking });
  }

  /** A connection stands, on which nothing was asked. */
  enter({ room, run, baseSeq, newestSeq }: RoomState): void {
    const isSameRun = this.#room === room && this.#run === run;
    const keptSeq = isSameRun ? newestSeq : this.#room === room ? baseSeq : 0;
    [this.#room, this.#run] = [room, run];
    if (this.#ownSeq > keptSeq) this.#ownSeq = 0; // the number is, or will be, another message's
    for (const seq of this.#questions.keys()) {
      if (seq > keptSeq) this.#take(seq)?.reject(new ChatError("nothingSaid"));
      else this.#send(seq);
    }
  }

  /** There will be no other connection: whoever waits for an answer gets this one. */
  fail(error: ChatError): void {
    for (const seq of this.#questions.keys()) this.#take(seq)?.reject(error);
  }

  #take(seq: number): Question | undefined {
    const question = this.#questions.get(seq);
    this.#questions.delete(seq);
    return question;
  }
}
