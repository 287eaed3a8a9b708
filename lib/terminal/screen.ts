import type { Line } from "./line.ts";

/** Where lines are shown. */
export interface Screen {
  /** @returns where the reader is behind, a promise to wait for before showing more */
  show(line: Line): void | Promise<void>;
  /** Keeps a word in sight where lines are prompted for, in place of the last one; elsewhere there is none. */
  showStatus?(status: string): void;
  /** How wide that word may be, to leave room for the line being written. */
  readonly statusWidth?: number;
}
