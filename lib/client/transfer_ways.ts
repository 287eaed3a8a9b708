import type { Clock } from "../clock.ts";
import type { DirectAddress } from "../codec/mod.ts";
import { directGraceMs } from "../limits.ts";
import type { TransferSecret } from "../transfer/mod.ts";
import { closeQuietly, type DuplexStream } from "../transport/mod.ts";
import { dialDirectly, DirectListener } from "./direct_connection.ts";

/** Opens the server's way to the other end. */
export type OpenRelay = (
  role: "sender" | "receiver",
  transferId: Uint8Array,
  signal: AbortSignal,
) => Promise<DuplexStream>;

export interface TransferWaysOptions {
  readonly clock: Clock;
  readonly openRelay: OpenRelay;
  /** The address by which this machine reaches the server's network, or `undefined` where no direct way is wanted. */
  readonly directHost: () => string | undefined;
}

/** A receiver that waits for its sender. */
export interface ReceivingEnd {
  /** Where it may be reached directly. */
  readonly addresses: readonly DirectAddress[];
  /** @throws {ChatError} what {@linkcode OpenRelay} throws */
  connect(signal: AbortSignal): Promise<DuplexStream>;
}

/**
 * The ways from one end of a transfer to the other: a direct connection where both are on networks that reach each
 * other, and otherwise through the server.
 */
export class TransferWays {
  readonly #options: TransferWaysOptions;

  constructor(options: TransferWaysOptions) {
    this.#options = options;
  }

  /** Makes ready for a sender. */
  receive(secret: TransferSecret): ReceivingEnd {
    const listener = this.#listen(secret);
    return {
      addresses: listener ? [listener.address] : [],
      connect: (signal) => this.#connect(secret, listener, signal),
    };
  }

  async #connect(
    { transferId }: TransferSecret,
    listener: DirectListener | undefined,
    signal: AbortSignal,
  ): Promise<DuplexStream> {
    const relayed = new AbortController();
    const abort = () => relayed.abort(signal.reason);
    signal.addEventListener("abort", abort);
    const relay = this.#options.openRelay("receiver", transferId, relayed.signal);
    const direct = listener?.accept();
    let stream: DuplexStream | undefined;
    try {
      if (signal.aborted) abort();
      stream = direct ? await this.#first(direct, relay, signal) : await relay;
      return stream;
    } finally {
      signal.removeEventListener("abort", abort);
      listener?.close();
      relayed.abort(); // of no effect on what has been handed over
      const closeOther = (other: DuplexStream) => other === stream || closeQuietly(other);
      relay.then(closeOther, () => {});
      direct?.then(closeOther);
    }
  }

  /** Where the server has no room, say, the direct way may still be open. */
  async #first(
    direct: Promise<DuplexStream>,
    relay: Promise<DuplexStream>,
    signal: AbortSignal,
  ): Promise<DuplexStream> {
    try {
      return await Promise.race([direct, relay]);
    } catch (error) {
      signal.throwIfAborted();
      const late = Promise.withResolvers<never>();
      const giveUp = () => late.reject(error);
      const timer = this.#options.clock.after(directGraceMs, giveUp);
      signal.addEventListener("abort", giveUp);
      try {
        return await Promise.race([direct, late.promise]);
      } finally {
        signal.removeEventListener("abort", giveUp);
        timer.cancel();
      }
    }
  }

  /** @throws {ChatError} what {@linkcode OpenRelay} throws */
  async send(
    secret: TransferSecret,
    addresses: readonly DirectAddress[],
    signal: AbortSignal,
  ): Promise<DuplexStream> {
    const { clock, openRelay, directHost } = this.#options;
    const mayDial = directHost() !== undefined;
    const direct = mayDial ? await dialDirectly(addresses, secret, clock) : undefined;
    if (direct && signal.aborted) closeQuietly(direct);
    signal.throwIfAborted();
    return direct ?? await openRelay("sender", secret.transferId, signal);
  }

  #listen(secret: TransferSecret): DirectListener | undefined {
    const host = this.#options.directHost();
    if (host === undefined) return undefined;
    try {
      return new DirectListener(host, secret, this.#options.clock);
    } catch {
      return undefined; // then it goes through the server
    }
  }
}
