import { isAbsolute, join, relative } from "node:path";
import { cleanName } from "./clean_text.ts";
import type { Environment } from "./flag.ts";

/** Where the user is. */
export interface Place {
  /** What `~` stands for, where known. */
  readonly home: string | undefined;
  /** The directory to which other paths are relative. */
  readonly cwd: string;
}

/** The user's home directory, where the environment says it. `os` as `Deno.build.os`. */
export function homeOf(environment: Environment, os: string): string | undefined {
  return environment(os === "windows" ? "USERPROFILE" : "HOME") || undefined;
}

/** A path as it was entered, with `~` for the home directory, as an absolute one. */
export function expandPath(path: string, { home, cwd }: Place): string {
  const isAtHome = home !== undefined && /^~(?:[/\\]|$)/.test(path);
  const expanded = isAtHome ? join(home, path.slice(1)) : path;
  return isAbsolute(expanded) ? expanded : join(cwd, expanded);
}

/** A path as people would write it: the shortest that leads there, and harmless to show. */
export function shortPath(path: string, { home, cwd }: Place): string {
  const below = within(path, cwd);
  if (below !== undefined) return cleanName(below === "" ? "." : below);
  const belowHome = home === undefined ? undefined : within(path, home);
  return cleanName(belowHome === undefined ? path : join("~", belowHome));
}

function within(path: string, directory: string): string | undefined {
  const below = relative(directory, path);
  return isAbsolute(below) || /^\.\.(?:[/\\]|$)/.test(below) ? undefined : below;
}
