import type { Clock } from "../clock.ts";
import {
  ProtocolError,
  protocolVersion,
  type ServerHello,
  type TransferSide,
} from "../codec/mod.ts";
import type { Identity } from "../crypto/mod.ts";
import { handshakeTimeoutMs } from "../limits.ts";
import { type Authenticated, closeQuietly, initiateHandshake } from "../transport/mod.ts";
import { software } from "../version.ts";
import { ChatError } from "./event.ts";
import type { ServerAddress } from "./server_address.ts";

/** As whom somebody comes to a server, and which server it must be. */
export interface Credentials {
  readonly name: string;
  readonly identity: Identity;
  readonly invitation: string;
  /** Whether the server's static key will do. */
  readonly trustServer: (serverKey: Uint8Array) => boolean;
  /** Set where the connection is to be one side of a transfer. */
  readonly transfer?: TransferSide | undefined;
}

/**
 * A TCP connection, within the time that people wait.
 *
 * @param signal gives up when it is aborted
 * @throws {ChatError} `unreachable`
 */
export async function dial(
  { hostname, port }: ServerAddress,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Deno.TcpConn> {
  const late = Promise.withResolvers<never>();
  const giveUp = () => late.reject(new ChatError("unreachable"));
  const timer = clock.after(handshakeTimeoutMs, giveUp);
  signal?.addEventListener("abort", giveUp);
  const dialled = Deno.connect({ hostname, port });
  try {
    return await Promise.race([dialled, late.promise]);
  } catch (cause) {
    dialled.then(closeQuietly, () => {}); // should it still come
    throw new ChatError("unreachable", { cause });
  } finally {
    signal?.removeEventListener("abort", giveUp);
    timer.cancel();
  }
}

/**
 * Both sides prove who they are.
 *
 * @throws {ChatError} `notAServer`, `versionUnsupported`, or `serverKeyChanged`
 * @throws whatever `trustServer` throws
 */
export async function authenticate(
  conn: Deno.TcpConn,
  { identity, name, invitation, trustServer, transfer }: Credentials,
): Promise<Authenticated<ServerHello>> {
  const hello = {
    version: protocolVersion,
    software,
    name,
    signingKey: identity.signingKeyPair.publicKey,
    invitation,
    capabilities: 0,
    transfer,
  };
  let distrust: unknown;
  try {
    return await initiateHandshake(conn, identity.staticKeyPair, hello, (serverKey) => {
      try {
        if (!trustServer(serverKey)) throw new ChatError("serverKeyChanged");
      } catch (error) {
        throw distrust = error;
      }
    });
  } catch (cause) {
    if (distrust !== undefined) throw distrust;
    const isVersion = cause instanceof ProtocolError && cause.code === "versionUnsupported";
    throw new ChatError(isVersion ? "versionUnsupported" : "notAServer", { cause });
  }
}
