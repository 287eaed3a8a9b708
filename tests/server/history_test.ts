import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { encodedMessage } from "../../lib/codec/mod.ts";
import { historyBytes, historyMessages } from "../../lib/limits.ts";
import { History } from "../../lib/server/history.ts";
import { MemoryRoom } from "../../lib/server/memory_room.ts";

Deno.test("History is empty at first", () => {
  const history = new History(new MemoryRoom());
  assertEquals([history.newestSeq, history.oldestSeq], [0, 1]);
  assertEquals(history.get(0), undefined);
  assertEquals(history.get(1), undefined);
});

Deno.test("History.append() numbers from 1", () => {
  const history = new History(new MemoryRoom());
  const messages = [1, 2, 3].map((byte) => Uint8Array.of(byte));
  for (const message of messages) history.append(message);
  assertEquals([history.newestSeq, history.oldestSeq], [3, 1]);
  messages.forEach((message, i) => assertStrictEquals(history.get(i + 1), message));
  assertEquals(history.get(4), undefined);
});

Deno.test("History.append() keeps a message, and nothing of the buffer that it was written to", () => {
  const history = new History(new MemoryRoom());
  const text = "a".repeat(16_000);
  const fields = { from: "ana", id: 1n, sentAt: 0, signature: new Uint8Array(64) };
  const said = encodedMessage({ kind: "said", seq: 1, text, ...fields });
  history.append(said);
  const kept = history.get(1)!;
  assertEquals(kept, said);
  assertEquals(kept.buffer.byteLength, said.length);
});

Deno.test("History.append() forgets the oldest beyond historyMessages", () => {
  const history = new History(new MemoryRoom());
  for (let i = 0; i < historyMessages; i++) history.append(new Uint8Array(1));
  assertEquals(history.oldestSeq, 1);
  history.append(new Uint8Array(1));
  assertEquals([history.oldestSeq, history.newestSeq], [2, historyMessages + 1]);
  assertEquals(history.get(1), undefined);
});

Deno.test("History.append() forgets the oldest beyond historyBytes", () => {
  const history = new History(new MemoryRoom());
  const message = new Uint8Array(16_384);
  const most = historyBytes / message.length;
  for (let i = 0; i < most; i++) history.append(message);
  assertEquals(history.oldestSeq, 1);
  history.append(new Uint8Array(1));
  assertEquals(history.oldestSeq, 2);
});

Deno.test("History keeps its numbers and its limits, whatever the lengths", () => {
  const lengths = fc.array(fc.oneof(fc.nat(100), fc.constant(3_000_000)), { maxLength: 50 });
  const property = fc.property(lengths, (lengths) => {
    const history = new History(new MemoryRoom());
    for (const length of lengths) history.append(new Uint8Array(length));
    assertEquals(history.newestSeq, lengths.length);
    let bytes = 0;
    for (let seq = 1; seq <= lengths.length; seq++) {
      const message = history.get(seq);
      assertEquals(message !== undefined, seq >= history.oldestSeq);
      if (message) assertEquals(message.length, lengths[seq - 1]);
      bytes += message?.length ?? 0;
    }
    assert(bytes <= historyBytes);
  });
  fc.assert(property, { seed: 10, numRuns: 20 });
});
