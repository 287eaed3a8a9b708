import { FrameDecoder } from "../../lib/codec/mod.ts";
import { maxFrameBytes } from "../../lib/limits.ts";
import { type ByteStream, closeQuietly, writeAll } from "../../lib/transport/byte_stream.ts";
import type { SeededRandom } from "../testing/seeded_random.ts";
import { pause } from "./attack.ts";

/** How long an attacker waits for the server before it does something else. */
const patienceMs = 1_000;

/** A TCP connection to the server with none of a client's manners. */
export class HostileSocket implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #decoder = new FrameDecoder(maxFrameBytes);
  #reading: Promise<void> | undefined;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async open(port: number): Promise<HostileSocket> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    return new HostileSocket(conn);
  }

  /** For those who want to begin well. */
  get stream(): ByteStream {
    return this.#conn;
  }

  /** Writes all of it, or gives up where the server takes nothing any more. */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await Promise.race([writeAll(this.#conn, bytes), pause(patienceMs)]);
  }

  /** As `write`, in pieces of any size. */
  async drip(bytes: Uint8Array<ArrayBuffer>, random: SeededRandom, pauseMs: number): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const count = 1 + random.below(8);
      await this.write(bytes.slice(at, at + count));
      await pause(pauseMs);
      at += count;
    }
  }

  /** The next frame; `undefined` where none comes. */
  async frame(): Promise<Uint8Array | undefined> {
    for (;;) {
      const frame = this.#decoder.next();
      if (frame) return frame.slice();
      const reading = this.#conn.read(this.#decoder.space());
      reading.catch(() => {}); // it ends with the socket
      const count = await Promise.race([reading, pause(patienceMs)]);
      if (typeof count !== "number") return undefined;
      this.#decoder.advance(count);
    }
  }

  /** Takes whatever comes, and forgets it, until the end. */
  discard(): void {
    const buffer = new Uint8Array(65_536);
    const read = async () => {
      while (await this.#conn.read(buffer) !== null);
    };
    this.#reading ??= read().catch(() => {});
  }

  /** Waits until the server hangs up, but not for ever. */
  async ended(longestMs = patienceMs): Promise<void> {
    this.discard();
    await Promise.race([this.#reading, pause(longestMs)]);
  }

  /** Says that nothing more will come, and goes on listening. */
  async halfClose(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** With bytes unread, the system resets the connection instead. */
  [Symbol.dispose](): void {
    closeQuietly(this.#conn);
  }
}
