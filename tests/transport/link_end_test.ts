import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../lib/codec/mod.ts";
import {
  congestedBytes,
  congestedWriteMs,
  maxQueuedBytes,
  silenceTimeoutMs,
  writeTimeoutMs,
} from "../../lib/limits.ts";
import { linkPair } from "../testing/link_pair.ts";
import { settled } from "../testing/turns.ts";

const ping: Message = { kind: "ping" };
const filler: Message = {
  kind: "told",
  delivery: 1,
  from: "bia",
  id: 1n,
  envelope: new Uint8Array(32_768),
};

Deno.test("Link ends as lost where the other side closes", async () => {
  const { near, far } = linkPair();
  const end = near.receive(() => {});
  far.close();
  assertEquals(await end, { kind: "lost" });
});

Deno.test("Link ends as lost where a write fails", async () => {
  const { near, far } = linkPair();
  far.close();
  near.send(ping);
  await near.flushed();
  assertEquals(await near.receive(() => {}), { kind: "lost" });
});

Deno.test("Link.close() ends it as closed, a pending write too", async () => {
  const { near, nearStream } = linkPair();
  const end = near.receive(() => {});
  nearStream.stall();
  near.send(ping);
  await settled();
  near.send(ping);
  near.close();
  assertEquals(await end, { kind: "closed" });
  await near.flushed();
  assert(nearStream.isClosed);
  assertEquals(nearStream.writes.length, 0);
});

Deno.test("Link.close() does nothing a second time", async () => {
  const { near } = linkPair();
  near.close();
  near.close();
  near.send(ping);
  near.sendEncoded(new Uint8Array(10));
  near.check();
  await near.flushed();
  assertEquals(await near.receive(() => {}), { kind: "closed" });
});

Deno.test("Link is congested with much in its queue, until nearly all of it has left", async () => {
  const { near, nearStream, far } = linkPair();
  const farEnd = far.receive(() => {});
  nearStream.stall();
  for (let bytes = 0; bytes < congestedBytes - 32_768; bytes += 32_768) near.send(filler);
  assert(!near.isCongested && !near.isDrained);
  near.send(filler);
  assert(near.isCongested && !near.isDrained);
  nearStream.resume();
  await near.flushed();
  assert(!near.isCongested && near.isDrained);
  near.close();
  await farEnd;
});

Deno.test("Link is congested where a write takes long, until it is taken", async () => {
  const { near, nearStream, far, clock } = linkPair();
  const farEnd = far.receive(() => {});
  nearStream.stall();
  near.send(ping);
  await settled();
  clock.advance(congestedWriteMs);
  assert(!near.isCongested && near.isDrained);
  clock.advance(1);
  assert(near.isCongested && !near.isDrained);
  nearStream.resume();
  await near.flushed();
  assert(!near.isCongested && near.isDrained);
  near.close();
  await farEnd;
});

Deno.test("Link.send() ends it as slowReader once too much is queued", async () => {
  const { near, nearStream } = linkPair();
  const end = near.receive(() => {});
  nearStream.stall();
  const most = Math.floor(maxQueuedBytes / 32_790);
  for (let i = 0; i < most; i++) near.send(filler);
  await settled();
  assert(!nearStream.isClosed);
  near.send(filler);
  assertEquals(await end, { kind: "slowReader" });
  await near.flushed();
});

Deno.test("Link.send() counts only what the other side has not taken", async () => {
  const { near, nearStream } = linkPair();
  for (let i = 0; i < 100; i++) {
    near.send(filler);
    await near.flushed();
  }
  assert(!nearStream.isClosed);
});

Deno.test("Link.check() ends it as slowReader once a write lasts too long", async () => {
  const { near, nearStream, clock } = linkPair();
  const end = near.receive(() => {});
  nearStream.stall();
  near.send(ping);
  await settled();
  clock.advance(writeTimeoutMs);
  near.check();
  assert(!nearStream.isClosed);
  clock.advance(1);
  near.check();
  assertEquals(await end, { kind: "slowReader" });
});

Deno.test("Link.check() forgives a slow write once it is through", async () => {
  const { near, nearStream, clock } = linkPair();
  nearStream.stall();
  near.send(ping);
  await settled();
  clock.advance(writeTimeoutMs);
  nearStream.resume();
  await near.flushed();
  clock.advance(1_000);
  near.check();
  assert(!nearStream.isClosed);
});

Deno.test("Link.check() ends it as silence once nothing was heard for too long", async () => {
  const { near, nearStream, clock } = linkPair();
  const end = near.receive(() => {});
  clock.advance(silenceTimeoutMs);
  near.check();
  assert(!nearStream.isClosed);
  clock.advance(1);
  near.check();
  assertEquals(await end, { kind: "silence" });
});

Deno.test("Link.check() puts the silence off with every message", async () => {
  const { near, nearStream, far, clock } = linkPair();
  const end = near.receive(() => {});
  clock.advance(silenceTimeoutMs);
  far.send(ping);
  await far.flushed();
  await settled();
  far.check(); // which has said something, and heard nothing
  assertEquals(far.quietSince, clock.now() - silenceTimeoutMs);
  clock.advance(silenceTimeoutMs);
  near.check();
  assert(!nearStream.isClosed);
  near.close();
  await end;
});

Deno.test("Link.giveUp() ends it as silence at once", async () => {
  const { near, nearStream } = linkPair();
  const end = near.receive(() => {});
  near.giveUp();
  assert(nearStream.isClosed);
  assertEquals(await end, { kind: "silence" });
});
