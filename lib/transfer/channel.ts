import type { Clock, Timer } from "../clock.ts";
import { BulkKey } from "../crypto/mod.ts";
import { farewellTimeoutMs, transferAliveMs, transferChunkBytes } from "../limits.ts";
import { type ByteStream, readExactly, writeAll } from "../transport/byte_stream.ts";
import { RecordReader } from "./record_reader.ts";
import { RecordWriter } from "./record_writer.ts";
import type { SilenceWatch } from "./silence_watch.ts";
import { TransferError } from "./transfer_error.ts";
import {
  checkTransferHello,
  checkTransferSecret,
  deriveTransferKeys,
  newTransferHello,
  transferHelloBytes,
  type TransferRole,
  type TransferSecret,
} from "./transfer_keys.ts";
import {
  decodeTransferMessage,
  encodeTransferMessage,
  maxReceiverMessageBytes,
  messageHeaderBytes,
  type TransferMessage,
} from "./transfer_message.ts";

/** What a side may say. */
const maxMessageBytes: Record<TransferRole, number> = {
  sender: messageHeaderBytes + transferChunkBytes,
  receiver: maxReceiverMessageBytes,
};

/** Both directions of one attempt, with its keys. */
export class Channel {
  readonly #writer: RecordWriter;
  readonly #reader: RecordReader;
  readonly #clock: Clock;
  #aliveTimer: Timer | undefined;
  #hasEnded = false;
  #farewell: Promise<void> | undefined;

  private constructor(writer: RecordWriter, reader: RecordReader, clock: Clock) {
    this.#writer = writer;
    this.#reader = reader;
    this.#clock = clock;
  }

  /**
   * Exchanges hellos over `stream`.
   *
   * @param watch reads from the same stream
   * @throws {TransferError} `interrupted`, `versionUnsupported`
   * @throws {RangeError} where the secret hasn't the right lengths
   */
  static async open(
    stream: ByteStream,
    watch: SilenceWatch,
    secret: TransferSecret,
    role: TransferRole,
    clock: Clock,
  ): Promise<Channel> {
    checkTransferSecret(secret);
    const hello = newTransferHello();
    const [otherHello] = await Promise.all([readHello(watch), writeHello(stream, hello)]);
    const otherRole = role === "sender" ? "receiver" : "sender";
    const hellos = role === "sender"
      ? { sender: hello, receiver: otherHello }
      : { sender: otherHello, receiver: hello };
    const keys = deriveTransferKeys(secret, hellos);
    const [sealKey, openKey] = await Promise.all([
      BulkKey.import(keys[role], "encrypt"),
      BulkKey.import(keys[otherRole], "decrypt"),
    ]);
    const writer = new RecordWriter(stream, sealKey);
    return new Channel(writer, new RecordReader(watch, openKey, maxMessageBytes[otherRole]), clock);
  }

  /** Whether this side has said its last word, and hears no more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether what is sent goes nowhere from now on. */
  get isOver(): boolean {
    return this.#writer.isOver;
  }

  /** Whether all that was sent has been written. */
  get isIdle(): boolean {
    return this.#writer.isIdle;
  }

  /** Sends a message; resolves when there is room for another, or none is sent any more. */
  send(message: TransferMessage): Promise<void> {
    return this.sendEncoded(encodeTransferMessage(message));
  }

  /** The same with one encoded before, whose memory may be used again at once. */
  sendEncoded(message: Uint8Array): Promise<void> {
    return this.#writer.send(message);
  }

  /**
   * The next message that says something.
   *
   * @throws {TransferError} the other side's, or as {@linkcode RecordReader.next} does
   * @throws {ProtocolError} for what is no message
   */
  async receive(): Promise<TransferMessage> {
    for (;;) {
      const message = decodeTransferMessage(await this.#reader.next());
      if (message.kind === "alive") continue;
      if (message.kind !== "failed") return message;
      const { code } = message;
      throw new TransferError(code, "the other side has ended the transfer", { isFromPeer: true });
    }
  }

  /** Sends the last message, hears no more, and gives the other side a moment to have it and to close the stream. */
  async farewell(message: TransferMessage): Promise<void> {
    this.#hasEnded = true;
    this.#reader.stop();
    this.#farewell = this.#writer.end(encodeTransferMessage(message))
      .then(() => this.#reader.drain());
    const late = Promise.withResolvers<void>();
    const timer = this.#clock.after(farewellTimeoutMs, late.resolve);
    await Promise.race([this.#farewell, late.promise]);
    timer.cancel();
  }

  /** From now on says every now and then that it is still there, unless it has said something else. */
  stayAlive(): void {
    const { counter } = this.#writer;
    this.#aliveTimer = this.#clock.after(transferAliveMs, () => {
      if (this.isIdle && this.#writer.counter === counter) this.send({ kind: "alive" });
      this.stayAlive();
    });
  }

  /** After the stream was closed: resolves when nothing of it is under way any more, on other threads either. */
  async settle(): Promise<void> {
    this.#aliveTimer?.cancel();
    await Promise.all([this.#farewell, this.#writer.settled, this.#reader.settle()]);
  }
}

async function readHello(stream: SilenceWatch): Promise<Uint8Array> {
  const hello = await readExactly(stream, transferHelloBytes).catch((cause) => {
    throw interrupted(cause);
  });
  checkTransferHello(hello);
  return hello;
}

async function writeHello(stream: ByteStream, hello: Uint8Array<ArrayBuffer>): Promise<void> {
  await writeAll(stream, hello).catch((cause) => {
    throw interrupted(cause);
  });
}

function interrupted(cause: unknown): TransferError {
  return new TransferError("interrupted", "the stream ended before the transfer began", { cause });
}
