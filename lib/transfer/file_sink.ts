import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { createHash, type Hash } from "node:crypto";
import { basename } from "node:path";
import { makeOwnDirectory } from "../durable_file.ts";
import { freeSpaceReserveBytes, spaceCheckBytes } from "../limits.ts";
import { diskFailure } from "./disk_failure.ts";
import { giveFinalName } from "./final_name.ts";
import { freeBytes } from "./free_space.ts";
import { lookAt } from "./look_at.ts";
import { decodeManifest, type Manifest } from "./manifest.ts";
import { Partial, partialPath } from "./partial.ts";
import type { Sink } from "./sink.ts";
import { isSameSummary, summarise, type Summary } from "./summary.ts";
import { syncDirectory } from "./sync.ts";
import { TransferError } from "./transfer_error.ts";
import { TreeWriter, type Write } from "./tree_writer.ts";

/** Which transfer a {@linkcode FileSink} receives, and within what limits. */
export interface FileSinkOptions {
  /** 16 to 64 hex digits that nobody guesses; the same for every attempt. */
  readonly id: string;
  /** What the user has accepted. */
  readonly offered: Summary;
  /** SHA-256 of manifest and content, as offered. */
  readonly digest: Uint8Array;
  /** Bytes of content to take at most. */
  readonly maxSize: number;
  /** Bytes to leave free on the disk. */
  readonly reserve?: number;
  /** Ends what may take long: the check of what an earlier attempt has left, and what comes before the final names. */
  readonly signal?: AbortSignal;
  /** Told, while the content of an earlier attempt is checked, how many bytes of it are done. */
  readonly onCheck?: (bytes: number) => void;
  /** Called when all has its final name, and before that is forgotten: killed until then, a later attempt ends at once. */
  readonly onSettled?: () => void;
  /** How much room there is, if that can be told. */
  readonly freeBytes?: (directory: string) => Promise<number | undefined>;
  /** How content is written; tests fill disks with it. */
  readonly write?: Write;
}

/** A transfer that can take content. */
interface Receiving {
  readonly partial: Partial;
  readonly tree: TreeWriter;
  readonly manifest: Manifest;
  readonly hash: Hash;
}

/**
 * Receives files into a directory. Nothing stands there under a final name before all of the transfer is here and
 * verified; until then it is in a hidden partial, from which a later attempt goes on, also after the process was
 * killed.
 *
 * A disk that fills up leaves the partial as it is (`noSpace`); content that is not what was offered removes it
 * (`digestMismatch`). After any error the sink is closed.
 */
export class FileSink implements Sink {
  readonly #directory: string;
  readonly #options: FileSinkOptions;
  readonly #path: string;
  #receiving: Receiving | undefined;
  #saved: readonly string[] = [];
  /** Written since it was measured how much room there is. */
  #unmeasuredBytes = 0;

  /** A sink that receives into a directory, which is made if it isn't there. */
  constructor(directory: string, options: FileSinkOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#path = partialPath(directory, options.id);
  }

  /** Where files and folders stand now that they are received. */
  get saved(): readonly string[] {
    return this.#saved;
  }

