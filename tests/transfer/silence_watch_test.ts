import { assertEquals } from "@std/assert";
import { minTransferBytesPerSecond } from "../../lib/limits.ts";
import { SilenceWatch } from "../../lib/transfer/silence_watch.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { MemoryStream } from "../testing/memory_stream.ts";
import { settled } from "../testing/turns.ts";

const limitMs = 30_000;

/** A side that always reads, and how often it has said that it is silent. */
function watchStream() {
  const [near, far] = MemoryStream.pair();
  const clock = new ManualClock();
  let silences = 0;
  const watch = new SilenceWatch(near, clock, limitMs, () => silences++);
  const readOn = async () => {
    while (await watch.read(new Uint8Array(100_000)).catch(() => null) !== null);
  };
  const reading = readOn();
  const come = async (bytes: number) => {
    await far.write(new Uint8Array(bytes));
    await settled();
  };
  const end = async () => {
    near.close();
    await reading;
    watch.stop();
  };
  return { clock, watch, come, end, silences: () => silences };
}

Deno.test("SilenceWatch takes for silence what brings no word for too long", async () => {
  const { clock, watch, silences, end } = watchStream();
  clock.advance(limitMs - 1);
  assertEquals(silences(), 0);
  watch.heard();
  clock.advance(limitMs - 1);
  assertEquals(silences(), 0);
  clock.advance(1);
  assertEquals(silences(), 1);
  await end();
});

Deno.test("SilenceWatch waits for a word that comes as slowly as a network may be", async () => {
  const { clock, watch, come, silences, end } = watchStream();
  for (let word = 0; word < 3; word++) {
    for (let second = 0; second < 130; second++) {
      clock.advance(1_000);
      await come(minTransferBytesPerSecond);
    }
    watch.heard();
  }
  assertEquals(silences(), 0);
  await end();
});

Deno.test("SilenceWatch waits no longer for the small change of hours", async () => {
  const { clock, come, silences, end } = watchStream();
  for (let second = 0; second < limitMs / 1_000; second++) {
    clock.advance(1_000);
    await come(21);
  }
  assertEquals(silences(), 0);
  clock.advance(limitMs * 21 / minTransferBytesPerSecond);
  assertEquals(silences(), 1);
  await end();
});
