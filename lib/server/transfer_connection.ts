import type { Clock } from "../clock.ts";
import {
  type ByeCode,
  encodedMessage,
  ProtocolError,
  type RefusedCode,
  type ServerMessage,
  type TransferSide,
} from "../codec/mod.ts";
import { quietTransferBufferBytes } from "../limits.ts";
import { type Authenticated, closeQuietly, type DuplexStream, writeAll } from "../transport/mod.ts";
import type { Pair, Relay, TransferEnd } from "./relay.ts";
import { type PairedEnd, RelayedPair } from "./relayed_pair.ts";
import type { Claimant } from "./store.ts";

/**
 * A member's connection for one side of a transfer. After the handshake it carries one more frame, from the
 * server: that both sides have come, or why not.
 */
export class TransferConnection implements TransferEnd {
  readonly #stream: DuplexStream;
  readonly #authenticated: Authenticated<unknown>;
  readonly #over = Promise.withResolvers<void>();
  /** Small: most that wait never have more to say, and one direction of those that meet. */
  readonly #buffer: Uint8Array<ArrayBuffer>;
  #firstRead: Promise<number | null> | undefined;
  #isWaiting = false;

  /**
   * @param maxReadBytes the most to read at a time
   * @throws {ProtocolError} `unexpectedMessage` where the member has sent something behind its handshake
   */
  constructor(
    stream: DuplexStream,
    authenticated: Authenticated<unknown>,
    readonly owner: Claimant,
    readonly side: TransferSide,
    maxReadBytes: number,
  ) {
    if (authenticated.decoder.remaining > 0) throw spokeTooSoon();
    this.#stream = stream;
    this.#authenticated = authenticated;
    this.#buffer = new Uint8Array(Math.min(quietTransferBufferBytes, maxReadBytes));
  }

  /** What {@linkcode Relay} does once both ends of a transfer have come. */
  static pair(
    relay: Relay<TransferConnection>,
    ends: readonly [TransferConnection, TransferConnection],
    clock: Clock,
  ): Pair {
    const [sender, receiver] = ends;
    const pairedEnds = [sender.#meet(relay), receiver.#meet(relay)] as const;
    const pair = new RelayedPair(pairedEnds, clock, relay.maxReadBytes);
    void carry(pair, ends);
    return pair;
  }

  /**
   * Waits for the other end and carries what both send, until it is over or refused.
   *
   * @throws {ProtocolError} `unexpectedMessage` where the member says something before both are there
   */
  async serve(relay: Relay<TransferConnection>): Promise<void> {
    this.#wait();
    const refusal = relay.enter(this);
    if (refusal) {
      this.refuse(refusal);
      return await this.#over.promise;
    }
    try {
      await this.#over.promise;
    } finally {
      relay.leave(this);
    }
  }

  refuse(code: RefusedCode): void {
    void this.#endWith({ kind: "refused", code });
  }

  dismiss(code: ByeCode): void {
    void this.#endWith({ kind: "bye", code });
  }

  /**
   * Says that both ends have come.
   *
   * @throws what the stream does where it has broken
   */
  async announce(): Promise<void> {
    await sendSealed(this.#authenticated, { kind: "paired" });
  }

  /** Ends it at once. */
  end(): void {
    this.#isWaiting = false;
    closeQuietly(this.#stream);
    this.#over.resolve();
  }

  /** Reads, to learn when the member goes: whoever waits for nobody has no place. */
  #wait(): void {
    this.#isWaiting = true;
    this.#firstRead = this.#stream.read(this.#buffer);
    this.#firstRead.then(
      (count) => this.#hear(count),
      () => this.#hear(null),
    );
  }

  #hear(count: number | null): void {
    if (!this.#isWaiting) return; // it is the other end's
    if (count !== null) this.#over.reject(spokeTooSoon());
    this.end();
  }

  #meet(relay: Relay<TransferConnection>): PairedEnd {
    this.#isWaiting = false;
    return {
      stream: this.#stream,
      buffer: this.#buffer,
      firstRead: this.#firstRead!,
      bucket: relay.bucketOf(this.owner),
    };
  }

  async #endWith(message: ServerMessage): Promise<void> {
    this.#isWaiting = false;
    try {
      await sendSealed(this.#authenticated, message);
    } catch {
      // it has gone already
    }
    this.end();
  }
}

/** Answers a connection that is for a transfer: the only frame there, after the handshake. */
export async function sendSealed(
  { stream, handshaken }: Authenticated<unknown>,
  message: ServerMessage,
): Promise<void> {
  await writeAll(stream, handshaken.transport.sealFrame(encodedMessage(message)));
}

async function carry(
  pair: RelayedPair,
  ends: readonly [TransferConnection, TransferConnection],
): Promise<void> {
  try {
    await Promise.all(ends.map((end) => end.announce()));
    await pair.run();
  } catch {
    pair.close();
  }
  for (const end of ends) end.end();
}

function spokeTooSoon(): ProtocolError {
  return new ProtocolError(
    "unexpectedMessage",
    "a side of a transfer spoke before both were there",
  );
}
