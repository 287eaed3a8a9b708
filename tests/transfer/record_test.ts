import { assert, assertEquals, assertRejects } from "@std/assert";
import { BulkKey } from "../../lib/crypto/mod.ts";
import { transferRecordsAhead } from "../../lib/limits.ts";
import { RecordReader } from "../../lib/transfer/record_reader.ts";
import { RecordWriter } from "../../lib/transfer/record_writer.ts";
import { SilenceWatch } from "../../lib/transfer/silence_watch.ts";
import { TransferError } from "../../lib/transfer/mod.ts";
import { quiet } from "../testing/crypto_time.ts";
import { hex } from "../testing/hex.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { MemoryStream } from "../testing/memory_stream.ts";

const key = new Uint8Array(32).fill(1);
const maxBytes = 100;

async function recordPair() {
  const [near, far] = MemoryStream.pair();
  const clock = new ManualClock();
  const watch = new SilenceWatch(far, clock, 30_000, () => {});
  const sealKey = await BulkKey.import(key, "encrypt");
  const openKey = await BulkKey.import(key, "decrypt");
  const writer = new RecordWriter(near, sealKey);
  const reader = new RecordReader(watch, openKey, maxBytes);
  const close = () => {
    near.close();
    far.close();
    watch.stop();
  };
  return { near, far, sealKey, openKey, writer, reader, close };
}

/** Makes what `key` is asked for wait, from the second time on, until `finish` is called. */
function delaySecond(key: BulkKey, method: "seal" | "open"): { finish(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const original = key[method].bind(key);
  key[method] = async (counter, bytes) => {
    const made = await original(counter, bytes);
    if (counter > 0) await promise;
    return made;
  };
  return { finish: resolve };
}

/** Asserts that `waiting` isn't over before `finish` has been called, and soon after. */
async function assertWaitsFor(finish: () => void, waiting: Promise<void> | undefined) {
  let isOver = false;
  const over = Promise.resolve(waiting).then(() => isOver = true);
  await quiet();
  assert(!isOver);
  finish();
  await over;
}

function fails(running: Promise<unknown>, code: string): Promise<void> {
  return assertRejects(() => running, TransferError).then((error) =>
    assertEquals(error.code, code)
  );
}

Deno.test("RecordWriter.send() writes the length, then what AES-256-GCM makes of it", async () => {
  const { near, writer, close } = await recordPair();
  await writer.send(Uint8Array.of(9));
  await writer.send(Uint8Array.of(8, 0));
  await quiet();
  // Python's cryptography: AESGCM(bytes([1]) * 32), with counters 0 and 1 as nonces
  assertEquals(near.writes.map(hex), [
    "00000011b6dac222f11adfc9be2eb3da437f29f4e5",
    "00000012b3dacf6d683a0bdcb52ea4ef245562f796c8",
  ]);
  close();
});

Deno.test("RecordWriter.send() leaves the plaintext's memory free at once", async () => {
  const { reader, writer, close } = await recordPair();
  const plaintext = new Uint8Array(50);
  for (let i = 0; i < 3 * transferRecordsAhead; i++) {
    plaintext.fill(i);
    const sent = writer.send(plaintext);
    plaintext.fill(0xff);
    await sent;
  }
  for (let i = 0; i < 3 * transferRecordsAhead; i++) {
    assertEquals(await reader.next(), new Uint8Array(50).fill(i));
  }
  close();
});

Deno.test("RecordReader.next() refuses a length at once that no record has", async () => {
  for (const length of [0, 16, maxBytes + 17, 0xffff_ffff]) {
    const { near, reader, close } = await recordPair();
    const header = new Uint8Array(4);
    new DataView(header.buffer).setUint32(0, length);
    await near.write(header);
    await fails(reader.next(), "corrupt");
    await fails(reader.next(), "corrupt");
    close();
  }
});

Deno.test("RecordReader.next() gives nothing behind a record that isn't genuine", async () => {
  const { near, reader, writer, close } = await recordPair();
  near.flippedBit = 8 * 25; // in the second
  for (let i = 0; i < 3; i++) await writer.send(Uint8Array.of(i));
  await quiet();
  assertEquals(await reader.next(), Uint8Array.of(0));
  for (let i = 0; i < 3; i++) await fails(reader.next(), "corrupt");
  close();
});

Deno.test("RecordReader.next() gives what came before the end of the stream", async () => {
  const { near, reader, writer, close } = await recordPair();
  for (let i = 0; i < 10; i++) await writer.send(Uint8Array.of(i));
  await writer.end(Uint8Array.of(10));
  await writer.send(Uint8Array.of(11)); // goes nowhere
  assertEquals(writer.counter, 11);
  near.endsAfterBytes = 0;
  for (let i = 0; i <= 10; i++) assertEquals(await reader.next(), Uint8Array.of(i));
  await fails(reader.next(), "interrupted");
  close();
});

Deno.test("RecordWriter.settled waits for what is being sealed when the stream breaks", async () => {
  const { sealKey, writer, close } = await recordPair();
  const { finish } = delaySecond(sealKey, "seal");
  const sent = [writer.send(Uint8Array.of(0)), writer.send(Uint8Array.of(1))];
  close();
  await assertWaitsFor(finish, writer.settled);
  await Promise.all(sent);
  assert(writer.isOver);
});

Deno.test("RecordReader.settle() waits for what is being opened, wanted or not", async () => {
  for (const isWanted of [true, false]) {
    const { openKey, reader, writer, close } = await recordPair();
    const { finish } = delaySecond(openKey, "open");
    for (let i = 0; i < 3; i++) await writer.send(Uint8Array.of(i));
    await quiet();
    assertEquals(await reader.next(), Uint8Array.of(0));
    if (!isWanted) reader.stop();
    close();
    await assertWaitsFor(finish, reader.settle());
  }
});
