/** Below this, giving back costs more than it saves. */
const largeBytes = 2_048;

/**
 * Gives the memory of a large buffer back at once: V8 would keep it until its next collection, and a
 * thousand of them by then. The bytes, and all views of them, are gone.
 */
export function release(bytes: Uint8Array<ArrayBuffer>): void {
  const { buffer } = bytes;
  const isWhole = bytes.length === buffer.byteLength; // others may be using the rest
  if (isWhole && buffer.byteLength >= largeBytes) buffer.transfer(0);
}
