import {
  type Body,
  type MemberMessage,
  type MessageId,
  ProtocolError,
  type Text,
  type Told,
} from "../codec/mod.ts";
import { maxUnopenedBytes, maxUnreadableRemembered, unopenedOverheadBytes } from "../limits.ts";
import type { Contacts } from "./contacts.ts";
import type { EndToEnd, Opened } from "./end_to_end.ts";
import type { ClientEvent } from "./event.ts";
import { Lanes } from "./lanes.ts";
import { nameKeyOf } from "./name_key.ts";
import { StoreError } from "./store.ts";

/** Takes what an author says of files, and resolves once that is kept. */
export type Negotiate = (
  from: string,
  body: Exclude<Body, Text>,
  authenticity: "signed" | "newKey",
) => Promise<void>;

export interface InboxOptions {
  readonly opener: Pick<EndToEnd, "open">;
  readonly contacts: Contacts;
  /** Our own name. */
  readonly name: () => string;
  readonly emit: (event: ClientEvent) => void;
  /** Emits an event; resolves once somebody has seen it, or with `false` where nobody will. */
  readonly show: (event: ClientEvent) => Promise<boolean>;
  readonly negotiate: Negotiate;
  /** Told of what this client can't go on from, such as a disk that is full. */
  readonly onFault: (error: unknown) => void;
}

/** Sends over TCP on one connection, or nowhere once that is gone. */
export type Answer = (message: MemberMessage) => void;

/**
 * Private messages to us: opened, shown, kept, and only then acknowledged. Those of one author keep their
 * order, and nobody waits for what another has written.
 */
export class Inbox {
  readonly #options: InboxOptions;
  /** In which messages wait to be opened, by author. */
  readonly #lanes = new Lanes();
  #unopenedBytes = 0;
  /** Messages that couldn't be opened, by author and id. */
  readonly #unreadable = new Set<string>();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /**
   * Takes a private message, which may be a view of something that is about to be overwritten.
   *
   * @param send answers on the connection that it came by: the numbers of deliveries are no other's
   * @throws {ProtocolError} `lengthOverLimit` where more wait than a server ever has on their way
   */
  receive({ kind, delivery, from, id, envelope }: Told, send: Answer): void {
    const bytes = envelope.length + unopenedOverheadBytes;
    if (this.#unopenedBytes + bytes > maxUnopenedBytes) {
      throw new ProtocolError("lengthOverLimit", "too many private messages at a time");
    }
    this.#unopenedBytes += bytes;
    const told = { kind, delivery, from, id, envelope: envelope.slice() };
    void this.#lanes.enter(from).then(async (leave) => {
      await this.#open(told, send).catch(this.#options.onFault);
      this.#unopenedBytes -= bytes;
      leave();
    });
  }

  async #open({ delivery, from, id, envelope }: Told, send: Answer): Promise<void> {
    const opened = await this.#unseal(from, id, envelope);
    switch (opened.kind) {
      case "opened":
        // seen before it is kept: should this be the end, the server hands it on once more
        if (!await this.#show(from, opened)) return opened.drop();
        if (opened.keep()) send({ kind: "received", delivery });
        return;
      case "repeated":
        return send({ kind: "received", delivery });
      case "unreadable":
        this.#complain(from, id);
        return send({ kind: "unreadable", delivery });
      default:
        return opened satisfies never;
    }
  }

  /** Our own notes never come from a server; and no envelope may end the program. */
  async #unseal(from: string, id: MessageId, envelope: Uint8Array): Promise<Opened> {
    const { opener, name } = this.#options;
    if (nameKeyOf(from) === nameKeyOf(name())) return { kind: "unreadable" };
    try {
      return await opener.open(from, id, envelope);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      return { kind: "unreadable" };
    }
  }

  async #show(
    from: string,
    { content, sender }: Extract<Opened, { kind: "opened" }>,
  ): Promise<boolean> {
    const sight = this.#options.contacts.see(from, sender.signingKey);
    const authenticity = sight === "first" || sight === "same" ? "signed" : "newKey";
    const { id, sentAt, body } = content;
    const { show, negotiate } = this.#options;
    if (body.kind === "text") {
      return await show({ kind: "told", from, id, sentAt, text: body.text, authenticity });
    }
    await negotiate(from, body, authenticity);
    return true;
  }

  /** Its author seals it anew by itself; only where that doesn't help does anybody hear of it. */
  #complain(from: string, id: MessageId): void {
    const key = `${id} ${from}`;
    if (this.#unreadable.has(key)) return this.#options.emit({ kind: "unreadable", from, id });
    this.#unreadable.add(key);
    if (this.#unreadable.size <= maxUnreadableRemembered) return;
    const [oldest] = this.#unreadable;
    this.#unreadable.delete(oldest!);
  }
}
