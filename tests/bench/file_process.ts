/**
 * A member in a process of its own that sends or receives files: the sender is given a path on standard input, and
 * prints a line once it is offered; the receiver is given an empty line, accepts what was offered next, and prints the seconds
 * from there until all of it was verified and in its place.
 *
 * @module
 */
import {
  type Client,
  type ClientEvent,
  connect,
  type TransferStatus,
} from "../../lib/client/mod.ts";
import { linesOf } from "./child_process.ts";

/** What a client reports of transfers, one after the other. */
class Events {
  readonly #events: AsyncIterator<ClientEvent>;
  /** Those that were passed over. */
  readonly #earlier: ClientEvent[] = [];

  constructor(client: Client) {
    this.#events = client.events();
  }

  /** The first for which `isIt` holds; none is answered twice. */
  async transfer(
    isIt: (event: ClientEvent, transfer: TransferStatus) => boolean,
  ): Promise<TransferStatus> {
    const found = this.#earlier.findIndex((event) =>
      "transfer" in event && isIt(event, event.transfer)
    );
    const [earlier] = found < 0 ? [] : this.#earlier.splice(found, 1);
    if (earlier && "transfer" in earlier) return earlier.transfer;
    for (;;) {
      const { done, value } = await this.#events.next();
      if (done) throw new Error("the client was closed");
      if ("transfer" in value && isIt(value, value.transfer)) return value.transfer;
      this.#earlier.push(value);
    }
  }
}

if (import.meta.main) {
  const [port = "", name = "", other = "", downloads = "", way = ""] = Deno.args;
  const isDirect = way === "direct";
  const client = await connect({ server: `127.0.0.1:${port}`, name, downloads, isDirect });
  const events = new Events(client);
  console.log("ready");
  for await (const path of linesOf(Deno.stdin.readable)) {
    if (path !== "") {
      await client.offer(other, [path]);
      console.log("offered");
      continue;
    }
    const { number } = await events.transfer(({ kind }) => kind === "offered");
    const start = performance.now();
    await client.acceptTransfer(number);
    await events.transfer((_, transfer) => transfer.number === number && transfer.state === "done");
    console.log((performance.now() - start) / 1_000);
  }
  await client.close();
  Deno.exit(0);
}
