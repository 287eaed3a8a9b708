import { encodeFrame, type FrameDecoder, ProtocolError } from "../codec/mod.ts";

/** What a TCP connection offers, and all that the layers above know of it. */
export interface ByteStream {
  /** Fills the start of `buffer`; the count of bytes, or `null` at the end of the stream. */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  /** Takes the first bytes of `bytes`, at least one; answers how many. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  /** Ends both directions; what waits in `read` or `write` fails. */
  close(): void;
}

/** A byte stream each direction of which ends by itself. */
export interface DuplexStream extends ByteStream {
  /** Ends our direction: the other side reads what was written, and then the end. */
  closeWrite(): Promise<void>;
}

/** Writes all of `bytes`: one `write` may take only a part. */
export async function writeAll(stream: ByteStream, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await stream.write(written === 0 ? bytes : bytes.subarray(written));
  }
}

/**
 * The next `length` bytes, and no byte of what is behind them.
 *
 * @throws {Deno.errors.UnexpectedEof} where the stream ends before
 */
export async function readExactly(
  stream: Pick<ByteStream, "read">,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const count = await stream.read(bytes.subarray(filled));
    if (count === null) throw new Deno.errors.UnexpectedEof("the connection ended");
    filled += count;
  }
  return bytes;
}

export async function writeFrame(stream: ByteStream, content: Uint8Array): Promise<void> {
  await writeAll(stream, encodeFrame(content));
}

/**
 * The next frame: a view, valid until the next is read.
 *
 * @throws {ProtocolError} `truncated` where the stream ends before it, `lengthOverLimit`
 */
export async function readFrame(stream: ByteStream, decoder: FrameDecoder): Promise<Uint8Array> {
  for (;;) {
    const frame = decoder.next();
    if (frame) return frame;
    const count = await stream.read(decoder.space());
    if (count === null) throw new ProtocolError("truncated", "the stream ended in the handshake");
    decoder.advance(count);
  }
}

/** Closes a stream that may have been closed already, which Deno takes for an error. */
export function closeQuietly(stream: { close(): void }): void {
  try {
    stream.close();
  } catch {
    // closed before
  }
}
