import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { createHmac } from "node:crypto";
import { systemClock } from "../../lib/clock.ts";
import { dialDirectly, DirectListener } from "../../lib/client/direct_connection.ts";
import type { DirectAddress } from "../../lib/codec/mod.ts";
import { maxDirectStrangers } from "../../lib/limits.ts";
import { closeQuietly, type DuplexStream, writeAll } from "../../lib/transport/mod.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { TestSide } from "../testing/test_transfers.ts";
import { transferSecret } from "../testing/transfer.ts";
import { within } from "../testing/within.ts";

const otherKey = { ...transferSecret, fileKey: new Uint8Array(32) };

/** A listener that waits, and what it has found. */
class Waiting implements Disposable {
  readonly clock = new ManualClock();
  readonly listener = new DirectListener("127.0.0.1", transferSecret, this.clock);
  found: DuplexStream | undefined;
  readonly accepted = this.listener.accept().then((stream) => this.found = stream);
  readonly #streams: { close(): void }[] = [];

  get address(): DirectAddress {
    return this.listener.address;
  }

  async stranger(): Promise<TestSide & { stream: Deno.TcpConn }> {
    const conn = await Deno.connect(this.address);
    this.#streams.push(conn);
    return new TestSide(conn) as TestSide & { stream: Deno.TcpConn };
  }

  /** The sender comes, and both can speak. */
  async meetsSender(): Promise<void> {
    const sender = await within(dialDirectly([this.address], transferSecret, systemClock), "a way");
    assert(sender);
    this.#streams.push(sender);
    const receiver = await within(this.accepted, "the sender to be found");
    this.#streams.push(receiver);
    await writeAll(sender, Uint8Array.of(1, 2, 3));
    assertEquals(await new TestSide(receiver).receive(3), Uint8Array.of(1, 2, 3));
    assertEquals(this.clock.pending, 0);
  }

  [Symbol.dispose](): void {
    this.listener.close();
    for (const stream of this.#streams) closeQuietly(stream);
  }
}

Deno.test("DirectListener finds the sender, and listens no longer", async () => {
  using waiting = new Waiting();
  await waiting.meetsSender();
  const again = await dialDirectly([waiting.address], transferSecret, systemClock)
    .catch(() => undefined);
  assertEquals(again, undefined);
});

Deno.test("DirectListener turns away who has another key, or only the id", async () => {
  using waiting = new Waiting();
  const liar = await dialDirectly([waiting.address], otherKey, systemClock);
  assert(await new TestSide(liar!).seesEnd());
  closeQuietly(liar!);
  const stranger = await waiting.stranger();
  const challenge = await stranger.receive(32);
  await stranger.send(concat([transferSecret.transferId, transferSecret.transferId]));
  assert(await stranger.seesEnd());
  assertEquals(challenge.length, 32);
  assertEquals(waiting.found, undefined);
  await waiting.meetsSender();
});

Deno.test("DirectListener takes no proof that was given before", async () => {
  using waiting = new Waiting();
  const [first, second] = [await waiting.stranger(), await waiting.stranger()];
  const challenge = await first.receive(32);
  assert(challenge.toHex() !== (await second.receive(32)).toHex());
  const { fileKey, transferId } = transferSecret;
  const proof = createHmac("sha256", fileKey).update("prosa/1 direct").update(transferId)
    .update(challenge).digest();
  await second.send(new Uint8Array(proof));
  assert(await second.seesEnd());
  assertEquals(waiting.found, undefined);
  await first.send(new Uint8Array(proof));
  closeQuietly(await within(waiting.accepted, "the first to be found"));
});

Deno.test("DirectListener takes no more silent strangers than a few, and lets go of them", async () => {
  using waiting = new Waiting();
  const strangers = [];
  for (let i = 0; i < maxDirectStrangers; i++) {
    const stranger = await waiting.stranger();
    await stranger.receive(32);
    strangers.push(stranger);
  }
  assert(await (await waiting.stranger()).seesEnd());
  assertEquals(await dialDirectly([waiting.address], transferSecret, systemClock), undefined);
  waiting.clock.advance(60_000);
  for (const stranger of strangers) assert(await stranger.seesEnd());
  await waiting.meetsSender();
});

Deno.test("dialDirectly() gives up where nobody answers as it should", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = silent.accept();
  const { hostname, port } = silent.addr as Deno.NetAddr;
  const clock = new ManualClock();
  const dialling = dialDirectly([{ hostname, port }], transferSecret, clock);
  using conn = await accepted;
  clock.advance(1_000);
  assertEquals(await within(dialling, "an answer"), undefined);
  assertEquals(await conn.read(new Uint8Array(1)), null); // and nothing was said
  assertEquals(clock.pending, 0);
});

Deno.test("dialDirectly() looks up no names", async () => {
  const addresses = [{ hostname: "localhost", port: 1 }, { hostname: "127.0.0.1", port: 0 }];
  assertEquals(await dialDirectly(addresses, transferSecret, new ManualClock()), undefined);
  assertEquals(await dialDirectly([], transferSecret, new ManualClock()), undefined);
});
