import type { Line } from "./line.ts";

/** Where lines are shown. */
export interface Screen {
  /** @returns where the reader is behind, a promise to wait for before showing more */
  show(line: Line): void | Promise<void>;
}
