import type { ByeCode, ServerMessage } from "../codec/mod.ts";
import type { Link, LinkEnd, MessageHandler } from "../transport/mod.ts";
import type { LeftReason } from "./event.ts";
import type { Connection } from "./member.ts";
import type { Network } from "./network.ts";

/** A member's TCP connection, from its welcome to its farewell. */
export class MemberConnection implements Connection {
  readonly address: string;
  readonly network: Network | undefined;
  readonly #link: Link;
  #farewell: ByeCode | undefined;

  constructor(link: Link, address: string, network: Network | undefined) {
    this.#link = link;
    this.address = address;
    this.network = network;
  }

  get isOpen(): boolean {
    return !this.#farewell && this.#link.isOpen;
  }

  get isCongested(): boolean {
    return this.#link.isCongested;
  }

  get isDrained(): boolean {
    return this.#link.isDrained;
  }

  send(message: ServerMessage): void {
    if (!this.#farewell) this.#link.send(message);
  }

  sendLazily(message: ServerMessage): void {
    if (!this.#farewell) this.#link.sendLazily(message);
  }

  sendEncoded(message: Uint8Array): void {
    if (!this.#farewell) this.#link.sendEncoded(message);
  }

  check(): void {
    this.#link.check();
  }

  /** Hands on what comes until the connection ends; answers why. {@linkcode sayGoodbye} still reaches a violator. */
  receive(handle: MessageHandler): Promise<LinkEnd> {
    return this.#link.receive((message) => {
      if (this.#farewell) return; // it has been told to go
      if (message.kind !== "bye") return handle(message);
      this.#farewell = "leaving";
      this.#link.close();
    });
  }

  end(code: ByeCode): void {
    void this.sayGoodbye(code);
  }

  /** Says why it ends, and nothing behind it; resolves when it has ended. */
  sayGoodbye(code: ByeCode): Promise<void> {
    this.send({ kind: "bye", code });
    this.#farewell ??= code;
    return this.finish();
  }

  /** Closes the connection once what is queued has left, or will not leave. */
  finish(): Promise<void> {
    return this.#link.finish();
  }

  /** Why the member left, given how its link ended. */
  reasonFor(end: LinkEnd): LeftReason {
    switch (end.kind) {
      case "closed":
        return this.#farewell ?? "leaving";
      case "lost":
        return this.#farewell ?? "connectionLost";
      case "violated":
        return "protocolViolation";
      case "slowReader":
      case "silence":
        return end.kind;
    }
  }
}
