import type { Clock } from "../clock.ts";
import {
  ByteReader,
  decodeMessage,
  frameHeaderBytes,
  type Message,
  ProtocolError,
  type TransferRole,
} from "../codec/mod.ts";
import type { Identity } from "../crypto/mod.ts";
import { handshakeTimeoutMs, maxHandshakeFrameBytes, transferWaitMs } from "../limits.ts";
import {
  type Authenticated,
  closeQuietly,
  type DuplexStream,
  readExactly,
} from "../transport/mod.ts";
import { authenticate, dial } from "./dial.ts";
import { ChatError } from "./event.ts";
import type { ServerAddress } from "./server_address.ts";

export interface TransferConnectionOptions {
  readonly address: ServerAddress;
  /** As which its owner is in the room. */
  readonly name: string;
  readonly identity: Identity;
  /** Whether the server's static key will do: it must be the one that the chat goes through. */
  readonly trustServer: (serverKey: Uint8Array) => boolean;
  /** 16 random bytes that only the two members know. */
  readonly transferId: Uint8Array;
  readonly role: TransferRole;
  readonly clock: Clock;
  /** Gives up when it is aborted; of no effect once the stream has been handed over. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A connection of its own for one side of a transfer: it answers once the other side has come, and what is written
 * from then on is the other's to read, byte for byte. The server reads along; it is for the two members to encrypt.
 * An end is no sign that all has come: a connection that breaks ends in the same way.
 *
 * @throws {ChatError} `unreachable`, also where the connection breaks or the server stops; `notAServer`,
 * `versionUnsupported`, `serverKeyChanged`, or what the server refuses with: `transferUnmatched` where the other
 * side doesn't come
 * @throws the signal's reason, or whatever `trustServer` throws
 */
export async function openTransferConnection(
  options: TransferConnectionOptions,
): Promise<DuplexStream> {
  const { address, clock, signal, role, transferId } = options;
  signal?.throwIfAborted();
  const conn = await dial(address, clock, signal);
  const close = () => closeQuietly(conn);
  signal?.addEventListener("abort", close);
  const deadline = clock.after(2 * handshakeTimeoutMs + transferWaitMs, close);
  try {
    signal?.throwIfAborted();
    conn.setNoDelay(true); // the last piece of a file is rarely a full segment
    const transfer = { role, id: transferId };
    const authenticated = await authenticate(conn, { ...options, invitation: "", transfer });
    await waitForOther(conn, authenticated);
    return conn;
  } catch (error) {
    close();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", close);
    deadline.cancel();
  }
}

/** Reads the one frame that the server sends, and no byte of what is behind it. */
async function waitForOther(
  conn: Deno.TcpConn,
  { decoder, handshaken }: Authenticated<unknown>,
): Promise<void> {
  try {
    if (decoder.remaining > 0) {
      throw new ProtocolError("unexpectedMessage", "the server spoke within the handshake");
    }
    const [high = 0, low = 0] = await readExactly(conn, frameHeaderBytes);
    const length = high * 256 + low;
    if (length > maxHandshakeFrameBytes) {
      throw new ProtocolError("lengthOverLimit", "a frame is over its limit");
    }
    const plaintext = handshaken.transport.openFrame(await readExactly(conn, length));
    const reader = new ByteReader(plaintext);
    const message = decodeMessage(reader);
    reader.end();
    heed(message);
  } catch (cause) {
    if (cause instanceof ChatError) throw cause;
    if (cause instanceof ProtocolError) throw new ChatError("notAServer", { cause });
    throw new ChatError("unreachable", { cause }); // it broke
  }
}

function heed(message: Message): void {
  switch (message.kind) {
    case "paired":
      return;
    case "refused":
      throw new ChatError(message.code);
    case "bye":
      throw new ChatError("unreachable"); // the server stops
    default:
      throw new ProtocolError("unexpectedMessage", `a transfer began with ${message.kind}`);
  }
}
