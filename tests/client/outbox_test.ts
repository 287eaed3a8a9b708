import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeLetter, encodeLetter } from "../../lib/client/letter.ts";
import { Outbox } from "../../lib/client/outbox.ts";
import { StoreError } from "../../lib/client/store.ts";
import type { Content, MessageId } from "../../lib/codec/mod.ts";
import { outboxLazyMs } from "../../lib/limits.ts";
import { content } from "../testing/end_to_end_pair.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { SnapshotStore } from "../testing/snapshot_store.ts";
import { textContent } from "../testing/contents.ts";

/** An outbox as a process has it: `restart` is one that goes on after the process was killed. */
function open(store = new SnapshotStore()) {
  const clock = new ManualClock();
  const faults: unknown[] = [];
  const outbox = new Outbox({ store, clock, onFault: (error) => faults.push(error) });
  return { outbox, store, clock, faults, restart: () => open(new SnapshotStore(store)) };
}

function seal(outbox: Outbox, store: SnapshotStore, id: MessageId, byte = 1): boolean {
  const changes = outbox.seal(id, { envelope: Uint8Array.of(byte), groupId: `group ${byte}` });
  const isSealed = changes !== undefined && store.commit(changes);
  outbox.reread(id);
  return isSealed;
}

const idsOf = (letters: { content: Content }[]) => letters.map(({ content }) => content.id);

Deno.test("decodeLetter() gives back what encodeLetter() wrote", () => {
  const sealed = fc.record({
    groupId: fc.string({ maxLength: 64 }),
    envelope: fc.uint8Array(),
    isAccepted: fc.boolean(),
  });
  const letter = fc.record({
    to: fc.constantFrom("bia", "Zoë", "é".repeat(32)),
    content: fc.record({
      id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      sentAt: fc.nat(),
      body: fc.record({
        kind: fc.constant("text"),
        text: fc.string({ unit: "grapheme" }),
      }),
    }),
    sealings: fc.nat(4),
    sealed: fc.option(sealed, { nil: undefined }),
  });
  fc.assert(fc.property(letter, (letter) => {
    const { toKey, ...decoded } = decodeLetter(encodeLetter({ ...letter, toKey: "" }));
    assertEquals(decoded, letter);
    assertEquals(toKey, letter.to.toUpperCase());
  }));
});

Deno.test("Outbox.add() has a letter on the disk when it returns, in one commit", () => {
  const { outbox, store, restart } = open();
  const letter = outbox.add("bia", content(7n));
  assertEquals(store.commits, 1);
  assertEquals(letter.toKey, "BIA");
  assertEquals(restart().outbox.load(), [letter]);
});

Deno.test("Outbox.load() answers letters in the order written, whatever their ids, and each once", () => {
  const { outbox, restart } = open();
  const ids = Array.from({ length: 20 }, (_, i) => BigInt((i * 7) % 20) << 59n);
  for (const id of ids.slice(0, 10)) outbox.add("bia", content(id));
  const next = restart();
  assertEquals(idsOf(next.outbox.load()), ids.slice(0, 10));
  for (const id of ids.slice(10)) next.outbox.add("eva", content(id));
  assertEquals(next.outbox.load(), []);
  assertEquals(idsOf(next.restart().outbox.load()), ids);
});

Deno.test("Outbox.seal() keeps the envelope, and no second one for the same state", () => {
  const { outbox, store, restart } = open();
  outbox.add("bia", content(7n));
  const changes = outbox.seal(7n, { envelope: Uint8Array.of(1), groupId: "a" })!;
  assert(store.commit(changes));
  assertEquals(outbox.seal(7n, { envelope: Uint8Array.of(2), groupId: "a" }), undefined);
  const sealed = { envelope: Uint8Array.of(1), groupId: "a", isAccepted: false };
  assertEquals(outbox.reread(7n)?.sealed, sealed);
  const [again] = restart().outbox.load();
  assertEquals([again?.sealed, again?.sealings], [sealed, 1]);
  assert(seal(outbox, store, 7n, 3)); // anew, on purpose
  assertEquals(outbox.get(7n)?.sealings, 2);
});

