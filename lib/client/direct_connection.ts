import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { createHmac } from "node:crypto";
import { isIP } from "node:net";
import type { Clock } from "../clock.ts";
import type { DirectAddress } from "../codec/mod.ts";
import { directHeadStartMs, handshakeTimeoutMs, maxDirectStrangers } from "../limits.ts";
import type { TransferSecret } from "../transfer/mod.ts";
import { closeQuietly, type DuplexStream, readExactly, writeAll } from "../transport/mod.ts";

/** What whoever waits says first: random bytes, so that no proof serves twice. */
const challengeBytes = 32;

/** HMAC-SHA256. */
const proofBytes = 32;

const label = new TextEncoder().encode("prosa/1 direct");

/**
 * Waits for the other end of a transfer to connect straight to this machine:
 *
 * ```text
 * waits ──── challenge ───▶ connects
 *       ◀───── proof ──────
 * ```
 *
 * The proof takes the transfer's key. So neither a scan nor the server, nor anybody who has seen an earlier attempt,
 * takes the place of the sender.
 */
export class DirectListener {
  readonly #listener: Deno.TcpListener;
  readonly #secret: TransferSecret;
  readonly #clock: Clock;
  readonly #strangers = new Set<Deno.TcpConn>();

  /** @param hostname at which other machines reach this one */
  constructor(hostname: string, secret: TransferSecret, clock: Clock) {
    this.#listener = Deno.listen({ hostname, port: 0 });
    this.#secret = secret;
    this.#clock = clock;
  }

  get address(): DirectAddress {
    const { hostname, port } = this.#listener.addr as Deno.NetAddr;
    return { hostname, port };
  }

  /** The first connection that knows the transfer's key; never, once it is closed. */
  accept(): Promise<DuplexStream> {
    const { promise, resolve } = Promise.withResolvers<DuplexStream>();
    void this.#acceptAll((conn) => {
      this.close();
      resolve(conn);
    });
    return promise;
  }

  close(): void {
    closeQuietly(this.#listener);
    for (const conn of this.#strangers) closeQuietly(conn);
    this.#strangers.clear();
  }

  async #acceptAll(found: (conn: Deno.TcpConn) => void): Promise<void> {
    try {
      for (;;) {
        const conn = await this.#listener.accept();
        if (this.#strangers.size >= maxDirectStrangers) closeQuietly(conn);
        else void this.#examine(conn, found);
      }
    } catch {
      // closed
    }
  }

  async #examine(conn: Deno.TcpConn, found: (conn: Deno.TcpConn) => void): Promise<void> {
    this.#strangers.add(conn);
    const deadline = this.#clock.after(handshakeTimeoutMs, () => closeQuietly(conn));
    const challenge = crypto.getRandomValues(new Uint8Array(challengeBytes));
    const proof = await writeAll(conn, challenge)
      .then(() => readExactly(conn, proofBytes))
      .catch(() => undefined);
    deadline.cancel();
    const isStranger = this.#strangers.delete(conn); // unless all was closed meanwhile
    if (isStranger && proof && timingSafeEqual(proof, proofOf(this.#secret, challenge))) {
      conn.setNoDelay(true);
      found(conn);
    } else closeQuietly(conn);
  }
}

/**
 * Connects straight to the other end of a transfer; `undefined` where nobody at its addresses answers, in the words
 * of who waits there, within the head start that a direct way has over the server's.
 */
export async function dialDirectly(
  addresses: readonly DirectAddress[],
  secret: TransferSecret,
  clock: Clock,
): Promise<DuplexStream | undefined> {
  const usable = addresses.filter(isUsable);
  if (usable.length === 0) return undefined;
  const dials = usable.map((address) => new Dial(address));
  const late = Promise.withResolvers<undefined>();
  const timer = clock.after(directHeadStartMs, () => late.resolve(undefined));
  const answered = Promise.any(dials.map((dial) => dial.answered)).catch(() => undefined);
  const first = await Promise.race([answered, late.promise]);
  timer.cancel();
  for (const dial of dials) if (dial !== first?.dial) dial.close();
  return await first?.dial.prove(proofOf(secret, first.challenge));
}

/** An attempt to reach one address. */
class Dial {
  /** Resolves with what whoever waits there says first. */
  readonly answered: Promise<{ readonly dial: Dial; readonly challenge: Uint8Array }>;
  #conn: Deno.TcpConn | undefined;
  #isClosed = false;

  constructor(address: DirectAddress) {
    this.answered = this.#dial(address);
  }

  /** What is to come is closed as soon as it comes. */
  close(): void {
    this.#isClosed = true;
    if (this.#conn) closeQuietly(this.#conn);
  }

  async prove(proof: Uint8Array<ArrayBuffer>): Promise<DuplexStream | undefined> {
    const conn = this.#conn!;
    try {
      conn.setNoDelay(true);
      await writeAll(conn, proof);
      return conn;
    } catch {
      closeQuietly(conn);
      return undefined;
    }
  }

  async #dial({ hostname, port }: DirectAddress) {
    this.#conn = await Deno.connect({ hostname, port });
    if (this.#isClosed) this.close();
    const challenge = await readExactly(this.#conn, challengeBytes).catch(() => undefined);
    if (challenge) return { dial: this, challenge };
    this.close();
    throw new Error("nobody there waits for a transfer");
  }
}

/** A name would be looked up, and so tell others of this. */
function isUsable({ hostname, port }: DirectAddress): boolean {
  return isIP(hostname) !== 0 && port !== 0;
}

function proofOf(
  { transferId, fileKey }: TransferSecret,
  challenge: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const hmac = createHmac("sha256", fileKey).update(label).update(transferId).update(challenge);
  return new Uint8Array(hmac.digest());
}
