import { join } from "node:path";
import { diskReadBytes } from "../limits.ts";
import { harmlessPaths } from "./harmless_paths.ts";
import { lookAt } from "./look_at.ts";
import type { Manifest } from "./manifest.ts";
import { makeDirectory } from "./partial.ts";
import { syncDirectories, syncFiles } from "./sync.ts";

/** A file or directory to be written. */
interface Target {
  readonly kind: "file" | "directory";
  readonly path: string;
  /** Stands in no directory of the transfer. */
  readonly isRoot: boolean;
  readonly size: number;
  readonly modifiedAt: number;
}

/** Writes a piece to a file, and answers how much of it: less than all where the file system says so. */
export type Write = (file: Deno.FsFile, bytes: Uint8Array) => Promise<number>;

/**
 * Writes content into the files of a manifest, one after the other, so that how far it came is told by what
 * stands on the disk. All are made anew, for their owner only, and none to be executed.
 */
export class TreeWriter {
  readonly #targets: readonly Target[];
  readonly #write: Write;
  /** The target that the next content goes to, and how much of it is there. */
  #index = 0;
  #written = 0;
  #position = 0;
  #file: Deno.FsFile | undefined;

  /** @param directory where the tree is assembled */
  constructor(directory: string, { entries }: Manifest, write: Write) {
    const paths = harmlessPaths(entries);
    this.#targets = entries.map(({ kind, size, modifiedAt }, i) => ({
      kind,
      path: join(directory, ...paths[i]!),
      isRoot: paths[i]!.length === 1,
      size,
      modifiedAt,
    }));
    this.#write = write;
  }

  /** Bytes of content that are there. */
  get position(): number {
    return this.#position;
  }

  /** What stands in no directory of the transfer. */
  get roots(): readonly Target[] {
    return this.#targets.filter(({ isRoot }) => isRoot);
  }

  /** Makes the directories, and finds out what is there; answers whether an earlier attempt can have left it so. */
  async resume(): Promise<boolean> {
    let isBehind = false; // the place where the earlier attempt ended
    for (const [index, { kind, path, size }] of this.#targets.entries()) {
      if (kind === "directory") {
        await makeDirectory(path);
        continue;
      }
      const present = await fileSize(path);
      if (isBehind) {
        if (present !== undefined) return false;
        continue;
      }
      if (present === "other" || present !== undefined && present > size) return false;
      this.#position += present ?? 0;
      if (present === size) continue;
      isBehind = true;
      this.#index = index;
      this.#written = present ?? 0;
      if (present !== undefined) await this.#reopen(path);
    }
    if (!isBehind) this.#index = this.#targets.length;
    return true;
  }

  /** The content that is there. */
  async *readBack(): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(diskReadBytes);
    for (const { kind, path } of this.#targets.slice(0, this.#index + 1)) {
      if (kind === "directory") continue;
      if (await fileSize(path) === undefined) continue; // the next to be written
      using file = await Deno.open(path, { read: true });
      for (let count; (count = await file.read(buffer)) !== null;) yield buffer.subarray(0, count);
    }
  }

  /** Writes the content that follows, no more than the manifest has. */
  async write(content: Uint8Array): Promise<void> {
    for (let rest = content; rest.length > 0;) {
      if (!this.#hasRoom()) await this.#openNext();
      const target = this.#targets[this.#index]!;
      const count = await this.#write(this.#file!, rest.subarray(0, target.size - this.#written));
      this.#written += count;
      this.#position += count;
      rest = rest.subarray(count);
    }
  }

  /** Makes the files that are still missing, all of them empty, and sets dates; returns when the disk has it all. */
  async settle(): Promise<void> {
    await this.#openNext();
    this.close();
    await syncFiles(this.#targets.filter(({ kind }) => kind === "file"));
    await syncDirectories(this.#targets.filter(({ kind }) => kind === "directory").toReversed());
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #hasRoom(): boolean {
    return this.#file !== undefined && this.#written < this.#targets[this.#index]!.size;
  }

  /** Opens the file that the next content goes to, and makes those before it. */
  async #openNext(): Promise<void> {
    for (let target; (target = this.#targets[this.#index]) !== undefined;) {
      if (target.kind === "file") {
        this.#file ??= await Deno.open(target.path, {
          read: true,
          write: true,
          createNew: true,
          mode: 0o600,
        });
        if (this.#written < target.size) return;
        this.close();
      }
      this.#index += 1;
      this.#written = 0;
    }
  }

  async #reopen(path: string): Promise<void> {
    this.#file = await Deno.open(path, { read: true, write: true });
    await this.#file.seek(0, Deno.SeekMode.End);
  }
}

/** Bytes of a file; `undefined` where there is nothing, `other` where there is something else. */
async function fileSize(path: string): Promise<number | "other" | undefined> {
  const info = await lookAt(path);
  if (info === undefined) return undefined;
  return info.isFile && (info.nlink ?? 1) === 1 ? info.size : "other";
}
