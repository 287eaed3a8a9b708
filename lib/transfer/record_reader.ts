import type { BulkKey } from "../crypto/mod.ts";
import { transferRecordsAhead } from "../limits.ts";
import { recordHeaderBytes, sealedBytes } from "./record_writer.ts";
import type { SilenceWatch } from "./silence_watch.ts";
import { TransferError } from "./transfer_error.ts";

/**
 * Reads records and opens them, a few at once, on other threads; it reads no further ahead than that, so a slow
 * reader slows the sender down.
 */
export class RecordReader {
  readonly #stream: SilenceWatch;
  readonly #key: BulkKey;
  readonly #maxSealedBytes: number;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #opening: Promise<Uint8Array<ArrayBuffer>>[] = [];
  /** What was being opened when nobody wanted it any more. */
  #discarded: Promise<unknown>[] = [];
  /** What is in the buffer and not yet being opened: from here … */
  #start = 0;
  /** … to here. */
  #end = 0;
  #counter = 0;
  #reading: Promise<void> | undefined;
  /** Why nothing more comes. */
  #over: TransferError | undefined;

  /**
   * @param stream hears of every record that is genuine
   * @param key of this direction of this attempt alone
   * @param maxPlaintextBytes in one record; a longer one isn't waited for
   */
  constructor(stream: SilenceWatch, key: BulkKey, maxPlaintextBytes: number) {
    this.#stream = stream;
    this.#key = key;
    this.#maxSealedBytes = sealedBytes(maxPlaintextBytes);
    const recordBytes = recordHeaderBytes + this.#maxSealedBytes;
    this.#buffer = new Uint8Array(transferRecordsAhead * recordBytes);
    this.#view = new DataView(this.#buffer.buffer);
  }

  /**
   * The plaintext of the next record, in memory of its own.
   *
   * @throws {TransferError} `corrupt` for anything but exactly that record, and from then on; `interrupted` where the
   * stream ends or breaks before it
   */
  async next(): Promise<Uint8Array<ArrayBuffer>> {
    this.#fill();
    while (this.#opening.length === 0) {
      if (this.#over) throw this.#over;
      await this.#reading;
    }
    const opening = this.#opening.shift()!;
    this.#fill();
    try {
      return await opening;
    } catch (cause) {
      this.#over = new TransferError("corrupt", "a record was altered or is not the next", {
        cause,
      });
      this.#discard();
      throw this.#over;
    }
  }

  /** Gives nothing more, not even what has come. */
  stop(): void {
    this.#over ??= new TransferError("interrupted", "nothing more is read");
    this.#discard();
  }

  /** After {@linkcode stop}, reads on until the stream ends or breaks: what is unread could cost the last word its way. */
  async drain(): Promise<void> {
    await this.#reading;
    try {
      while (await this.#stream.read(this.#buffer) !== null);
    } catch {
      // broken: as good as ended
    }
  }

  /** After its stream has ended or was closed, resolves when nothing is being read or opened. */
  async settle(): Promise<void> {
    await this.#reading;
    await Promise.allSettled([...this.#discarded, ...this.#opening]);
  }

  #discard(): void {
    this.#discarded.push(...this.#opening.splice(0));
  }

  /** Keeps as many records being opened, and then the stream being read, as may be. */
  #fill(): void {
    while (this.#opening.length < transferRecordsAhead && !this.#over) {
      const record = this.#nextRecord();
      if (!record) {
        if (!this.#over) this.#reading ??= this.#read();
        return;
      }
      const opening = this.#key.open(this.#counter++, record);
      opening.then(() => this.#stream.heard(), () => {}); // whoever asks for it is told
      this.#opening.push(opening);
    }
  }

  /** The next record in the buffer, without its length, if all of it is there. */
  #nextRecord(): Uint8Array | undefined {
    const available = this.#end - this.#start;
    if (available < recordHeaderBytes) return undefined;
    const length = this.#view.getUint32(this.#start);
    if (length <= sealedBytes(0) || length > this.#maxSealedBytes) {
      this.#over = new TransferError("corrupt", "a record has an impossible length");
      return undefined;
    }
    if (available < recordHeaderBytes + length) return undefined;
    const from = this.#start + recordHeaderBytes;
    this.#start = from + length;
    return this.#buffer.subarray(from, this.#start);
  }

  async #read(): Promise<void> {
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    let count: number | null = null;
    let cause: unknown;
    try {
      count = await this.#stream.read(this.#buffer.subarray(this.#end));
    } catch (error) {
      cause = error;
    }
    this.#reading = undefined;
    if (count === null) {
      this.#over ??= new TransferError("interrupted", "the stream ended too soon", { cause });
    } else {
      this.#end += count;
      this.#fill();
    }
  }
}
