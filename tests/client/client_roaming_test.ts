import { assert, assertEquals } from "@std/assert";
import { doubtProbeMs, lazyMs } from "../../lib/limits.ts";
import { behindRecorder } from "../testing/behind_recorder.ts";
import type { ManualClock } from "../testing/manual_clock.ts";
import { datagramsWithMessages } from "../testing/over_udp.ts";
import type { Recorder } from "../testing/recorder.ts";
import { TestChat, type TestMember } from "../testing/test_chat.ts";

/** Lets time pass, with a round trip over TCP after each step, until so many changes of path were shown. */
async function passUntilPaths(ana: TestMember, clock: ManualClock, count: number): Promise<void> {
  for (let steps = 0; ana.events("path").length < count; steps++) {
    assert(steps < 1_000, "the path does not change");
    clock.advance(doubtProbeMs);
    await ana.client.tell("bia", "a round trip");
  }
}

/** Says something until it goes to and fro over UDP. */
async function sayOverUdp(ana: TestMember, clock: ManualClock, recorder: Recorder): Promise<void> {
  await ana.event("path");
  const counts = () =>
    (["up", "down"] as const).map((direction) => datagramsWithMessages(recorder, direction).length);
  const before = counts();
  for (let steps = 0; !counts().every((count, i) => count > before[i]!); steps++) {
    assert(steps < 1_000, "nothing goes over UDP");
    clock.advance(lazyMs); // the word of the server's probe leaves
    await ana.client.say("over UDP?");
  }
}

Deno.test("Client gets UDP back from a new port where its old one is dead", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  await sayOverUdp(ana, clock, recorder);
  recorder.forgetPorts();
  const saying = ana.client.say("into the void");
  await passUntilPaths(ana, clock, 2);
  await saying;
  await passUntilPaths(ana, clock, 3);
  await sayOverUdp(ana, clock, recorder);
  assertEquals(ana.events("path").map(({ transport }) => transport), ["udp", "tcp", "udp"]);
  assertEquals(ana.events("disconnected"), []);
  assertEquals(recorder.arrivals.entries.length, 1);
  await bia.log.until(() => bia.saidTexts.includes("into the void"), "what was said");
});
