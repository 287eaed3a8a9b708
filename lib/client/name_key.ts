import { parseName } from "../registry/mod.ts";

/** Equal for all spellings of a name; `undefined` for what is none. */
export function nameKeyOf(text: string): string | undefined {
  const name = parseName(text);
  return name.kind === "name" ? name.key : undefined;
}