  /**
   * Checks that this is what was offered and fits, and takes up an earlier attempt: its content is read again for
   * the digest, which takes a second or two a GiB.
   *
   * @throws {TransferError} `badManifest`, `tooLarge`, `noSpace`, `busy`, `unwritable`, `cancelled`
   */
  begin(manifest: Uint8Array): Promise<number> {
    if (this.#receiving) throw new TypeError("Cannot begin a transfer as it has begun");
    return this.#closingOnError(async () => {
      const decoded = decode(manifest);
      if (!isSameSummary(summarise(decoded), this.#options.offered)) {
        throw new TransferError("badManifest", "it isn't what was offered");
      }
      if (decoded.size > this.#options.maxSize) {
        throw new TransferError("tooLarge", "it is more than the user takes");
      }
      makeOwnDirectory(this.#directory);
      const partial = await Partial.open(this.#path);
      const hash = createHash("sha256").update(manifest);
      const receiving = { partial, hash, manifest: decoded, tree: this.#treeOf(partial, decoded) };
      this.#receiving = receiving;
      if (partial.isVerified(this.#options.digest)) return decoded.size;
      await this.#resume(receiving);
      await this.#checkSpace(decoded, this.#receiving.tree.position);
      return this.#receiving.tree.position;
    });
  }

  /**
   * Takes the content that follows. One write at a time.
   *
   * @throws {TransferError} `corrupt`, `noSpace`, `unwritable`
   */
  write(content: Uint8Array): Promise<void> {
    const { tree, hash, manifest, partial } = this.#begun();
    return this.#closingOnError(async () => {
      const position = partial.isVerified(this.#options.digest) ? manifest.size : tree.position;
      if (position + content.length > manifest.size) {
        throw new TransferError("corrupt", "there is more than the manifest says");
      }
      this.#unmeasuredBytes += content.length;
      if (this.#unmeasuredBytes >= spaceCheckBytes) await this.#checkSpace(manifest, position);
      const written = tree.write(content);
      hash.update(content); // while the disk is at work
      await written;
    });
  }

  /**
   * Verifies all, waits until the disk has it, and gives the final names. Where the process is killed meanwhile, a
   * later attempt begins at the end and finishes this; once it has returned, the same transfer would begin anew.
   *
   * @throws {TransferError} `interrupted` by its signal, `badManifest`, `digestMismatch`, `noSpace`, `unwritable`
   */
  finish(): Promise<void> {
    const { partial, tree, hash, manifest } = this.#begun();
    const { digest } = this.#options;
    return this.#closingOnError(async () => {
      if (!partial.isVerified(digest)) {
        if (tree.position < manifest.size) {
          throw new TransferError("badManifest", "there is less than the manifest says");
        }
        if (!timingSafeEqual(new Uint8Array(hash.digest()), digest)) {
          await this.discard();
          throw new TransferError("digestMismatch", "the content isn't what was offered");
        }
        await tree.settle();
        await syncDirectory(partial.content);
        partial.markVerified(digest);
      }
      if (this.#options.signal?.aborted) {
        throw new TransferError("interrupted", "it was ended before it got its names");
      }
      await this.#giveFinalNames(tree);
      this.#options.onSettled?.();
      await this.discard();
    });
  }

  /** Lets go of what is open; what has arrived stays for the next attempt. */
  close(): void {
    this.#receiving?.tree.close();
    this.#receiving?.partial.close();
    this.#receiving = undefined;
  }

  /** Removes what has arrived, and closes the sink. */
  async discard(): Promise<void> {
    this.close();
    try {
      await Deno.remove(this.#path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #resume(receiving: Receiving): Promise<void> {
    const { partial, hash, manifest, tree } = receiving;
    if (!await tree.resume()) {
      tree.close();
      await partial.empty();
      const fresh = this.#treeOf(partial, manifest);
      this.#receiving = { ...receiving, tree: fresh };
      await fresh.resume();
      return;
    }
    let checked = 0;
    for await (const content of tree.readBack()) {
      if (this.#options.signal?.aborted) throw new TransferError("cancelled", "it was cancelled");
      hash.update(content);
      this.#options.onCheck?.(checked += content.length);
    }
  }

  /** Other transfers, and other programs, take room too. */
  async #checkSpace({ size }: Manifest, present: number): Promise<void> {
    this.#unmeasuredBytes = 0;
    const { freeBytes: measure = freeBytes, reserve = freeSpaceReserveBytes } = this.#options;
    const free = await measure(this.#directory);
    if (free !== undefined && free < size - present + reserve) {
      if (present === 0) await this.discard();
      throw new TransferError("noSpace", `the disk of ${this.#directory} has too little room`);
    }
  }

  /** An earlier attempt may have given some already, and have been killed. */
  async #giveFinalNames(tree: TreeWriter): Promise<void> {
    for (const { path, kind } of tree.roots) {
      const info = await lookAt(path);
      if (info === undefined) continue;
      if (kind === "file" && (info.nlink ?? 1) > 1) continue; // it has both names
      const saved = await giveFinalName(path, kind, this.#directory, basename(path));
      this.#saved = [...this.#saved, saved];
    }
    await syncDirectory(this.#directory);
  }

  #treeOf(partial: Partial, manifest: Manifest): TreeWriter {
    const { write = (file, bytes) => file.write(bytes) } = this.#options;
    return new TreeWriter(partial.content, manifest, write);
  }

  #begun(): Receiving {
    if (!this.#receiving) throw new TypeError("Cannot go on with a transfer that isn't open");
    return this.#receiving;
  }

  async #closingOnError<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (cause) {
      this.close();
      throw diskFailure(this.#directory, cause);
    }
  }
}

function decode(manifest: Uint8Array): Manifest {
  try {
    return decodeManifest(manifest);
  } catch (cause) {
    throw new TransferError("badManifest", "the manifest can't be read", { cause });
  }
}
