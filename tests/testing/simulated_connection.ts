import type { Clock } from "../../lib/clock.ts";
import {
  ByteReader,
  ByteWriter,
  decodeMessage,
  encodeMessage,
  type Message,
} from "../../lib/codec/mod.ts";
import {
  congestedBytes,
  congestedWriteMs,
  drainedBytes,
  lazyMs,
  maxQueuedBytes,
  silenceTimeoutMs,
  writeTimeoutMs,
} from "../../lib/limits.ts";

/** What the network holds on its way to a peer that takes nothing: a usual window of TCP. */
const windowBytes = 65_536;
/** Written over what was read, as the next read does: whoever has kept a view of it will show that. */
const usedByte = 0xee;

/** Why a connection is over: we closed it, the other side did, or one of them noticed that nothing comes through. */
export type ConnectionEnd = "closed" | "lost" | "silence" | "slowReader";

/** What the ends of a connection are told. */
export interface ConnectionHandler {
  /** A message, which is a view; answers for how many milliseconds nothing more is to be read. */
  receive(message: Message): number;
  /** Called once. */
  end(reason: ConnectionEnd): void;
}

/** Who handles what comes to an end that is over. */
const nobody: ConnectionHandler = { receive: () => 0, end: () => {} };

/** A batch that has arrived. */
interface Arrived {
  readonly bytes: Uint8Array;
  readonly reader: ByteReader;
}

/** Messages that arrive together, encoded. */
interface Batch {
  readonly writer: ByteWriter;
  /** Until when more may be added. */
  readonly leavesAt: number;
}

/**
 * One end of a TCP connection, as a `Link` is over a socket, with everything between the two ends in memory: bytes
 * arrive in order and late, and a cable that was cut tells nobody.
 */
export class SimulatedConnection {
  readonly #clock: Clock;
  readonly #latencyMs: () => number;
  #handler!: ConnectionHandler;
  #other!: SimulatedConnection;
  /** Being filled. */
  #batch: Batch | undefined;
  #lastArrivalAt = 0;
  /** Arrived, and not yet read. */
  #unread: Arrived[] = [];
  #isPaused = false;
  #isHeld = false;
  #isCut = false;
  #end: ConnectionEnd | undefined;
  /** Whether the other end's farewell has come, behind what is still to be read. */
  #hasHeardEnd = false;
  /** Whether the other end has gone while this one slept. */
  #isStale = false;
  #bytesHeard = 0;
  #bytesSent = 0;
  #stuckSince: number | undefined;
  #lastHeardAt: number;
  #lastSentAt: number;

