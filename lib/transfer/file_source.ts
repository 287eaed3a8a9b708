import { createHash } from "node:crypto";
import { diskReadBytes } from "../limits.ts";
import { decodeManifest } from "./manifest.ts";
import { type Scan, scan, type ScannedFile, type Skipped } from "./scan.ts";
import type { Source } from "./source.ts";
import { summarise, type Summary } from "./summary.ts";
import { TransferError } from "./transfer_error.ts";

/** How {@linkcode FileSource.digest} is followed, and stopped. */
export interface DigestOptions {
  /** Told after every piece how many bytes of content are done. */
  readonly onProgress?: (bytes: number) => void;
  /** Ends it with the reason given. */
  readonly signal?: AbortSignal;
}

/**
 * Files and folders that a user names, as one transfer.
 *
 * @throws {SourceError}
 */
export async function openSource(paths: readonly string[]): Promise<FileSource> {
  return new FileSource(await scan(paths));
}

/** The file that is read from. */
interface OpenFile {
  readonly index: number;
  readonly file: Deno.FsFile;
  /** Where the next byte comes from, unless it is sought. */
  offset: number;
}

/** Content that comes from the disk, one file open at a time. */
export class FileSource implements Source {
  readonly manifest: Uint8Array;
  readonly size: number;

  /** What the receiver is asked about. */
  readonly summary: Summary;

  /** What was found within folders and isn't sent. */
  readonly skipped: readonly Skipped[];

  readonly #files: readonly ScannedFile[];
  /** Where the content of each file begins. */
  readonly #starts: readonly number[];
  #open: OpenFile | undefined;

  /** A source of what was found on the disk. */
  constructor({ manifest, files, skipped }: Scan) {
    this.manifest = manifest;
    this.summary = summarise(decodeManifest(manifest));
    this.skipped = skipped;
    this.#files = files;
    let size = 0;
    this.#starts = files.map((file) => (size += file.size) - file.size);
    this.size = size;
  }

  /**
   * SHA-256 of manifest and content, which is read for it from beginning to end.
   *
   * @throws {TransferError} `sourceChanged`
   */
  async digest({ onProgress, signal }: DigestOptions = {}): Promise<Uint8Array> {
    const hash = createHash("sha256").update(this.manifest);
    const buffer = new Uint8Array(Math.min(diskReadBytes, this.size));
    for (let offset = 0; offset < this.size;) {
      signal?.throwIfAborted();
      const count = await this.read(offset, buffer);
      hash.update(buffer.subarray(0, count));
      offset += count;
      onProgress?.(offset);
    }
    this.close();
    return new Uint8Array(hash.digest());
  }

  /** Fills `into` from `offset` on; one read at a time. Throws `TransferError` `sourceChanged`. */
  async read(offset: number, into: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < into.length && offset + filled < this.size) {
      filled += await this.#readSome(offset + filled, into.subarray(filled));
    }
    return filled;
  }

  /** Closes the file that is open; another read opens it again. */
  close(): void {
    this.#open?.file.close();
    this.#open = undefined;
  }

  async #readSome(offset: number, into: Uint8Array): Promise<number> {
    const index = this.#indexAt(offset);
    const scanned = this.#files[index]!;
    const within = offset - this.#starts[index]!;
    try {
      const open = await this.#openAt(index, within);
      const count = await open.file.read(into.subarray(0, scanned.size - within));
      if (count === null || !isUnchanged(scanned.info, open.file.statSync())) {
        throw changed(scanned);
      }
      open.offset += count;
      return count;
    } catch (cause) {
      this.close();
      throw cause instanceof TransferError ? cause : changed(scanned, cause);
    }
  }

  async #openAt(index: number, within: number): Promise<OpenFile> {
    if (this.#open?.index !== index) {
      this.close();
      const { path, info } = this.#files[index]!;
      // Looked at before, because opening a pipe that has taken its place would wait for a writer.
      if (!isUnchanged(info, await Deno.lstat(path))) throw changed(this.#files[index]!);
      this.#open = { index, file: await Deno.open(path, { read: true }), offset: 0 };
      if (!isUnchanged(info, this.#open.file.statSync())) throw changed(this.#files[index]!);
    }
    const open = this.#open;
    if (open.offset !== within) {
      await open.file.seek(within, Deno.SeekMode.Start);
      open.offset = within;
    }
    return open;
  }

  /** The file that has the content at `offset`. */
  #indexAt(offset: number): number {
    const current = this.#open?.index;
    if (current !== undefined && this.#holds(current, offset)) return current;
    let low = 0;
    let high = this.#files.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #holds(index: number, offset: number): boolean {
    const within = offset - this.#starts[index]!;
    return within >= 0 && within < this.#files[index]!.size;
  }
}

/** The same file, and since then not written to. */
function isUnchanged(before: Deno.FileInfo, now: Deno.FileInfo): boolean {
  return now.isFile && now.size === before.size && now.ino === before.ino &&
    now.dev === before.dev && now.mtime?.getTime() === before.mtime?.getTime();
}

function changed({ path }: ScannedFile, cause?: unknown): TransferError {
  return new TransferError("sourceChanged", `${path} has changed`, { cause });
}
