import {
  type ByeCode,
  ByteReader,
  decodeMessage,
  encodedMessage,
  type Message,
  type ServerMessage,
} from "../../lib/codec/mod.ts";
import type { Connection } from "../../lib/server/member.ts";
import type { Network } from "../../lib/server/network.ts";

/** A member's TCP connection that only remembers what was sent on it. */
export class FakeConnection implements Connection {
  readonly address = "192.0.2.1";
  readonly network: Network | undefined;
  /** What was sent and not yet taken, as it would arrive. */
  #inbox: Message[] = [];
  /** Why the server has ended it, once it has. */
  endedWith: ByeCode | undefined;
  /** Whether the network still carries what is sent. */
  isOpen = true;
  isCongested = false;
  isDrained = true;
  checks = 0;

  constructor(network?: Network) {
    this.network = network;
  }

  send(message: ServerMessage): void {
    this.sendEncoded(encodedMessage(message));
  }

  sendLazily(message: ServerMessage): void {
    this.send(message);
  }

  sendEncoded(message: Uint8Array): void {
    const reader = new ByteReader(message);
    this.#inbox.push(decodeMessage(reader));
    reader.end();
  }

  check(): void {
    this.checks++;
  }

  end(code: ByeCode): void {
    this.endedWith ??= code;
    this.isOpen = false;
  }

  /** The first of what was sent and not yet taken. */
  takeFirst(): Message | undefined {
    return this.#inbox.shift();
  }

  /** All that was sent and not yet taken. */
  take(): Message[] {
    const messages = this.#inbox;
    this.#inbox = [];
    return messages;
  }

  /** As {@linkcode take}, but only what is of this kind; the rest is gone too. */
  takeOnly<Kind extends Message["kind"]>(kind: Kind): Extract<Message, { kind: Kind }>[] {
    return this.take().filter((message): message is Extract<Message, { kind: Kind }> =>
      message.kind === kind
    );
  }
}