  private constructor(clock: Clock, latencyMs: () => number) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.#lastHeardAt = this.#lastSentAt = clock.now();
  }

  /** Two ends; each wants {@linkcode attach} before anything arrives. */
  static pair(clock: Clock, latencyMs: () => number): [SimulatedConnection, SimulatedConnection] {
    const [a, b] = [0, 1].map(() => new SimulatedConnection(clock, latencyMs));
    a!.#other = b!;
    b!.#other = a!;
    return [a!, b!];
  }

  attach(handler: ConnectionHandler): void {
    this.#handler = handler;
  }

  get isOpen(): boolean {
    return !this.#end;
  }

  get bytesHeard(): number {
    return this.#bytesHeard;
  }

  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Since when one of the two sides has said nothing. */
  get quietSince(): number {
    return Math.min(this.#lastHeardAt, this.#lastSentAt);
  }

  get isCongested(): boolean {
    return this.#queuedBytes > congestedBytes || this.#stuckMs > congestedWriteMs;
  }

  get isDrained(): boolean {
    return this.#queuedBytes <= drainedBytes && this.#stuckMs <= congestedWriteMs;
  }

  /** Bytes for which the network has no room. */
  get #queuedBytes(): number {
    return Math.max(0, this.#bytesSent - this.#other.#bytesHeard - windowBytes);
  }

  get #stuckMs(): number {
    return this.#stuckSince === undefined ? 0 : this.#clock.now() - this.#stuckSince;
  }

  send(message: Message, pace: "now" | "lazily" = "now"): void {
    if (this.#end) return;
    const { writer } = this.#openBatch(pace);
    const start = writer.length;
    encodeMessage(writer, message);
    this.#count(writer.length - start);
  }

  /** Sends a message encoded before. */
  sendEncoded(message: Uint8Array): void {
    if (this.#end) return;
    this.#openBatch("now").writer.raw(message);
    this.#count(message.length);
  }

  /** Ends it where the other side has been silent, or taking nothing, for too long. */
  check(): void {
    if (this.#stuckMs > writeTimeoutMs) this.close("slowReader");
    else if (this.#clock.now() - this.#lastHeardAt > silenceTimeoutMs) this.close("silence");
  }

  /** Ends it at once because the other side doesn't answer. */
  giveUp(): void {
    this.close("silence");
  }

  /** Ends it at once; the other side hears of that where anything comes through. */
  close(reason: ConnectionEnd = "closed"): void {
    if (this.#end) return;
    this.#finish(reason);
    this.#arriveLater(() => this.#other.#hearEnd());
  }

  /** From now on nothing comes through, either way, and nobody says so. */
  cut(): void {
    this.#isCut = this.#other.#isCut = true;
  }

  /** This end's machine sleeps: nothing that arrives is read. */
  hold(): void {
    this.#isHeld = true;
  }

  /**
   * The machine is awake: what the other end kept on sending is read. Where that end has gone meanwhile, the next
   * that is sent is answered so.
   */
  unhold(): void {
    this.#isHeld = false;
    if (this.#other.#end) {
      this.#isStale = true;
      this.#unread = [];
    } else this.#read();
  }

  #openBatch(pace: "now" | "lazily"): Batch {
    const now = this.#clock.now();
    if (this.#batch && now <= this.#batch.leavesAt) return this.#batch;
    const leavesAt = now + (pace === "lazily" ? lazyMs : 0);
    const batch = this.#batch = { writer: new ByteWriter(), leavesAt };
    this.#arriveLater(() => this.#other.#arrive(batch), leavesAt);
    return batch;
  }

  /** In order, whatever the latency. */
  #arriveLater(act: () => void, leavesAt = this.#clock.now()): void {
    const at = this.#lastArrivalAt = Math.max(this.#lastArrivalAt, leavesAt + this.#latencyMs());
    this.#clock.after(at - this.#clock.now(), () => {
      if (!this.#isCut) act();
    });
  }

  #count(bytes: number): void {
    this.#bytesSent += bytes;
    this.#lastSentAt = this.#clock.now();
    if (this.#isStale) this.#other.#arriveLater(() => this.#hearEnd());
    this.#isStale = false;
    if (this.#queuedBytes === 0) return;
    this.#stuckSince ??= this.#clock.now();
    if (this.#queuedBytes > maxQueuedBytes) this.close("slowReader");
  }

  #arrive({ writer }: Batch): void {
    if (this.#end) return;
    const bytes = writer.written;
    this.#unread.push({ bytes, reader: new ByteReader(bytes) });
    this.#read();
  }

  #read(): void {
    while (!this.#isPaused && !this.#isHeld && this.#unread.length > 0) {
      const { reader, bytes } = this.#unread[0]!;
      this.#lastHeardAt = this.#clock.now();
      const before = reader.remaining;
      const message = decodeMessage(reader);
      this.#take(before - reader.remaining);
      const isRead = reader.remaining === 0;
      if (isRead) this.#unread.shift();
      const pauseMs = this.#handler.receive(message);
      if (isRead) bytes.fill(usedByte);
      if (pauseMs > 0) this.#pause(pauseMs);
      if (this.#end) this.#unread = [];
    }
    if (this.#hasHeardEnd) this.#hearEnd();
  }

  #take(bytes: number): void {
    this.#bytesHeard += bytes;
    this.#other.#stuckSince = this.#other.#queuedBytes === 0 ? undefined : this.#clock.now();
  }

  #pause(pauseMs: number): void {
    this.#isPaused = true;
    this.#clock.after(pauseMs, () => {
      this.#isPaused = false;
      this.#lastHeardAt = this.#clock.now(); // silent by our own wish
      this.#read();
    });
  }

  #hearEnd(): void {
    this.#hasHeardEnd = true;
    if (!this.#isHeld && this.#unread.length === 0) this.#finish("lost");
  }

  #finish(reason: ConnectionEnd): void {
    if (this.#end) return;
    this.#end = reason;
    this.#unread = [];
    const handler = this.#handler;
    this.#handler = nobody; // the other end may sleep for hours, and would keep all that it belongs to
    handler.end(reason);
  }
}
