import { ByteReader, ByteWriter, ProtocolError } from "../codec/mod.ts";
import {
  maxFileNameBytes,
  maxManifestBytes,
  maxManifestDepth,
  maxManifestEntries,
  maxManifestPathBytes,
  maxModifiedAtMs,
} from "../limits.ts";
import { nameKey } from "./safe_name.ts";

/** A file or a directory of a transfer. */
export interface ManifestEntry {
  /** Whether it has content, or others in it. */
  readonly kind: "file" | "directory";
  /** Names from the outside inwards, the own one last. */
  readonly path: readonly string[];
  /** Bytes; of a directory 0. */
  readonly size: number;
  /** Last change of the content, in ms since 1970. */
  readonly modifiedAt: number;
}

/** What a transfer consists of. */
export interface Manifest {
  /** Each directory before what is in it; the content of the files follows in this order. */
  readonly entries: readonly ManifestEntry[];
  /** Bytes of content in all. */
  readonly size: number;
}

const version = 1;
const kinds = ["file", "directory"] as const;

/** An entry with a name of one byte. */
const minEntryBytes = 12;

/**
 * Entries, each directory before what is in it, as bytes: a version, their number, and of each how deep it stands,
 * its kind, its own name, its date and, of a file, its size.
 *
 * @throws {RangeError} for what no field can hold
 */
export function encodeManifest(entries: readonly ManifestEntry[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u8(version);
  writer.u32(entries.length);
  for (const { kind, path, size, modifiedAt } of entries) {
    writer.u8(path.length - 1);
    writer.u8(kinds.indexOf(kind));
    writer.string8(path.at(-1) ?? "");
    writer.u53(modifiedAt);
    if (kind === "file") writer.u53(size);
  }
  const bytes = writer.written.slice();
  writer.release();
  return bytes;
}

/**
 * Reads what {@linkcode encodeManifest} wrote, whoever sends it. Names are neither empty nor `.` nor `..`, have no
 * separator and no NUL; in one directory no two are equal, whatever their case; everything stands in a directory
 * that is there; what it accepts it writes back byte for byte.
 *
 * The names may still do harm on some systems: `safeName` is for the receiver to apply.
 *
 * @throws {ProtocolError}
 */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > maxManifestBytes) throw overLimit("a manifest");
  const reader = new ByteReader(bytes);
  if (reader.u8() !== version) throw bad("a manifest is of another version");
  const count = reader.u32();
  if (count > maxManifestEntries) throw overLimit("the number of files");
  if (count === 0) throw bad("a manifest is empty");
  if (count * minEntryBytes > reader.remaining) {
    throw new ProtocolError("truncated", "a manifest has fewer entries than it says");
  }
  const place = new Place();
  const entries: ManifestEntry[] = [];
  let size = 0;
  for (let i = 0; i < count; i++) {
    const entry = readEntry(reader, place);
    size += entry.size;
    if (size > Number.MAX_SAFE_INTEGER) throw bad("the sizes sum up to more than 2^53 − 1");
    entries.push(entry);
  }
  reader.end();
  return { entries, size };
}

function readEntry(reader: ByteReader, place: Place): ManifestEntry {
  const depth = reader.u8();
  const kind = kinds[reader.u8()];
  if (kind === undefined) throw new ProtocolError("unknownKind", "an entry is of no known kind");
  const name = reader.string8(maxFileNameBytes);
  const modifiedAt = reader.u53();
  if (modifiedAt > maxModifiedAtMs) throw bad("a date is beyond the calendar");
  const size = kind === "file" ? reader.u53() : 0;
  return { kind, path: place.enter(depth, kind, name), size, modifiedAt };
}

/** Where in the tree the reader is. */
class Place {
  /** The directories that the next entry may stand in, from the outside inwards, with the names taken there. */
  readonly #open = [{ path: [] as readonly string[], pathBytes: 0, taken: new Set<string>() }];

  /** The path of an entry that stands so deep, behind those before it. */
  enter(depth: number, kind: ManifestEntry["kind"], name: string): readonly string[] {
    const parent = this.#open[depth];
    if (parent === undefined) throw bad("an entry stands in no directory");
    if (depth >= maxManifestDepth) throw overLimit("the depth of directories");
    if (!isName(name)) throw bad("a name would lead elsewhere");
    const pathBytes = parent.pathBytes + new TextEncoder().encode(name).length + 1;
    if (pathBytes > maxManifestPathBytes) throw overLimit("a path");
    const key = nameKey(name);
    if (parent.taken.has(key)) throw bad("a name stands twice in a directory");
    parent.taken.add(key);
    const path = [...parent.path, name];
    this.#open.length = depth + 1;
    if (kind === "directory") this.#open.push({ path, pathBytes, taken: new Set() });
    return path;
  }
}

function isName(name: string): boolean {
  // deno-lint-ignore no-control-regex -- NUL is one of those
  return name !== "" && name !== "." && name !== ".." && !/[/\\\x00]/.test(name);
}

function bad(message: string): ProtocolError {
  return new ProtocolError("badValue", message);
}

function overLimit(what: string): ProtocolError {
  return new ProtocolError("lengthOverLimit", `${what} is over its limit`);
}
