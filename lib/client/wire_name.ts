import { maxNameBytes } from "../limits.ts";

const utf8 = new TextEncoder();

/** A name as it goes to the server; `undefined` for a text too long to be one, which no message holds. */
export function wireName(text: string): string | undefined {
  const name = text.normalize("NFKC");
  return utf8.encode(name).length > maxNameBytes ? undefined : name;
}
