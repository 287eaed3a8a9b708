import { createHash } from "node:crypto";

const utf8 = new TextEncoder();

/** Names that Windows keeps for devices, whatever follows behind a dot. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;

/** File systems take 255 bytes; some space is left for what is added. */
const maxCharacters = 200;

/**
 * A text as the name of a directory, another one for every other text, also where the file system doesn't
 * tell upper case from lower: lower-case ASCII letters, digits and `.-_` stand for themselves, other bytes
 * as `%xx`.
 */
export function directoryName(text: string): string {
  const encoded = Array.from(utf8.encode(text), encodeByte).join("")
    .replace(/^\.|\.$/g, "%2e"); // neither hidden, nor `..`, nor what Windows leaves out
  const safe = deviceName.test(encoded)
    ? encodeByte(encoded.charCodeAt(0), 0, true) + encoded.slice(1)
    : encoded;
  if (safe.length <= maxCharacters) return safe;
  const digest = createHash("sha256").update(text).digest("hex");
  return `${safe.slice(0, 100)}%%${digest}`; // no shorter name has `%%`
}

function encodeByte(byte: number, _index?: number, isForced = false): string {
  const character = String.fromCharCode(byte);
  const isPlain = !isForced && /[a-z0-9._-]/.test(character);
  return isPlain ? character : `%${byte.toString(16).padStart(2, "0")}`;
}
