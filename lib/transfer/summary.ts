import type { Manifest } from "./manifest.ts";

/** What a transfer is, in a line: what its receiver is asked about, and what it then has to be. */
export interface Summary {
  /** Of the first file or folder, as its sender writes it: `safeName` makes it one to show. */
  readonly name: string;
  /** Of the first one too. */
  readonly kind: "file" | "directory";
  /** Files and folders that stand beside the first one. */
  readonly others: number;
  /** Files in all, those within folders too. */
  readonly files: number;
  /** Bytes of content in all. */
  readonly size: number;
}

/** The summary of a manifest. */
export function summarise({ entries, size }: Manifest): Summary {
  const first = entries[0];
  if (first === undefined) throw new RangeError("Cannot summarise a manifest without entries");
  return {
    name: first.path[0]!,
    kind: first.kind,
    others: entries.filter(({ path }) => path.length === 1).length - 1,
    files: entries.filter(({ kind }) => kind === "file").length,
    size,
  };
}

/** Whether a transfer is what its receiver was asked about. */
export function isSameSummary(a: Summary, b: Summary): boolean {
  return a.name === b.name && a.kind === b.kind && a.others === b.others && a.files === b.files &&
    a.size === b.size;
}
