import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { transferChunkBytes } from "../../lib/limits.ts";
import { passTime } from "../testing/crypto_time.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { MemorySink } from "../testing/memory_sink.ts";
import { MemorySource } from "../testing/memory_source.ts";
import { MemoryStream } from "../testing/memory_stream.ts";
import { type Rewrite, RewrittenStream } from "../testing/rewritten_stream.ts";
import {
  codeOf,
  ending,
  type Ends,
  someContent,
  someManifest,
  transfer,
  transferSecret,
} from "../testing/transfer.ts";
import { receiveTransfer, sendTransfer } from "../../lib/transfer/mod.ts";

const content = someContent(20);

/** A small transfer over streams that `prepare` has spoilt; time passes as it needs. */
async function spoilt(
  prepare: (
    near: MemoryStream,
    far: MemoryStream,
  ) => readonly [RewrittenStream?, RewrittenStream?] | void,
  sink = new MemorySink(),
  sent = content,
): Promise<Ends & { sink: MemorySink; bytes: readonly [number, number] }> {
  const [near, far] = MemoryStream.pair();
  const [nearer, farther] = prepare(near, far) ?? [];
  const clock = new ManualClock();
  const source = new MemorySource(someManifest, sent);
  const streams = [nearer ?? near, farther ?? far] as const;
  const running = transfer(source, sink, { clock }, { clock }, streams);
  const ends = await passTime(clock, running);
  assert(near.isClosed && far.isClosed && sink.isClosed && source.isClosed);
  assertEquals(clock.pending, 0);
  assertIsBeginning(sink.content, sent);
  return { ...ends, sink, bytes: [near.written.length, far.written.length] };
}

/** Nothing gets to a sink that was not sent, and in that place. */
function assertIsBeginning(received: Uint8Array, sent: Uint8Array): void {
  assertLessOrEqual(received.length, sent.length);
  assertEquals(received, sent.slice(0, received.length));
}

/** Neither side may take it for done. */
function assertFailed({ sent, received }: Ends, what: string): void {
  assert(sent !== "done", `${what}: the sender takes it for done`);
  assert(received !== "done", `${what}: the receiver takes it for done`);
}

const { bytes: [senderBytes, receiverBytes] } = await spoilt(() => {});
/** `done`, a receiver's last record. */
const doneBytes = 4 + 1 + 16;

Deno.test("a transfer notices every bit that the relay flips on the way to the receiver", async () => {
  for (let bit = 0; bit < 8 * senderBytes; bit++) {
    const ends = await spoilt((near) => {
      near.flippedBit = bit;
    });
    assertFailed(ends, `bit ${bit}`);
    assert(!ends.sink.isFinished);
  }
});

Deno.test("a transfer notices every bit that the relay flips on the way to the sender", async () => {
  for (let bit = 0; bit < 8 * receiverBytes; bit++) {
    const { sent, received } = await spoilt((_, far) => {
      far.flippedBit = bit;
    });
    assert(sent !== "done", `bit ${bit}`);
    // only of what comes after its last word can the receiver not know
    assertEquals(received === "done", bit >= 8 * (receiverBytes - doneBytes), `bit ${bit}`);
  }
});

Deno.test("a transfer that the relay cuts short at any byte is interrupted", async () => {
  for (let length = 0; length < senderBytes; length++) {
    const { sent, received, sink } = await spoilt((near) => {
      near.endsAfterBytes = length;
    });
    assertEquals(codeOf(received), "interrupted", `${length} bytes`);
    assertEquals(
      codeOf(sent),
      length < 33 ? "interrupted" : "interrupted (peer)",
      `${length} bytes`,
    );
    assertEquals(sink.content.length, 0);
  }
  for (let length = 0; length < receiverBytes; length++) {
    const { sent } = await spoilt((_, far) => {
      far.endsAfterBytes = length;
    });
    assertEquals(codeOf(sent), "interrupted", `${length} bytes`);
  }
});

/** Hands on each write after what `change` makes of the one with that number. */
const only = (number: number, change: (write: Uint8Array) => Uint8Array[]): Rewrite => (write, n) =>
  n === number ? change(write) : [write];

