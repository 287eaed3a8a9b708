import { assert, assertEquals } from "@std/assert";
import { activeProbeMs, answerTimeoutMs, doubtProbeMs, lazyMs } from "../../lib/limits.ts";
import { behindRecorder, endPause } from "../testing/behind_recorder.ts";
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

/** Lets nothing over TCP pass any more, without a word to either side; datagrams go on. */
async function killTcp(ana: TestMember, recorder: Recorder): Promise<void> {
  await ana.client.tell("bia", "the last over TCP");
  recorder.passesPieces.up = recorder.passesPieces.down = false;
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

Deno.test("Client notices within 10 s of its next question that TCP is dead, though UDP works", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  await sayOverUdp(ana, clock, recorder);
  await killTcp(ana, recorder);
  const saying = ana.client.say("over UDP");
  await bia.log.until(() => bia.saidTexts.includes("over UDP"), "what was said");
  await saying;
  clock.advance(2 * answerTimeoutMs - 1);
  assertEquals(ana.events("disconnected"), []);
  clock.advance(activeProbeMs + 1); // the next probe was the question, at the latest
  assertEquals((await ana.event("disconnected")).code, "silence");
  recorder.passesPieces.up = recorder.passesPieces.down = true;
  await endPause(ana, clock);
  await ana.event("reconnected");
  await ana.client.say("back");
});

Deno.test("Client keeps a connection over which anything comes, though it be no answer", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  recorder.passesDatagrams = false;
  await ana.client.tell("bia", "before");
  await bia.client.tell("ana", "before");
  await ana.count("told", 1);
  recorder.passesPieces.up = false;
  const asking: Promise<unknown>[] = [];
  for (let times = 1; times <= 5; times++) {
    const pieces = recorder.pieces.entries.length;
    asking.push(ana.client.tell("bia", "a question").catch(() => {}));
    await recorder.pieces.until(({ length }) => length > pieces, "a question");
    clock.advance(2 * answerTimeoutMs - 1);
    await bia.client.tell("ana", "no answer");
    await ana.count("told", 1 + times);
  }
  assertEquals(ana.events("disconnected"), []);
  await ana.client.close();
  await Promise.all(asking);
});
