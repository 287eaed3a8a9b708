import { assertEquals } from "@std/assert";
import type { MessageId } from "../../lib/codec/mod.ts";
import { SendQueue } from "../../lib/client/send_queue.ts";
import { maxSendBytesInFlight, maxSendsInFlight } from "../../lib/limits.ts";

function queueOf(count: number, envelopeBytes = 10): SendQueue {
  const queue = new SendQueue();
  for (let i = 0; i < count; i++) add(queue, BigInt(i), envelopeBytes);
  return queue;
}

function add(queue: SendQueue, id: MessageId, envelopeBytes = 10): void {
  const envelope = new Uint8Array(envelopeBytes);
  const send = { kind: "send", id, to: `to ${id}`, envelope } as const;
  queue.add({ send, resolve: () => {}, reject: () => {} });
}

function transmitted(queue: SendQueue): number[] {
  return [...queue.transmit()].map(({ id }) => Number(id));
}

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}

Deno.test("SendQueue.transmit() gives each message once, in order", () => {
  const queue = queueOf(3);
  assertEquals(transmitted(queue), [0, 1, 2]);
  assertEquals(transmitted(queue), []);
  add(queue, 3n);
  assertEquals(transmitted(queue), [3]);
});

Deno.test("SendQueue.transmit() has at most maxSendsInFlight on their way", () => {
  const queue = queueOf(maxSendsInFlight + 10);
  assertEquals(transmitted(queue), range(0, maxSendsInFlight));
  for (let id = 0n; id < 3n; id++) queue.accept(id);
  assertEquals(transmitted(queue), range(maxSendsInFlight, maxSendsInFlight + 3));
});

Deno.test("SendQueue.transmit() has at most maxSendBytesInFlight on their way, and one more", () => {
  const bytes = 30_000;
  const most = Math.ceil(maxSendBytesInFlight / bytes);
  const queue = queueOf(20, bytes);
  assertEquals(transmitted(queue), range(0, most));
  queue.reject(0n);
  assertEquals(transmitted(queue), [most]);
});

Deno.test("SendQueue.accept() and reject() answer each message once", () => {
  const queue = queueOf(2);
  transmitted(queue);
  assertEquals(queue.accept(0n)?.send.id, 0n);
  assertEquals(queue.accept(0n), undefined);
  assertEquals(queue.reject(1n)?.send.id, 1n);
  assertEquals(queue.reject(1n), undefined);
  assertEquals(queue.size, 0);
  assertEquals(transmitted(queue), []);
});

Deno.test("SendQueue.conclude() says for whom an accepted message was, once", () => {
  const queue = queueOf(2);
  assertEquals(queue.conclude(0n), undefined);
  queue.accept(0n);
  assertEquals(queue.conclude(0n), "to 0");
  assertEquals(queue.conclude(0n), undefined);
  queue.reject(1n);
  assertEquals(queue.conclude(1n), undefined);
});

Deno.test("SendQueue.restart() sends again what was not accepted, in order", () => {
  const queue = queueOf(maxSendsInFlight + 10);
  transmitted(queue);
  for (const id of [0n, 2n, 3n]) queue.accept(id);
  queue.restart();
  const expected = [1, ...range(4, maxSendsInFlight + 3)];
  assertEquals(transmitted(queue), expected);
  assertEquals(queue.conclude(0n), "to 0"); // what was accepted is still to be delivered
});

Deno.test("SendQueue.restart() leaves room for as many bytes as before", () => {
  const queue = queueOf(20, 30_000);
  const first = transmitted(queue);
  for (let i = 0; i < 3; i++) {
    queue.restart();
    assertEquals(transmitted(queue), first);
  }
});

Deno.test("SendQueue.clear() takes out what was not accepted", () => {
  const queue = queueOf(3);
  transmitted(queue);
  queue.accept(0n);
  assertEquals(queue.clear().map(({ send }) => send.id), [1n, 2n]);
  assertEquals(queue.size, 0);
  assertEquals(transmitted(queue), []);
});