/** Writes of a sender: its hello, the opening, the manifest, five chunks of which the last is short. */
const fiveChunks = someContent(4 * transferChunkBytes + 5);
const writes = 8;

function throughRelay(rewrite: Rewrite): ReturnType<typeof spoilt> {
  return spoilt((near) => [new RewrittenStream(near, rewrite)], new MemorySink(), fiveChunks);
}

Deno.test("a transfer goes through a relay that leaves it as it is", async () => {
  let count = 0;
  const ends = await throughRelay((write) => {
    count++;
    return [write];
  });
  assertEquals([ends.sent, ends.received, count], ["done", "done", writes]);
});

for (let number = 0; number < writes; number++) {
  Deno.test(`a transfer notices that the relay repeats write ${number}`, async () => {
    const ends = await throughRelay(only(number, (write) => [write, write]));
    const isLast = number === writes - 1; // behind it nothing is read that counts
    if (isLast) assertEquals([ends.sent, ends.received], ["done", "done"]);
    else assertFailed(ends, `write ${number}`);
  });

  Deno.test(`a transfer notices that the relay withholds write ${number}`, async () => {
    const ends = await throughRelay(only(number, () => []));
    assertFailed(ends, `write ${number}`);
    assert(!ends.sink.isFinished);
  });

  Deno.test(`a transfer notices that the relay withholds everything from write ${number} on`, async () => {
    const ends = await throughRelay((write, n) => n < number ? [write] : []);
    assertFailed(ends, `write ${number}`);
    assertEquals(codeOf(ends.received), "interrupted");
  });

  Deno.test(`a transfer notices that the relay holds write ${number} back`, async () => {
    let held: Uint8Array | undefined;
    const ends = await throughRelay((write, n) => {
      if (n === number) held = write;
      return n === number ? [] : n === number + 1 ? [write, held!] : [write];
    });
    assertFailed(ends, `write ${number}`);
    assert(!ends.sink.isFinished);
  });
}

Deno.test("a transfer takes nothing of an earlier attempt", async () => {
  const earlier: Uint8Array[] = [];
  await throughRelay((write) => {
    earlier.push(write);
    return [write];
  });
  for (let first = 0; first < writes; first++) {
    const ends = await throughRelay((write, n) => [n < first ? write : earlier[n] ?? write]);
    assertFailed(ends, `from write ${first} on`);
    assertEquals(codeOf(ends.received), "corrupt");
    assert(!ends.sink.isFinished);
  }
});

Deno.test("a transfer takes nothing that it has said itself", async () => {
  for (const role of ["sender", "receiver"] as const) {
    // the relay gives a side back whatever it writes
    const [near, far] = MemoryStream.pair();
    const echoing = echo(far);
    const common = { ...transferSecret, stream: near, clock: new ManualClock() };
    const sink = new MemorySink();
    const running = role === "sender"
      ? sendTransfer({ ...common, source: new MemorySource(someManifest, content) })
      : receiveTransfer({ ...common, sink });
    const end = await passTime(common.clock, ending(running));
    await echoing;
    // a receiver says nothing first, until it is still there
    assertEquals(codeOf(end), "corrupt", role);
    assertEquals(sink.manifest, undefined);
  }
});

async function echo(stream: MemoryStream): Promise<void> {
  const buffer = new Uint8Array(1_000);
  for (;;) {
    const count = await stream.read(buffer);
    if (count === null) return;
    await stream.write(buffer.slice(0, count));
  }
}

Deno.test("a transfer fails where the two sides don't know the same secret", async () => {
  for (const field of ["fileKey", "transferId"] as const) {
    const other = transferSecret[field].slice();
    other[other.length - 1]! ^= 1;
    const sink = new MemorySink();
    const source = new MemorySource(someManifest, content);
    const { sent, received } = await transfer(source, sink, { [field]: other });
    assertEquals(codeOf(received), "corrupt", field);
    assertEquals(codeOf(sent), "corrupt", field);
    assertEquals(sink.manifest, undefined);
  }
});
