import {
  ChatError,
  type ChatErrorCode,
  type Client,
  type ClientEvent,
  type Diagnosis,
  type Reach,
  type TransferStatus,
} from "../../lib/client/mod.ts";
import { EventStream } from "../../lib/client/event_stream.ts";
import { ManualClock } from "../testing/manual_clock.ts";

/** When all that this client reports was written. */
const now = new ManualClock().wallTime();

/** What a connection is like that has no trouble. */
export const allWell: Diagnosis = {
  isConnected: true,
  isAnswered: true,
  port: 7_700,
  transport: "udp",
  toServer: { works: true, arrived: 24, expected: 24 },
  fromServer: { works: true, arrived: 63, expected: 64 },
  tcpRoundTripMs: 10.6,
  udpRoundTripMs: 0.4,
  hasNat: false,
  natForgets: false,
};

/** A client whose server is the test: it numbers what is said, and knows `names`. */
export class FakeClient implements Client {
  readonly name = "ana";
  readonly serverFingerprint = "AAAA-BBBB-CCCC-DDDD-EEEE";
  readonly names = ["ana", "bia"];
  /** Who gets nothing until the test says so. */
  readonly away: string[] = [];
  readonly verified = new Set<string>();
  /** Members whose key has changed. */
  readonly changed = new Set<string>();
  /** Who lacks what is said. */
  readonly lacking: string[] = [];
  diagnosis: Diagnosis = allWell;
  /** What offers, and accepting them, fail with. */
  offerError: Error | undefined;
  acceptError: Error | undefined;
  readonly #transfers = new Map<number, TransferStatus>();
  readonly #compared = new Set<string>();
  /** What was sent, as `say TEXT` and `tell NAME TEXT`. */
  readonly sent: string[] = [];
  /** What the next messages are refused with. */
  refusal: ChatErrorCode | undefined;
  /** Whether messages wait to be acknowledged until {@linkcode acknowledge}. */
  isHolding = false;
  readonly #stream = new EventStream<ClientEvent>(() => {}, (count) => ({
    kind: "overrun",
    count,
  }));
  #held: (() => void)[] = [];
  #seq = 0;
  #newestId = 0n;
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get unacknowledged(): number {
    return this.#held.length;
  }

  async say(text: string): Promise<{ seq: number }> {
    await this.#send(`say ${text}`);
    const seq = ++this.#seq;
    const said = { kind: "said", seq, from: this.name, text, sentAt: now } as const;
    this.emit({ ...said, authenticity: "signed", isPast: false });
    return { seq };
  }

  async tell(to: string, text: string): Promise<{ id: bigint }> {
    await this.#send(`tell ${to} ${text}`);
    if (!this.names.includes(to)) throw new ChatError("unknownMember");
    const id = ++this.#newestId;
    if (!this.away.includes(to)) this.emit({ kind: "delivered", to, id });
    return { id };
  }

  async reach(): Promise<Reach> {
    await undefined;
    if (this.#seq === 0) throw new ChatError("nothingSaid");
    const present = this.names.length - 1;
    return { seq: this.#seq, count: present - this.lacking.length, present, lacking: this.lacking };
  }

  diagnose(): Promise<Diagnosis> {
    return Promise.resolve(this.diagnosis);
  }

  async offer(to: string, paths: readonly string[]): Promise<TransferStatus> {
    this.sent.push(`offer ${to} ${paths.join(" | ")}`);
    await undefined;
    if (this.offerError) throw this.offerError;
    if (!this.names.includes(to)) throw new ChatError("unknownMember");
    const number = this.#transfers.size + 1;
    const name = paths[0]!.split("/").at(-1)!;
    const others = paths.length - 1;
    const offered = { name, entryKind: "file", others, files: paths.length, size: 2_400_000 };
    return this.move({
      ...{ number, direction: "out", peer: to, state: "offered", bytes: 0 },
      ...offered,
    } as TransferStatus);
  }

  async acceptTransfer(number?: number, directory?: string): Promise<void> {
    this.sent.push(`accept ${number} ${directory}`);
    await undefined;
    if (this.acceptError) throw this.acceptError;
    this.move({ ...this.#transfers.get(number!)!, state: "waiting", failure: undefined });
  }

  async cancelTransfer(number?: number): Promise<void> {
    this.sent.push(`cancel ${number}`);
    await undefined;
    const transfer = this.#transfers.get(number!)!;
    const isAnswer = transfer.direction === "in" && transfer.state === "offered";
    this.move({ ...transfer, state: isAnswer ? "declined" : "cancelled" });
  }

  transfers(): TransferStatus[] {
    return [...this.#transfers.values()];
  }

  /** A member offers a file. */
  receiveOffer(transfer: TransferStatus, authenticity: "signed" | "newKey" = "signed"): void {
    this.#transfers.set(transfer.number, transfer);
    this.emit({ kind: "offered", transfer, authenticity });
  }

  /** A transfer has come further. */
  move(transfer: TransferStatus): TransferStatus {
    this.#transfers.set(transfer.number, transfer);
    this.emit({ kind: "transfer", transfer });
    return transfer;
  }

  members(): string[] {
    return this.names;
  }

  async verificationCode(name: string): Promise<string> {
    await undefined;
    if (!this.names.includes(name)) throw new ChatError("unknownMember");
    this.#compared.add(name);
    return "01234 56789 01234 56789 01234 56789 01234 56789";
  }

  confirmVerified(name: string): void {
    if (!this.#compared.has(name)) throw new ChatError("notCompared");
    this.verified.add(name);
  }

  trust(name: string): boolean {
    return this.changed.delete(name);
  }

  isVerified(name: string): boolean {
    return this.verified.has(name);
  }

  events(): AsyncIterableIterator<ClientEvent, undefined> {
    return this.#stream;
  }

  close(code: ChatErrorCode = "closed"): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    this.refusal = code;
    this.acknowledge();
    this.emit({ kind: "closed", code });
    this.#stream.end();
    return Promise.resolve();
  }

  emit(event: ClientEvent): void {
    this.#stream.push(event);
  }

  /** Lets go of what has been held. */
  acknowledge(): void {
    const held = this.#held;
    this.#held = [];
    for (const release of held) release();
  }

  async #send(message: string): Promise<void> {
    this.sent.push(message);
    if (this.isHolding) await new Promise<void>((resolve) => this.#held.push(resolve));
    if (this.refusal) throw new ChatError(this.refusal);
  }
}
