import { basename, join } from "node:path";
import {
  filesOpenedAtOnce,
  maxManifestBytes,
  maxManifestDepth,
  maxManifestEntries,
  maxManifestPathBytes,
  maxTransferBytes,
  minSparseBytes,
  sparseRatio,
} from "../limits.ts";
import { SiblingNames } from "./harmless_paths.ts";
import { encodeManifest, type ManifestEntry } from "./manifest.ts";
import { safeName } from "./safe_name.ts";
import { SourceError, type SourceErrorCode } from "./source_error.ts";

/** A file to be sent, as it was when it was looked at. */
export interface ScannedFile {
  /** Where it is, without a link on the way. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** By which it is known again, and any change of it. */
  readonly info: Deno.FileInfo;
}

/** Something within a folder that isn't sent, and why. */
export interface Skipped {
  /** Where it is. */
  readonly path: string;
  /** Links aren't followed; of the others, each is refused where the user names it. */
  readonly reason: "link" | Extract<SourceErrorCode, "unreadable" | "specialFile" | "sparseFile">;
}

/** What a user wants sent. */
export interface Scan {
  /** What is to be sent, encoded. */
  readonly manifest: Uint8Array;
  /** Files in the order in which their content goes, those without any left out. */
  readonly files: readonly ScannedFile[];
  /** What was left out. */
  readonly skipped: readonly Skipped[];
}

/** What was found under a path. */
type Found =
  | { readonly kind: "file" | "directory"; readonly path: string; readonly info: Deno.FileInfo }
  | { readonly kind: "skipped"; readonly path: string; readonly reason: Skipped["reason"] };

/**
 * Goes through files and folders that a user names. Such a path may be a symbolic link; within a folder none is
 * followed. Links, special files, sparse files and what may not be read are left out of a folder, and refused where
 * the user names them. Hidden files are sent, empty directories too.
 *
 * @throws {SourceError}
 */
export async function scan(paths: readonly string[]): Promise<Scan> {
  const scanner = new Scanner();
  const seen = new Set<string>();
  for (const path of paths) {
    const real = await realPath(path);
    if (seen.has(real)) continue;
    seen.add(real);
    const found = await inspect(real);
    if (found.kind === "skipped") {
      throw new SourceError(found.reason === "link" ? "notFound" : found.reason, path);
    }
    const ownName = basename(path);
    await scanner.add(found, /^\.*$/.test(ownName) ? basename(real) : ownName);
  }
  return scanner.end();
}

class Scanner {
  readonly #entries: ManifestEntry[] = [];
  readonly #files: ScannedFile[] = [];
  readonly #skipped: Skipped[] = [];
  readonly #roots = new SiblingNames();
  #size = 0;
  #first = "";

  add(found: Exclude<Found, { kind: "skipped" }>, name: string): Promise<void> {
    this.#first ||= found.path;
    return this.#add(found, [this.#roots.claim(safeName(name), found.kind)]);
  }

  end(): Scan {
    if (this.#entries.length === 0) throw new SourceError("nothingToSend", "");
    const manifest = encodeManifest(this.#entries);
    if (manifest.length > maxManifestBytes) throw new SourceError("tooMuch", this.#first);
    return { manifest, files: this.#files, skipped: this.#skipped };
  }

  async #add(found: Found, target: readonly string[]): Promise<void> {
    const { path, kind } = found;
    if (kind === "skipped") {
      this.#skipped.push({ path, reason: found.reason });
      return;
    }
    const { info } = found;
    const size = kind === "file" ? info.size : 0;
    this.#size += size;
    if (
      this.#entries.length === maxManifestEntries || target.length > maxManifestDepth ||
      this.#size > maxTransferBytes ||
      new TextEncoder().encode(`${target.join("/")}/`).length > maxManifestPathBytes
    ) {
      throw new SourceError("tooMuch", path);
    }
    const entry = { kind, path: target, size, modifiedAt: Math.max(info.mtime?.getTime() ?? 0, 0) };
    if (kind === "directory") return await this.#addDirectory(path, entry);
    this.#entries.push(entry);
    if (size > 0) this.#files.push({ path, size, info });
  }

  async #addDirectory(path: string, entry: ManifestEntry): Promise<void> {
    let names: string[];
    try {
      names = (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
    } catch (cause) {
      if (entry.path.length === 1) throw new SourceError("unreadable", path, { cause });
      this.#skipped.push({ path, reason: "unreadable" });
      return;
    }
    this.#entries.push(entry);
    const siblings = new SiblingNames();
    for (let i = 0; i < names.length; i += filesOpenedAtOnce) {
      const some = names.slice(i, i + filesOpenedAtOnce);
      const found = await Promise.all(some.map((name) => inspect(join(path, name))));
      for (const [j, one] of found.entries()) {
        const name = one.kind === "skipped"
          ? ""
          : siblings.claim(safeName(some[j]!, { hidden: true }), one.kind);
        await this.#add(one, [...entry.path, name]);
      }
    }
  }
}

async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (cause) {
    const code = cause instanceof Deno.errors.NotFound ? "notFound" : "unreadable";
    throw new SourceError(code, path, { cause });
  }
}

/** Looks at what is there, without following a link; a file is opened to see whether it can be read. */
async function inspect(path: string): Promise<Found> {
  try {
    const info = await Deno.lstat(path);
    if (info.isSymlink) return { kind: "skipped", path, reason: "link" };
    if (info.isDirectory) return { kind: "directory", path, info };
    if (!info.isFile) return { kind: "skipped", path, reason: "specialFile" };
    if (isSparse(info)) return { kind: "skipped", path, reason: "sparseFile" };
    using file = await Deno.open(path, { read: true });
    if (info.size === 0 && await file.read(new Uint8Array(1)) !== null) { // as in /proc
      return { kind: "skipped", path, reason: "specialFile" };
    }
    return { kind: "file", path, info };
  } catch {
    return { kind: "skipped", path, reason: "unreadable" };
  }
}

/**
 * Hardly any of it is on the disk. Where a file system compresses, ordinary files stay above that; where it doesn't
 * tell, as on Windows, no file is sparse.
 */
function isSparse({ size, blocks }: Deno.FileInfo): boolean {
  return blocks !== null && size >= minSparseBytes && blocks * 512 * sparseRatio < size;
}
