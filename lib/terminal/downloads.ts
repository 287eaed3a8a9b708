import { join } from "node:path";
import type { Place } from "./user_paths.ts";

/**
 * Where received files go unless told otherwise: the home directory's `Downloads`, which browsers use, where there is
 * one, and otherwise the working directory.
 */
export function defaultDownloads(
  { home, cwd }: Place,
  isDirectory: (path: string) => boolean,
): string {
  const downloads = home === undefined ? undefined : join(home, "Downloads");
  return downloads !== undefined && isDirectory(downloads) ? downloads : cwd;
}
