import type { DatagramConn } from "../../lib/transport/mod.ts";

/** A UDP socket in memory, whose sends end when the test says so and which receives what it is given. */
export class MemoryDatagrams implements DatagramConn {
  readonly addr: Deno.Addr = { transport: "udp", hostname: "127.0.0.1", port: 7_700 };
  /** What was sent, in the order in which the sends began. */
  readonly sent: { readonly bytes: Uint8Array; readonly to: Deno.NetAddr }[] = [];
  /** How many sends are under way. */
  sending = 0;
  /** Decides about each send: resolves when it has left, or rejects. */
  depart: (to: Deno.NetAddr) => Promise<void> = () => Promise.resolve();
  isClosed = false;
  #incoming: { readonly bytes: Uint8Array; readonly from: Deno.NetAddr; readonly error?: Error }[] =
    [];
  #arrived = Promise.withResolvers<void>();

  async send(bytes: Uint8Array<ArrayBuffer>, to: Deno.NetAddr): Promise<number> {
    this.sent.push({ bytes: bytes.slice(), to });
    this.sending++;
    try {
      await this.depart(to);
    } finally {
      this.sending--;
    }
    return bytes.length;
  }

  /** Something arrives. */
  deliver(bytes: Uint8Array, from: Deno.NetAddr): void {
    this.#push({ bytes, from });
  }

  /** The next `receive` fails. */
  fail(error: Error): void {
    this.#push({ bytes: new Uint8Array(), from: this.addr as Deno.NetAddr, error });
  }

  async receive(
    buffer: Uint8Array<ArrayBuffer>,
  ): Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]> {
    while (this.#incoming.length === 0) {
      if (this.isClosed) throw new Deno.errors.BadResource("closed");
      await this.#arrived.promise;
    }
    const { bytes, from, error } = this.#incoming.shift()!;
    if (error) throw error;
    const length = Math.min(bytes.length, buffer.length);
    buffer.set(bytes.subarray(0, length));
    return [buffer.subarray(0, length), from];
  }

  close(): void {
    this.isClosed = true;
    this.#arrived.resolve();
  }

  #push(arrival: { bytes: Uint8Array; from: Deno.NetAddr; error?: Error }): void {
    this.#incoming.push(arrival);
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }
}
