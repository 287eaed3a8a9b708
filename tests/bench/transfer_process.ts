/**
 * One side of transfers in a process of its own, which reads or writes as fast as it can and looks at nothing:
 * for each line on standard input, `ID BYTES`, it opens its side and prints the seconds that it took.
 *
 * @module
 */
import { openTransferConnection } from "../../lib/client/transfer_connection.ts";
import { systemClock } from "../../lib/clock.ts";
import type { TransferRole } from "../../lib/codec/mod.ts";
import { keyPairOf, signingKeyPairOf } from "../../lib/crypto/mod.ts";
import type { DuplexStream } from "../../lib/transport/mod.ts";
import { RawMember } from "../testing/raw_member.ts";
import { linesOf } from "./child_process.ts";

const pieceBytes = 262_144;

if (import.meta.main) {
  const [port = "", name = "", role = ""] = Deno.args;
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const identity = { staticKeyPair: keyPairOf(secret), signingKeyPair: signingKeyPairOf(secret) };
  const hello = { signingKey: identity.signingKeyPair.publicKey };
  const member = await RawMember.enter(Number(port), name, identity.staticKeyPair, hello);
  setInterval(() => member.link.send({ kind: "ping" }), 10_000);
  console.log("ready");
  for await (const line of linesOf(Deno.stdin.readable)) {
    const [id = "", bytes = ""] = line.split(" ");
    const stream = await openTransferConnection({
      address: { hostname: "127.0.0.1", port: Number(port) },
      name,
      identity,
      trustServer: () => true,
      transferId: Uint8Array.fromHex(id),
      role: role as TransferRole,
      clock: systemClock,
    });
    const start = performance.now();
    if (role === "sender") await send(stream, Number(bytes));
    else await receive(stream, Number(bytes));
    console.log((performance.now() - start) / 1_000);
    stream.close();
  }
  Deno.exit(0);
}

async function send(stream: DuplexStream, bytes: number): Promise<void> {
  const piece = new Uint8Array(pieceBytes);
  for (let left = bytes; left > 0;) {
    left -= await stream.write(piece.subarray(0, Math.min(left, pieceBytes)));
  }
  await stream.closeWrite();
  await stream.read(new Uint8Array(1)); // until the other side has read all of it
}

async function receive(stream: DuplexStream, bytes: number): Promise<void> {
  const buffer = new Uint8Array(pieceBytes);
  let left = bytes;
  for (;;) {
    const count = await stream.read(buffer);
    if (count === null) break;
    left -= count;
  }
  if (left !== 0) throw new Error(`${left} bytes are missing`);
  await stream.closeWrite();
}
