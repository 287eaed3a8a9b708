import { assert, assertEquals } from "@std/assert";
import { SendQueue } from "../../lib/client/send_queue.ts";
import type { MessageId } from "../../lib/codec/mod.ts";
import {
  maxInquiriesInFlight,
  maxOutbox,
  maxSendBytesInFlight,
  maxSendsInFlight,
  maxUndeliveredBytes,
} from "../../lib/limits.ts";

const nobody = () => false;
const everybody = () => true;

interface Fields {
  readonly to?: string;
  readonly bytes?: number;
  readonly isAccepted?: boolean;
}

function add(queue: SendQueue, id: MessageId, fields: Fields = {}): void {
  const { to = `to ${id}`, bytes = 10, isAccepted = false } = fields;
  const send = { kind: "send", id, to, envelope: new Uint8Array(bytes) } as const;
  queue.add(send, to.toUpperCase(), isAccepted);
}

function queueOf(count: number, fields?: Fields, isPresent = nobody): SendQueue {
  const queue = new SendQueue(isPresent);
  for (let i = 0; i < count; i++) add(queue, BigInt(i), fields);
  return queue;
}

/** What leaves now: the numbers of messages, and of those asked about with a question mark. */
function transmitted(queue: SendQueue): (number | string)[] {
  return [...queue.transmit()].map(({ kind, id }) => kind === "send" ? Number(id) : `${id}?`);
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
  const queue = queueOf(maxSendsInFlight + 10, { to: "bia" });
  assertEquals(transmitted(queue), range(0, maxSendsInFlight));
  for (let id = 0n; id < 3n; id++) queue.accept(id);
  assertEquals(transmitted(queue), range(maxSendsInFlight, maxSendsInFlight + 3));
});

Deno.test("SendQueue.transmit() has at most maxSendBytesInFlight on their way, and one more", () => {
  const bytes = 30_000;
  const most = Math.ceil(maxSendBytesInFlight / bytes);
  const queue = queueOf(20, { bytes });
  assertEquals(transmitted(queue), range(0, most));
  queue.remove(0n);
  assertEquals(transmitted(queue), [most]);
});

Deno.test("SendQueue.transmit() lets addressees take turns, and keeps the order of each", () => {
  const queue = new SendQueue(nobody);
  for (const [i, to] of ["bia", "bia", "bia", "eva", "caio", "eva"].entries()) {
    add(queue, BigInt(i), { to });
  }
  assertEquals(transmitted(queue), [0, 3, 4, 1, 5, 2]);
});

const large = { to: "bia", bytes: maxUndeliveredBytes / 4 };

Deno.test("SendQueue.transmit() waits for who is present to get what was sent, and lets others by", () => {
  const queue = queueOf(6, large, everybody);
  const sent = () => transmitted(queue);
  assertEquals(sent(), [0, 1, 2, 3]);
  for (const id of [0n, 1n, 2n, 3n]) queue.accept(id);
  assertEquals(sent(), []);
  add(queue, 6n, { to: "eva" });
  assertEquals(sent(), [6]);
  queue.remove(1n);
  assertEquals(sent(), [4]);
  assertEquals(sent(), []);
});

Deno.test("SendQueue.transmit() doesn't wait for who is absent, and goes on when somebody goes", () => {
  let isPresent = true;
  const queue = queueOf(6, large, () => isPresent);
  assertEquals(transmitted(queue), [0, 1, 2, 3]);
  for (const id of [0n, 1n, 2n, 3n]) queue.accept(id);
  assertEquals(transmitted(queue), []);
  isPresent = false;
  queue.presenceChanged();
  assertEquals(transmitted(queue), [4, 5]);
  isPresent = true;
  queue.presenceChanged();
  add(queue, 6n, large);
  assertEquals(transmitted(queue), []);
});

Deno.test("SendQueue.transmit() does no more work the more wait for who has enough", () => {
  const queue = queueOf(maxOutbox, { ...large, bytes: maxUndeliveredBytes }, everybody);
  assertEquals(transmitted(queue), [0]);
  queue.accept(0n);
  const before = performance.now();
  for (let id = BigInt(maxOutbox); id < 2n * BigInt(maxOutbox); id++) {
    add(queue, id, { to: "eva", bytes: 1 });
    assertEquals([...queue.transmit()].length, 1);
    queue.remove(id);
  }
  assert(performance.now() - before < 2_000, "it walks past all that wait"); // it takes 30 ms
});

Deno.test("SendQueue.accept() says once that a message is accepted", () => {
  const queue = queueOf(2);
  transmitted(queue);
  assertEquals(queue.accept(0n), true);
  assertEquals(queue.accept(0n), false);
  assertEquals(queue.accept(9n), false);
});

Deno.test("SendQueue.remove() forgets a message, whatever has become of it", () => {
  const queue = queueOf(3);
  queue.remove(0n);
  assertEquals(transmitted(queue), [1, 2]);
  queue.accept(1n);
  queue.remove(1n);
  queue.remove(2n);
  queue.restart();
  assertEquals(transmitted(queue), []);
});

Deno.test("SendQueue.restart() sends again what was not accepted, in order, and asks about the rest", () => {
  const queue = queueOf(5, { to: "bia" });
  transmitted(queue);
  for (const id of [0n, 2n, 3n]) queue.accept(id);
  queue.restart();
  assertEquals(transmitted(queue), ["0?", "2?", "3?", 1, 4]);
  queue.accept(2n); // the answer
  queue.restart();
  assertEquals(transmitted(queue), ["0?", "2?", "3?", 1, 4]);
});

Deno.test("SendQueue.restart() leaves room for as many bytes as before", () => {
  const queue = queueOf(20, { bytes: 30_000 });
  const first = transmitted(queue);
  for (let i = 0; i < 3; i++) {
    queue.restart();
    assertEquals(transmitted(queue), first);
  }
});

Deno.test("SendQueue.add() of an accepted message asks about it first", () => {
  const queue = new SendQueue(nobody);
  add(queue, 0n, { isAccepted: true });
  add(queue, 1n);
  assertEquals(transmitted(queue), ["0?", 1]);
  assertEquals(transmitted(queue), []);
  assertEquals(queue.accept(0n), true);
});

Deno.test("SendQueue.transmit() asks about maxInquiriesInFlight at a time", () => {
  const queue = queueOf(maxInquiriesInFlight + 10, { isAccepted: true });
  const asked = (first: number, end: number) => range(first, end).map((id) => `${id}?`);
  assertEquals(transmitted(queue), asked(0, maxInquiriesInFlight));
  assertEquals(transmitted(queue), []);
  queue.accept(0n);
  queue.remove(1n);
  queue.sendAgain(2n);
  const expected = [...asked(maxInquiriesInFlight, maxInquiriesInFlight + 3), 2];
  assertEquals(transmitted(queue), expected);
});

Deno.test("SendQueue.sendAgain() sends only what was asked about, and once", () => {
  const queue = queueOf(2, { to: "bia" });
  transmitted(queue);
  queue.accept(0n);
  for (const id of [0n, 1n, 9n]) queue.sendAgain(id);
  assertEquals(transmitted(queue), []);
  queue.restart();
  assertEquals(transmitted(queue), ["0?", 1]);
  for (let i = 0; i < 2; i++) queue.sendAgain(0n);
  assertEquals(transmitted(queue), [0]);
});

Deno.test("SendQueue.clear() forgets everything", () => {
  const queue = queueOf(3);
  transmitted(queue);
  queue.accept(0n);
  queue.clear();
  queue.restart();
  assertEquals(transmitted(queue), []);
});
