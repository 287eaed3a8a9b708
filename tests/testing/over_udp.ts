import type { Direction, Recorder } from "./recorder.ts";
import type { TestMember } from "./test_chat.ts";

/** Longer than a probe alone: header, message and tag. */
const probeDatagramBytes = 17 + 13 + 16;

/** Datagrams with messages in them, not probes alone, that went in one direction. */
export function datagramsWithMessages(recorder: Recorder, direction: Direction): Uint8Array[] {
  return recorder.datagrams.entries
    .filter((entry) => entry.direction === direction && entry.bytes.length > probeDatagramBytes)
    .map(({ bytes }) => bytes);
}

/** Waits for one more datagram with messages than there were `before`. */
export async function moreDatagrams(
  recorder: Recorder,
  direction: Direction,
  before: number,
): Promise<void> {
  const isMore = () => datagramsWithMessages(recorder, direction).length > before;
  await recorder.datagrams.until(isMore, `a datagram ${direction}`);
}

/** Says one thing after the other until they go to and fro over UDP, from now on. */
export async function bringUdpUp(member: TestMember, recorder: Recorder): Promise<void> {
  await member.event("path");
  const count = () =>
    (["up", "down"] as const).map((direction) => datagramsWithMessages(recorder, direction).length);
  const before = count();
  for (let tries = 0; tries < 400; tries++) {
    if (count().every((now, i) => now > before[i]!)) return;
    await member.client.say("over UDP?");
  }
  throw new Error("nothing goes over UDP");
}
