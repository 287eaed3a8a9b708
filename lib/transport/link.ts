import type { Clock, Timer } from "../clock.ts";
import {
  ByteReader,
  ByteWriter,
  decodeMessage,
  encodeMessage,
  type FrameDecoder,
  type Message,
  ProtocolError,
  release,
} from "../codec/mod.ts";
import { largeFrameBytes, maxFramePlaintextBytes, type TransportSession } from "../crypto/mod.ts";
import {
  congestedBytes,
  congestedWriteMs,
  drainedBytes,
  farewellTimeoutMs,
  lazyMs,
  maxQueuedBytes,
  silenceTimeoutMs,
  writeTimeoutMs,
} from "../limits.ts";
import { type ByteStream, closeQuietly, writeAll } from "./byte_stream.ts";
import type { Authenticated } from "./handshake.ts";

/** Why a link is no more. */
export type LinkEnd =
  /** We closed it. */
  | { readonly kind: "closed" }
  /** The other side closed it, or the network broke. */
  | { readonly kind: "lost" }
  /** The other side took nothing for too long, or too much waits for it. */
  | { readonly kind: "slowReader" }
  /** The other side said nothing for too long. */
  | { readonly kind: "silence" }
  /** The other side broke the protocol. */
  | { readonly kind: "violated"; readonly error: ProtocolError };

/** Nothing comes from a stream that has broken either. One function for all links, which wait here when idle. */
const asAtEnd = () => null;

/** Handles one message; a promise holds back the messages behind it, and the sender with them. */
export type MessageHandler = (message: Message) => void | Promise<void>;

/**
 * A TCP connection after its handshake: messages in, messages out.
 *
 * One writer: what is queued in one tick, or while a write is under way, leaves as one frame, one seal
 * and one write. Nothing waits for a peer that stops reading: its queue is capped in bytes, and
 * {@linkcode check}, called now and then, ends the link when a write or a silence lasts too long.
 */
export class Link {
  readonly #stream: ByteStream;
  readonly #session: TransportSession;
  readonly #decoder: FrameDecoder;
  readonly #clock: Clock;
  /** Plaintexts of frames to come; the last one still grows. */
  #queue: ByteWriter[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  #writeStartedAt: number | undefined;
  #bytesHeard = 0;
  #bytesSent = 0;
  #lastHeardAt: number;
  #lastSentAt: number;
  #lazyTimer: Timer | undefined;
  #end: LinkEnd | undefined;

  constructor({ stream, decoder, handshaken }: Authenticated<unknown>, clock: Clock) {
    this.#stream = stream;
    this.#decoder = decoder;
    this.#session = handshaken.transport;
    this.#clock = clock;
    this.#lastHeardAt = this.#lastSentAt = clock.now();
  }

  /** Since when, by the clock given, one of the two sides has said nothing. */
  get quietSince(): number {
    return Math.min(this.#lastHeardAt, this.#lastSentAt);
  }

  get isOpen(): boolean {
    return !this.#end;
  }

  /** Bytes that have come. */
  get bytesHeard(): number {
    return this.#bytesHeard;
  }

  /** Bytes handed to the network, or about to be. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Whether the other side takes less than it is sent, by bytes or by time. */
  get isCongested(): boolean {
    return this.#queuedBytes > congestedBytes || this.#isStuck;
  }

  /** Whether the other side has taken what it was sent, but for a little. */
  get isDrained(): boolean {
    return this.#queuedBytes <= drainedBytes && !this.#isStuck;
  }

  get #isStuck(): boolean {
    if (this.#writeStartedAt === undefined) return false;
    return this.#clock.now() - this.#writeStartedAt > congestedWriteMs;
  }

  /** Queues a message. On a link that has ended it goes nowhere. */
  send(message: Message): void {
    this.#append((writer) => encodeMessage(writer, message));
  }

  /**
   * Queues a message that is in no hurry: it leaves with the next one that is, or after
   * {@linkcode lazyMs} by itself.
   */
  sendLazily(message: Message): void {
    if (this.#end) return;
    this.#append((writer) => encodeMessage(writer, message), "lazily");
    this.#lazyTimer ??= this.#clock.after(lazyMs, () => {
      this.#lazyTimer = undefined;
      this.#startWriting();
    });
  }

  /** Queues a message encoded before, for those that go to many. */
  sendEncoded(message: Uint8Array): void {
    this.#append((writer) => writer.raw(message));
  }

