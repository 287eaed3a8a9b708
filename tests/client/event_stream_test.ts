import { assertEquals } from "@std/assert";
import { EventStream } from "../../lib/client/event_stream.ts";
import { maxQueuedEvents } from "../../lib/limits.ts";
import { settled } from "../testing/turns.ts";

function newStream(): { stream: EventStream<number>; returned: EventStream<number>[] } {
  const returned: EventStream<number>[] = [];
  return {
    stream: new EventStream<number>((stream) => returned.push(stream), (dropped) => -dropped),
    returned,
  };
}

Deno.test("EventStream gives events in order, those queued before first", async () => {
  const { stream } = newStream();
  stream.push(1);
  stream.push(2);
  const read = Array.fromAsync(stream);
  await settled();
  stream.push(3);
  await settled();
  stream.push(4);
  stream.end();
  assertEquals(await read, [1, 2, 3, 4]);
});

Deno.test("EventStream.end() lets what is queued be read", async () => {
  const { stream, returned } = newStream();
  stream.push(1);
  stream.end();
  assertEquals(await Array.fromAsync(stream), [1]);
  assertEquals(await stream.next(), { done: true, value: undefined });
  assertEquals(returned, []);
});

Deno.test("EventStream.end() wakes a reader that waits", async () => {
  const { stream } = newStream();
  const next = stream.next();
  stream.end();
  assertEquals(await next, { done: true, value: undefined });
});

Deno.test("EventStream.return() ends it and says so, as leaving a loop does", async () => {
  const { stream, returned } = newStream();
  for (const event of [1, 2, 3]) stream.push(event);
  const read: number[] = [];
  for await (const event of stream) {
    read.push(event);
    if (event === 2) break;
  }
  assertEquals(read, [1, 2]);
  assertEquals(returned, [stream]);
  assertEquals(await stream.next(), { done: true, value: undefined });
});

Deno.test("EventStream.next() may be called again before the last call is answered", async () => {
  const { stream } = newStream();
  const calls = [stream.next(), stream.next(), stream.next()];
  stream.push(1);
  stream.push(2);
  await settled();
  stream.end();
  const results = await Promise.all(calls);
  assertEquals(results.map(({ value }) => value), [1, 2, undefined]);
});

Deno.test("EventStream.push() drops the oldest beyond maxQueuedEvents, and says so", async () => {
  const { stream } = newStream();
  for (let event = 0; event < maxQueuedEvents + 3; event++) stream.push(event);
  assertEquals((await stream.next()).value, -3);
  assertEquals((await stream.next()).value, 3);
  let count = 1;
  stream.end();
  for await (const _ of stream) count++;
  assertEquals(count, maxQueuedEvents);
});

/** What has become of what was handed, by now. */
async function outcome(handed: Promise<boolean>): Promise<boolean | "waiting"> {
  let outcome: boolean | "waiting" = "waiting";
  void handed.then((isSeen) => outcome = isSeen);
  await settled();
  return outcome;
}

Deno.test("EventStream.hand() resolves when the reader comes back for the next event", async () => {
  const { stream } = newStream();
  const [first, second] = [stream.hand(1), stream.hand(2)];
  assertEquals(await outcome(first), "waiting");
  assertEquals(await stream.next(), { done: false, value: 1 });
  assertEquals(await outcome(first), "waiting");
  assertEquals(await stream.next(), { done: false, value: 2 });
  assertEquals([await outcome(first), await outcome(second)], [true, "waiting"]);
  await stream.return();
  assertEquals(await outcome(second), true);
});

Deno.test("EventStream.end() takes back what nobody would hear was read", async () => {
  const { stream } = newStream();
  stream.push(1);
  const handed = stream.hand(2);
  stream.end();
  assertEquals(await Array.fromAsync(stream), [1]);
  assertEquals(await outcome(handed), false);
});

Deno.test("EventStream.hand() says so where its reader leaves before", async () => {
  const { stream } = newStream();
  stream.push(1);
  const handed = stream.hand(2);
  for await (const _ of stream) break;
  assertEquals(await outcome(handed), false);
});

Deno.test("EventStream.push() drops nothing that was handed", async () => {
  const { stream } = newStream();
  const handed = stream.hand(0);
  for (let i = 1; i <= maxQueuedEvents; i++) stream.push(i);
  for (const value of [-1, 0, 2]) assertEquals(await stream.next(), { done: false, value });
  assertEquals(await outcome(handed), true);
});
