import { ProtocolError } from "../codec/mod.ts";
import { maxRollNames } from "../limits.ts";
import { parseName } from "../registry/mod.ts";

/**
 * Names as a server may write them. What is no name, or is written otherwise than its owner could have it,
 * is refused: it would stand on the screen like somebody else's, and nobody's key could be pinned to it.
 */
export class ServerNames {
  /** Keys of the names that were good, for the way of every message. */
  readonly #keys = new Map<string, string>();

  /**
   * Equal for all spellings of a name.
   *
   * @throws {ProtocolError} `badValue` for what no server of ours lets in
   */
  keyOf(name: string): string {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const parsed = parseName(name);
    if (parsed.kind === "notAName" || parsed.name !== name) {
      throw new ProtocolError("badValue", "a server gave somebody a name that is none");
    }
    if (this.#keys.size >= maxRollNames) this.#keys.clear();
    this.#keys.set(name, parsed.key);
    return parsed.key;
  }
}
