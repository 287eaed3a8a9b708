/** A line of input, or why it can't be had. */
export type InputLine =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "notUtf8" }
  | { readonly kind: "tooLong" };

const lineFeed = 0x0a;

/**
 * Cuts input into lines, which end with LF or CRLF, the last one perhaps with nothing. What is longer
 * than `maxLineBytes` is not kept. Chunks may end anywhere.
 */
export async function* inputLines(
  input: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<InputLine> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    add(chunk.slice(start)); // the reader may use the chunk's memory again
  }
  if (bytes > 0) yield take();

  function add(part: Uint8Array): void {
    bytes += part.length;
    if (bytes <= maxLineBytes) parts.push(part);
    else parts = [];
  }

  function take(): InputLine {
    const line = bytes > maxLineBytes ? { kind: "tooLong" } as const : decode(parts);
    parts = [];
    bytes = 0;
    return line;
  }
}

function decode(parts: readonly Uint8Array[]): InputLine {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  try {
    let text = "";
    for (const part of parts) text += utf8.decode(part, { stream: true });
    text += utf8.decode();
    return { kind: "line", text: text.replace(/\r$/, "") };
  } catch {
    return { kind: "notUtf8" };
  }
}
