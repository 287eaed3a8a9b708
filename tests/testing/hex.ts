/** The bytes of a hexadecimal text; white space between digits is for the reader. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(text.replaceAll(/\s/g, ""));
}

/** The hexadecimal text of bytes, which compares faster than they do and shows what differs. */
export function hex(value: Uint8Array): string {
  return value.toHex();
}
