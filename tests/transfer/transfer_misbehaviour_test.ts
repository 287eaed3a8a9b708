import { assert, assertEquals } from "@std/assert";
import { maxManifestBytes, maxTransferBytes, transferChunkBytes } from "../../lib/limits.ts";
import { receiveTransfer, sendTransfer } from "../../lib/transfer/mod.ts";
import { Channel } from "../../lib/transfer/channel.ts";
import { SilenceWatch } from "../../lib/transfer/silence_watch.ts";
import type { TransferRole } from "../../lib/transfer/transfer_keys.ts";
import type { TransferMessage } from "../../lib/transfer/transfer_message.ts";
import { passTime, quiet } from "../testing/crypto_time.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { MemorySink } from "../testing/memory_sink.ts";
import { MemorySource } from "../testing/memory_source.ts";
import { MemoryStream } from "../testing/memory_stream.ts";
import { codeOf, ending, someContent, someManifest, transferSecret } from "../testing/transfer.ts";

/** How a side ends whose peer knows the secret, and says these. */
async function against(
  role: TransferRole,
  messages: readonly TransferMessage[],
  running: (
    common: typeof transferSecret & { stream: MemoryStream; clock: ManualClock },
  ) => Promise<void>,
): Promise<string> {
  const [stream, peerStream] = MemoryStream.pair();
  const clock = new ManualClock();
  const ended = ending(running({ ...transferSecret, stream, clock }));
  const watch = new SilenceWatch(peerStream, clock, 30_000, () => {});
  const peer = await Channel.open(peerStream, watch, transferSecret, role, clock);
  for (const message of messages) {
    await peer.send(message);
    await quiet();
  }
  const end = await passTime(clock, ended);
  watch.stop();
  peerStream.close();
  assertEquals(clock.pending, 0);
  return codeOf(end);
}

const opening = { kind: "opening", size: 5, manifestBytes: 2 } as const;
const manifest = { kind: "manifest", part: new Uint8Array(2) } as const;
const alive = { kind: "alive" } as const;

function content(kind: "chunk" | "lastChunk", length: number): TransferMessage {
  return { kind, content: new Uint8Array(length) };
}

const full = transferChunkBytes;

for (
  const { name, messages, expected } of [
    { name: "content before the opening", messages: [content("chunk", 5)], expected: "corrupt" },
    { name: "a second opening", messages: [opening, opening], expected: "corrupt" },
    {
      name: "a receiver's words",
      messages: [{ kind: "resume", offset: 0 }],
      expected: "corrupt",
    },
    {
      name: "an opening of too much",
      messages: [{ ...opening, size: maxTransferBytes + 1 }],
      expected: "tooLarge",
    },
    {
      name: "too long a manifest",
      messages: [{ ...opening, manifestBytes: maxManifestBytes + 1 }],
      expected: "badManifest",
    },
    {
      name: "a short part of a manifest",
      messages: [opening, { ...manifest, part: new Uint8Array(1) }],
      expected: "corrupt",
    },
    {
      name: "a long part of a manifest",
      messages: [opening, { ...manifest, part: new Uint8Array(3) }],
      expected: "corrupt",
    },
    {
      name: "less than was announced",
      messages: [opening, manifest, content("lastChunk", 4)],
      expected: "corrupt",
    },
    {
      name: "more than was announced",
      messages: [opening, manifest, content("lastChunk", 6)],
      expected: "corrupt",
    },
    {
      name: "a last chunk that doesn't say so",
      messages: [opening, manifest, content("chunk", 5)],
      expected: "corrupt",
    },
    {
      name: "a last chunk too soon",
      messages: [{ ...opening, size: full + 1 }, manifest, content("lastChunk", full)],
      expected: "corrupt",
    },
    {
      name: "a chunk of another size",
      messages: [{ ...opening, size: full + 1 }, manifest, content("chunk", full - 1)],
      expected: "corrupt",
    },
    {
      name: "an end with a code",
      messages: [opening, manifest, { kind: "failed", code: "sourceChanged" }],
      expected: "sourceChanged (peer)",
    },
    {
      name: "what is right, between signs of life",
      messages: [alive, opening, alive, manifest, alive, content("lastChunk", 5), alive],
      expected: "done",
    },
  ] satisfies { name: string; messages: TransferMessage[]; expected: string }[]
) {
  Deno.test(`receiveTransfer() whose sender says ${name} ends: ${expected}`, async () => {
    const sink = new MemorySink();
    const end = await against("sender", messages, (common) => receiveTransfer({ ...common, sink }));
    assertEquals(end, expected);
    assert(sink.isClosed);
    assertEquals(sink.isFinished, expected === "done");
  });
}

const resume = { kind: "resume", offset: 0 } as const;

for (
  const { name, messages, expected } of [
    { name: "progress before resume", messages: [{ kind: "progress", offset: 1 }] },
    { name: "done before resume", messages: [{ kind: "done" }] },
    { name: "resume twice", messages: [resume, resume] },
    { name: "resume behind the end", messages: [{ kind: "resume", offset: 6 }] },
    { name: "more progress than was sent", messages: [resume, { kind: "progress", offset: 6 }] },
    {
      name: "progress backwards",
      messages: [resume, { kind: "progress", offset: 2 }, { kind: "progress", offset: 1 }],
    },
    { name: "a sender's words", messages: [resume, content("lastChunk", 5)] },
    {
      name: "an end with a code",
      messages: [{ kind: "failed", code: "declined" }],
      expected: "declined (peer)",
    },
    {
      name: "what is right",
      messages: [alive, resume, { kind: "progress", offset: 5 }, alive, { kind: "done" }],
      expected: "done",
    },
  ] as { name: string; messages: TransferMessage[]; expected?: string }[]
) {
  Deno.test(`sendTransfer() whose receiver says ${name} ends: ${expected ?? "corrupt"}`, async () => {
    const source = new MemorySource(someManifest, someContent(5));
    const end = await against(
      "receiver",
      messages,
      (common) => sendTransfer({ ...common, source }),
    );
    assertEquals(end, expected ?? "corrupt");
    assert(source.isClosed);
  });
}

Deno.test("sendTransfer() refuses to send more than a transfer may carry", async () => {
  const end = async (source: MemorySource) =>
    await against("receiver", [], (common) => sendTransfer({ ...common, source }));
  const tooMuch = new MemorySource(someManifest, someContent(1), maxTransferBytes + 1);
  assertEquals(await end(tooMuch), "tooLarge");
  const tooLong = new MemorySource(new Uint8Array(maxManifestBytes + 1), someContent(1));
  assertEquals(await end(tooLong), "badManifest");
});
