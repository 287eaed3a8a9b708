/**
 * How fast the stream of a transfer is, without disks and without a server: over loopback TCP, both sides in one process,
 * each in its own, and each in its own with a relay in a third. By hand:
 *
 *     deno run --allow-net --allow-run tests/bench/transfer_stream.ts
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { receiveTransfer, sendTransfer, type Sink, type Source } from "../../lib/transfer/mod.ts";

const size = 1_500_000_000;
const relayBufferBytes = 262_144;
const secret = { transferId: new Uint8Array(16), fileKey: new Uint8Array(32) };

const source: Source = {
  manifest: new Uint8Array(100),
  size,
  read: (offset, into) => Promise.resolve(Math.min(into.length, size - offset)),
  close: () => {},
};

const sink: Sink = {
  begin: () => Promise.resolve(0),
  write: () => Promise.resolve(),
  finish: () => Promise.resolve(),
  close: () => {},
};

async function send(port: number): Promise<void> {
  const stream = await Deno.connect({ hostname: "127.0.0.1", port });
  stream.setNoDelay(true);
  await sendTransfer({ ...secret, stream, source, clock: systemClock });
}

async function receive(listener: Deno.TcpListener): Promise<void> {
  const stream = await listener.accept();
  stream.setNoDelay(true);
  await receiveTransfer({ ...secret, stream, sink, clock: systemClock });
}

async function relay(listener: Deno.TcpListener, port: number): Promise<void> {
  const near = await listener.accept();
  const far = await Deno.connect({ hostname: "127.0.0.1", port });
  await Promise.race([pump(near, far), pump(far, near)]);
}

async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(relayBufferBytes);
  for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
    for (let written = 0; written < count;) {
      written += await to.write(buffer.subarray(written, count));
    }
  }
}

function listen(): Deno.TcpListener {
  return Deno.listen({ hostname: "127.0.0.1", port: 0 });
}

/** Another process with that part; answers its port. */
async function start(...parts: string[]): Promise<number> {
  const args = ["run", "--allow-net", import.meta.filename!, ...parts];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  const { value } = await child.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  return Number(value);
}

async function measure(what: string, run: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  await run();
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(`${what}: ${Math.round(size / 1_000_000 / seconds)} MB/s`);
}

const [part, port] = Deno.args;
if (part) {
  const listener = listen();
  console.log(listener.addr.port);
  await (part === "receive" ? receive(listener) : relay(listener, Number(port)));
  Deno.exit();
}
const listener = listen();
await measure("one process", () => Promise.all([receive(listener), send(listener.addr.port)]));
const receiver = await start("receive");
await measure("two processes", () => send(receiver));
const relayed = await start("relay", String(await start("receive")));
await measure("two processes and a relay", () => send(relayed));
Deno.exit();
