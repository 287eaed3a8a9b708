import { ManualClock } from "./manual_clock.ts";
import { Recorder } from "./recorder.ts";
import type { TestChat, TestMember } from "./test_chat.ts";

/** A member behind a recorder, whose pauses end when the test says so. */
export async function behindRecorder(chat: TestChat): Promise<{
  ana: TestMember;
  recorder: Recorder;
  clock: ManualClock;
}> {
  const recorder = new Recorder(chat.port);
  const clock = new ManualClock();
  const ana = await chat.join("ana", { port: recorder.port, clock, random: () => 0 });
  return { ana, recorder, clock };
}

/** Waits for the nth break, and lets the pause behind it pass. */
export async function endPause(ana: TestMember, clock: ManualClock, nth = 1): Promise<void> {
  const breaks = await ana.count("disconnected", nth);
  clock.advance(breaks[nth - 1]!.retryInMs);
}