Deno.test("Outbox.seal() wants no envelope for a letter that is gone, here or by another process", () => {
  const { outbox, store } = open();
  const other = open(store);
  for (const id of [1n, 2n]) outbox.add("bia", content(id));
  outbox.remove(1n);
  assertEquals(outbox.seal(1n, { envelope: Uint8Array.of(1), groupId: "a" }), undefined);
  other.outbox.load();
  other.outbox.remove(2n);
  other.outbox.flush();
  assertEquals(outbox.seal(2n, { envelope: Uint8Array.of(1), groupId: "a" }), undefined);
  assertEquals(outbox.reread(2n), undefined);
  assertEquals(outbox.size, 0);
});

Deno.test("Outbox.reread() takes the envelope of the process that was faster", () => {
  const { outbox, store } = open();
  outbox.add("bia", content(7n));
  const other = open(store);
  other.outbox.load();
  const changes = outbox.seal(7n, { envelope: Uint8Array.of(1), groupId: "a" })!;
  assert(seal(other.outbox, store, 7n, 2));
  assertEquals(store.commit(changes), false);
  assertEquals(outbox.seal(7n, { envelope: Uint8Array.of(3), groupId: "a" }), undefined);
  assertEquals(outbox.reread(7n)?.sealed?.envelope, Uint8Array.of(2));
});

Deno.test("Outbox.accept() and remove() are written together, outboxLazyMs later", () => {
  const { outbox, store, clock, restart } = open();
  for (const id of [1n, 2n, 3n, 4n]) {
    outbox.add("bia", content(id));
    seal(outbox, store, id);
  }
  const { commits } = store;
  for (const id of [1n, 2n]) outbox.accept(id);
  for (const id of [2n, 3n]) outbox.remove(id);
  assertEquals(outbox.load(), []); // though the store still has them
  assertEquals(idsOf(restart().outbox.load()), [1n, 2n, 3n, 4n]);
  clock.advance(outboxLazyMs);
  assertEquals(store.commits, commits + 1);
  const left = restart().outbox.load();
  assertEquals(left.map(({ sealed }) => sealed?.isAccepted), [true, false]);
  assertEquals(clock.pending, 0);
});

Deno.test("Outbox.flush() doesn't put an old envelope in the place of another process's", () => {
  const { outbox, store } = open();
  outbox.add("bia", content(7n));
  seal(outbox, store, 7n);
  outbox.accept(7n);
  const other = open(store);
  other.outbox.load();
  assert(seal(other.outbox, store, 7n, 2));
  outbox.flush();
  assertEquals(outbox.reread(7n)?.sealed?.envelope, Uint8Array.of(2));
});

Deno.test("Outbox.size and bytes are those of its letters", () => {
  const { outbox, store, restart } = open();
  for (const id of [1n, 2n]) outbox.add("bia", textContent(id, 0, "x".repeat(1_000)));
  const written = outbox.bytes;
  assert(written > 2_000 && written < 2_200, `${written}`);
  outbox.seal(1n, { envelope: new Uint8Array(5_000), groupId: "a" });
  const changes = outbox.seal(1n, { envelope: new Uint8Array(5_000), groupId: "a" })!;
  store.commit(changes);
  outbox.reread(1n);
  assert(outbox.bytes > written + 5_000, `${outbox.bytes}`);
  const next = restart().outbox;
  next.load();
  assertEquals([next.size, next.bytes], [2, outbox.bytes]);
  for (const id of [1n, 2n]) outbox.remove(id);
  assertEquals([outbox.size, outbox.bytes], [0, 0]);
});

Deno.test("Outbox hands on that the disk refuses, and stop() leaves it at that", () => {
  const { outbox, store, clock, faults } = open();
  outbox.add("bia", content(1n));
  outbox.remove(1n);
  const fault = new StoreError("store", "unusable");
  store.beforeCommit = () => {
    throw fault;
  };
  clock.advance(outboxLazyMs);
  assertEquals(faults, [fault]);
  outbox.stop();
  assertEquals(clock.pending, 0);
});
