/**
 * Two clients in a process of their own, one of which tells the other something 200 times a second: prints a
 * line when it is ready, measures for each line on standard input, and prints the latencies.
 *
 * @module
 */
import { type Client, connect } from "../../lib/client/mod.ts";
import type { Latencies } from "./latency_process.ts";

const pauseMs = 5;
const messages = 1_000;
const text = "x".repeat(100);

if (import.meta.main) {
  const server = `127.0.0.1:${Deno.args[0]}`;
  const author = await connect({ server, name: "author" });
  const addressee = await connect({ server, name: "addressee" });
  console.log("ready");
  for await (const _ of Deno.stdin.readable) {
    console.log(JSON.stringify(await measure(author, addressee)));
  }
  await author.close();
  await addressee.close();
}

async function measure(author: Client, addressee: Client): Promise<Latencies> {
  const sentAt: number[] = [];
  const receiving = receive(addressee);
  const start = performance.now();
  for (let i = 0; i < messages; i++) {
    const pause = start + i * pauseMs - performance.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    sentAt.push(performance.now());
    void author.tell("addressee", text);
  }
  const receivedAt = await receiving;
  const latencies = receivedAt.map((time, i) => time - sentAt[i]!).sort((a, b) => a - b);
  return { p50: latencies[messages / 2]!, p99: latencies[messages * 0.99]! };
}

/** When each message came, in their order. */
async function receive(addressee: Client): Promise<number[]> {
  const receivedAt: number[] = [];
  for await (const event of addressee.events()) {
    if (event.kind !== "told") continue;
    receivedAt.push(performance.now());
    if (receivedAt.length === messages) break;
  }
  return receivedAt;
}
