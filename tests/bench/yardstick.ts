import process from "node:process";
import { createCipheriv } from "node:crypto";

/**
 * What one sealed datagram cost at the least on the machine where the goals and the peers' figures were
 * taken: AES-256-GCM of 100 bytes by node:crypto, and one UDP send by Deno, in µs of CPU.
 */
const referenceUs = 3.4 + 6.8;
const rounds = 10_000;

/** How many times slower this machine is now than that one: 1 is as fast, 2 takes twice the time. */
export async function measureSlowness(): Promise<number> {
  const key = new Uint8Array(32);
  const nonce = new Uint8Array(12);
  const message = new Uint8Array(200);
  const udp = { transport: "udp", hostname: "127.0.0.1", port: 0 } as const;
  using sender = closing(Deno.listenDatagram(udp));
  using sink = closing(Deno.listenDatagram(udp));
  const to = sink.conn.addr as Deno.NetAddr;
  const work = async () => {
    const before = process.cpuUsage();
    for (let i = 0; i < rounds; i++) {
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      cipher.update(message.subarray(0, 100));
      cipher.final();
      cipher.getAuthTag();
      await sender.conn.send(message, to);
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / rounds;
  };
  await work(); // warms the compiler up
  return await work() / referenceUs;
}

function closing(conn: Deno.DatagramConn): Disposable & { readonly conn: Deno.DatagramConn } {
  return { conn, [Symbol.dispose]: () => conn.close() };
}