  /**
   * Hands every message that comes to `handle`, until the link ends; answers why it did. After a
   * violation, which may be `handle`'s own finding, nothing more is read, but a last word can be sent.
   */
  async receive(handle: MessageHandler): Promise<LinkEnd> {
    try {
      while (!this.#end) {
        const count = await this.#stream.read(this.#decoder.space()).catch(asAtEnd);
        if (count === null) this.#close({ kind: "lost" });
        else await this.#take(count, handle);
      }
    } catch (error) {
      if (error instanceof ProtocolError) return { kind: "violated", error };
      this.close();
      throw error;
    }
    return this.#end;
  }

  /** Ends the link if the other side has been silent, or a write under way, for too long. */
  check(): void {
    const now = this.#clock.now();
    if (this.#writeStartedAt !== undefined && now - this.#writeStartedAt > writeTimeoutMs) {
      this.#close({ kind: "slowReader" });
    } else if (now - this.#lastHeardAt > silenceTimeoutMs) {
      this.#close({ kind: "silence" });
    }
  }

  /** Ends the link at once because the other side doesn't answer. */
  giveUp(): void {
    this.#close({ kind: "silence" });
  }

  /** Resolves once all that is queued has been handed to the network, or the link has ended. */
  async flushed(): Promise<void> {
    this.#startWriting();
    while (this.#writing) await this.#writing;
  }

  /** Ends the link once what is queued has left, or will not leave. */
  async finish(): Promise<void> {
    const deadline = this.#clock.after(farewellTimeoutMs, () => this.close());
    await this.flushed();
    deadline.cancel();
    this.close();
  }

  /** Ends the link at once; what is queued is lost. */
  close(): void {
    this.#close({ kind: "closed" });
  }

  /** Handles what the last read brought. */
  async #take(count: number, handle: MessageHandler): Promise<void> {
    this.#lastHeardAt = this.#clock.now();
    this.#bytesHeard += count;
    this.#decoder.advance(count);
    for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) {
      const reader = new ByteReader(
        frame.length < largeFrameBytes
          ? this.#session.openFrame(frame)
          : await this.#session.openLargeFrame(frame),
      );
      do {
        if (this.#end) return;
        const pause = handle(decodeMessage(reader));
        if (!pause) continue;
        await pause;
        this.#lastHeardAt = this.#clock.now(); // silent by our own wish
      } while (reader.remaining > 0);
    }
  }

  #append(write: (writer: ByteWriter) => void, pace: "now" | "lazily" = "now"): void {
    if (this.#end) return;
    const writer = this.#queue.at(-1) ?? this.#nextWriter();
    const start = writer.length;
    try {
      write(writer);
    } catch (error) {
      writer.truncate(start); // half a message would garble those behind it
      if (start === 0) this.#queue.pop();
      throw error;
    }
    this.#queuedBytes += writer.length - start;
    if (writer.length > maxFramePlaintextBytes) {
      const message = writer.written.slice(start);
      writer.truncate(start);
      this.#nextWriter().raw(message);
    }
    if (this.#queuedBytes > maxQueuedBytes) return this.#close({ kind: "slowReader" });
    if (pace === "now") this.#startWriting();
  }

  #startWriting(): void {
    if (this.#queue.length > 0) this.#writing ??= this.#writeQueue();
  }

  #nextWriter(): ByteWriter {
    const writer = new ByteWriter();
    this.#queue.push(writer);
    return writer;
  }

  async #writeQueue(): Promise<void> {
    await undefined; // the rest of this tick's messages share the frame
    try {
      while (this.#queue.length > 0) {
        const plaintext = this.#queue.shift()!;
        const frame = plaintext.length < largeFrameBytes
          ? this.#session.sealFrame(plaintext.written)
          : await this.#session.sealLargeFrame(plaintext.written);
        this.#writeStartedAt = this.#lastSentAt = this.#clock.now();
        this.#bytesSent += frame.length;
        await writeAll(this.#stream, frame);
        this.#queuedBytes -= plaintext.length;
        plaintext.release();
        release(frame);
      }
    } catch {
      this.#close({ kind: "lost" });
    }
    this.#writeStartedAt = undefined;
    this.#writing = undefined;
  }

  #close(end: LinkEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#queue = [];
    this.#lazyTimer?.cancel();
    closeQuietly(this.#stream);
  }
}
