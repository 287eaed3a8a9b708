import type { Identified, Identify, MessageId } from "../codec/mod.ts";
import { randomId } from "../random_id.ts";

interface Enquiry {
  readonly question: Identify;
  readonly resolve: (answer: Identified | undefined) => void;
}

/** Questions to the server about whose a name is; they outlive the connection. */
export class Enquiries {
  readonly #pending = new Map<MessageId, Enquiry>();
  readonly #send: (question: Identify) => void;
  #isClosed = false;

  /** @param send sends over TCP, or nowhere while there is no connection */
  constructor(send: (question: Identify) => void) {
    this.#send = send;
  }

  /**
   * Asks whose a name is. Resolves to `undefined` where it is nobody's; waits for as long as there is no
   * connection, and no longer than there may be another.
   */
  identify(name: string, wantsKeyPackage: boolean): Promise<Identified | undefined> {
    return new Promise((resolve) => {
      if (this.#isClosed) return resolve(undefined);
      const question = { kind: "identify", id: randomId(), name, wantsKeyPackage } as const;
      this.#pending.set(question.id, { question, resolve });
      this.#send(question);
    });
  }

  /** Takes an answer, which may be a view of something that is about to be overwritten. */
  answer({ kind, id, name, signingKey, keyPackage }: Identified): void {
    const answer = {
      kind,
      id,
      name,
      signingKey: signingKey.slice(),
      keyPackage: keyPackage.slice(),
    };
    this.#take(id)?.resolve(answer);
  }

  /** It is nobody's name; `false` where nobody asked. */
  reject(id: MessageId): boolean {
    const enquiry = this.#take(id);
    enquiry?.resolve(undefined);
    return enquiry !== undefined;
  }

  /** A new connection knows nothing of what was asked on the last one. */
  restart(): void {
    for (const { question } of this.#pending.values()) this.#send(question);
  }

  /** There will be no other connection: nobody waits any longer. */
  close(): void {
    this.#isClosed = true;
    for (const { resolve } of this.#pending.values()) resolve(undefined);
    this.#pending.clear();
  }

  #take(id: MessageId): Enquiry | undefined {
    const enquiry = this.#pending.get(id);
    this.#pending.delete(id);
    return enquiry;
  }
}
