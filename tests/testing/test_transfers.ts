import { concat } from "@std/bytes/concat";
import { systemClock } from "../../lib/clock.ts";
import { openTransferConnection } from "../../lib/client/transfer_connection.ts";
import type { TransferRole } from "../../lib/codec/mod.ts";
import { generateIdentity, type Identity } from "../../lib/crypto/mod.ts";
import type { ServerOptions } from "../../lib/server/mod.ts";
import { closeQuietly, type DuplexStream, writeAll } from "../../lib/transport/mod.ts";
import { RawMember } from "./raw_member.ts";
import { TestChat } from "./test_chat.ts";
import { within } from "./within.ts";

/** One side of a transfer, from where a program would read and write it. */
export class TestSide {
  constructor(readonly stream: DuplexStream) {}

  send(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return within(writeAll(this.stream, bytes), "bytes to be sent");
  }

  /** The next so many bytes; fewer where the stream ends before. */
  async receive(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0;) {
      const buffer = new Uint8Array(left);
      const read = await within(this.stream.read(buffer), "bytes to come");
      if (read === null) break;
      parts.push(buffer.subarray(0, read));
      left -= read;
    }
    return concat(parts);
  }

  /** Whether the stream is over, by an end or by a break. */
  async seesEnd(): Promise<boolean> {
    const read = this.stream.read(new Uint8Array(1)).catch(() => null);
    return await within(read, "an end") === null;
  }
}

/** A real server on loopback, members in its room, and connections for transfers among them. */
export class TestTransfers implements AsyncDisposable {
  readonly #members = new Map<string, RawMember>();
  readonly #identities = new Map<string, Identity>();
  readonly #streams: DuplexStream[] = [];

  private constructor(readonly chat: TestChat) {}

  /** Starts a server with ana and bia in its room. */
  static async start(options: ServerOptions = {}): Promise<TestTransfers> {
    const transfers = new TestTransfers(await TestChat.start(options));
    await transfers.enter("ana");
    await transfers.enter("bia");
    return transfers;
  }

  async enter(name: string): Promise<RawMember> {
    const { staticKeyPair, signingKeyPair } = this.identityOf(name);
    const { chat: { port } } = this;
    const hello = { signingKey: signingKeyPair.publicKey };
    const member = await RawMember.enter(port, name, staticKeyPair, hello);
    this.#members.set(name, member);
    return member;
  }

  /** The chat connection of somebody who has entered. */
  memberOf(name: string): RawMember {
    return this.#members.get(name)!;
  }

  identityOf(name: string): Identity {
    const known = this.#identities.get(name);
    if (known) return known;
    const identity = generateIdentity();
    this.#identities.set(name, identity);
    return identity;
  }

  /** Opens one side as a client does, once the other has come. */
  async open(
    name: string,
    role: TransferRole,
    transferId: Uint8Array,
    { identity = this.identityOf(name), signal }: { identity?: Identity; signal?: AbortSignal } =
      {},
  ): Promise<TestSide> {
    const address = { hostname: "127.0.0.1", port: this.chat.port };
    const clock = systemClock;
    const trustServer = () => true;
    const options = { address, name, identity, trustServer, transferId, role, clock, signal };
    const stream = await within(openTransferConnection(options), `${name}'s side to be paired`);
    this.#streams.push(stream);
    return new TestSide(stream);
  }

  /** A transfer from ana to bia that has begun: its sender and its receiver. */
  async pair(from = "ana", to = "bia"): Promise<readonly [TestSide, TestSide]> {
    const id = newTransferId();
    return await Promise.all([this.open(from, "sender", id), this.open(to, "receiver", id)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of this.#streams) closeQuietly(stream);
    for (const member of this.#members.values()) await member[Symbol.asyncDispose]();
    await this.chat[Symbol.asyncDispose]();
  }
}

export function newTransferId(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(16));
}
