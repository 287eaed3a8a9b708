import { formatLine, type Line } from "../../lib/terminal/line.ts";
import type { Screen } from "../../lib/terminal/screen.ts";

/** A screen that remembers what it was shown, mistakes behind a `!`. */
export class FakeScreen implements Screen {
  readonly shown: string[] = [];

  show(line: Line): void {
    this.shown.push(line.tone === "mistake" ? `! ${formatLine(line)}` : formatLine(line));
  }
}
