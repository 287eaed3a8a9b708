/**
 * Two members in a process of their own, one of which writes to the other 200 times a second: prints a line
 * when it is ready, measures for each line on standard input, and prints the latencies.
 *
 * @module
 */
import { LoadMember } from "./load_member.ts";

/** From sending to having it in hand, in ms. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
}

const pauseMs = 5;
const messages = 1_000;

if (import.meta.main) {
  const [port = "", prefix = ""] = Deno.args;
  using author = await LoadMember.connect(Number(port), `${prefix}-author`);
  using addressee = await LoadMember.connect(Number(port), `${prefix}-addressee`);
  console.log("ready");
  for await (const _ of Deno.stdin.readable) {
    console.log(JSON.stringify(await measure(author, addressee)));
  }
}

async function measure(author: LoadMember, addressee: LoadMember): Promise<Latencies> {
  const sentAt = new Map<bigint, number>();
  const latencies: number[] = [];
  const done = Promise.withResolvers<void>();
  addressee.onTold = ({ id }) => {
    latencies.push(performance.now() - sentAt.get(id)!);
    if (latencies.length === messages) done.resolve();
  };
  const start = performance.now();
  const base = crypto.getRandomValues(new BigUint64Array(1))[0]! >> 20n;
  for (let i = 0; i < messages; i++) {
    const pause = start + i * pauseMs - performance.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const id = base + BigInt(i);
    sentAt.set(id, performance.now());
    author.send(addressee.name, id, new Uint8Array(111));
  }
  await done.promise;
  latencies.sort((a, b) => a - b);
  return { p50: latencies[messages / 2]!, p99: latencies[messages * 0.99]! };
}
