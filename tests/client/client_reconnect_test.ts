import { assertEquals } from "@std/assert";
import { generateIdentity } from "../../lib/crypto/mod.ts";
import { maxTextBytes } from "../../lib/limits.ts";
import { Operator } from "../../lib/server/mod.ts";
import { behindRecorder, endPause } from "../testing/behind_recorder.ts";
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";
import { TestChat } from "../testing/test_chat.ts";
import { within } from "../testing/within.ts";

Deno.test("Client comes back after a break, and sends once what was written meanwhile", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  await ana.client.say("before");
  recorder.cut();
  const { code } = await ana.event("disconnected");
  assertEquals(code, "connectionLost");
  const writing = [
    ana.client.say("meanwhile"),
    ana.client.tell("bia", "to you"),
    ana.client.say("x".repeat(maxTextBytes)),
  ];
  await endPause(ana, clock);
  await within(Promise.all(writing), "what was written");
  await ana.event("reconnected");
  await ana.client.say("after");
  await bia.count("said", 4);
  assertEquals(bia.saidTexts, ["before", "meanwhile", "x".repeat(maxTextBytes), "after"]);
  assertEquals((await ana.count("said", 4)).map(({ seq }) => seq), [1, 2, 3, 4]);
  await bia.event("told");
  assertEquals(bia.toldTexts, ["to you"]);
});

Deno.test("Client sends nothing twice where only the answers got lost", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  recorder.passesDatagrams = false;
  await ana.client.tell("bia", "zero"); // from now on it needs no answer to write to her
  recorder.passesPieces.down = false;
  const writing = [ana.client.say("one"), ana.client.tell("bia", "two")];
  clock.advance(4_000); // whatever goes over UDP at first is sent over TCP by then
  await bia.event("said");
  await bia.count("told", 2);
  recorder.cut();
  recorder.passesPieces.down = true;
  await endPause(ana, clock);
  await within(Promise.all(writing), "answers to what was sent again");
  await ana.client.say("end");
  await bia.count("said", 2);
  assertEquals(bia.saidTexts, ["one", "end"]);
  assertEquals(bia.toldTexts, ["zero", "two"]);
  await ana.count("said", 2);
  assertEquals(ana.saidTexts, ["one", "end"]);
});

Deno.test("Client takes its own place where the server has not noticed the break", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  recorder.cut("client");
  await endPause(ana, clock);
  await ana.event("reconnected");
  await bia.client.tell("ana", "still there?");
  assertEquals((await ana.event("told")).text, "still there?");
  await bia.event("delivered");
  assertEquals(bia.events("left"), []);
  const reasons = chat.log.entries.flatMap((event) => event.kind === "left" ? [event.reason] : []);
  assertEquals(reasons, ["replaced"]);
});

Deno.test("Client gets what it was told and said during the break, once and in order", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  await bia.client.tell("ana", "one");
  await bia.client.say("1");
  await ana.event("told");
  await ana.event("said");
  recorder.passesDatagrams = false;
  recorder.passesPieces.up = recorder.passesPieces.down = false;
  await bia.client.tell("ana", "two");
  await bia.client.say("2");
  recorder.cut("client"); // to the server, ana is still there
  recorder.passesPieces.up = recorder.passesPieces.down = true;
  await endPause(ana, clock);
  await bia.client.say("3");
  await ana.event("reconnected");
  clock.advance(1_000); // time for the gap to be asked for
  await ana.count("told", 2);
  await ana.count("said", 3);
  assertEquals(ana.toldTexts, ["one", "two"]);
  assertEquals(ana.saidTexts, ["1", "2", "3"]);
  await bia.count("delivered", 2);
});

Deno.test("Client tries again while nobody answers, with longer and longer pauses", async () => {
  await using chat = await TestChat.start();
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  recorder.refuses = true;
  recorder.cut();
  for (let nth = 1; nth < 8; nth++) await endPause(ana, clock, nth);
  const breaks = await ana.count("disconnected", 8);
  const pauses = breaks.map(({ retryInMs }) => retryInMs);
  assertEquals(pauses, [250, 500, 1_000, 2_000, 2_000, 2_000, 2_000, 2_000]);
  recorder.refuses = false;
  await endPause(ana, clock, 8);
  await ana.event("reconnected");
});

Deno.test("Client is told that the server stops", async () => {
  await using chat = await TestChat.start();
  const { ana, recorder } = await behindRecorder(chat);
  await using _ = recorder;
  await chat.server.close();
  assertEquals((await ana.event("disconnected")).code, "serverStopping");
});

Deno.test("Client does not come back to a server with another key", async () => {
  await using chat = await TestChat.start();
  await using other = await TestChat.start();
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  recorder.upstreamPort = other.port;
  recorder.cut();
  const saying = ana.client.say("to whom?").then(() => "said", ({ code }) => code);
  await endPause(ana, clock);
  assertEquals((await ana.event("closed")).code, "serverKeyChanged");
  assertEquals(await saying, "serverKeyChanged");
  await ana.ended;
  assertEquals(other.log.entries.filter(({ kind }) => kind === "joined"), []);
});

Deno.test({
  name: "Client does not come back under a name that was set free, and taken by somebody else",
  ignore: !mayUseFiles,
  fn: () =>
    withDataDir(async (dataDir) => {
      await using chat = await TestChat.start({ dataDir });
      const { ana, recorder, clock } = await behindRecorder(chat);
      await using _ = recorder;
      recorder.cut();
      await chat.reported("detached", "ana");
      using operator = new Operator(dataDir);
      operator.release("ana");
      await chat.join("ana", { identity: generateIdentity() });
      await endPause(ana, clock);
      assertEquals((await ana.event("closed")).code, "nameTaken");
    }),
});

Deno.test("Client knows after a break who has come and gone meanwhile", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  recorder.cut();
  await ana.event("disconnected");
  await bia.client.close();
  await chat.join("caio");
  await endPause(ana, clock);
  assertEquals((await ana.event("left")).name, "bia");
  assertEquals((await ana.event("joined")).name, "caio");
  assertEquals(ana.client.members().toSorted(), ["ana", "caio"]);
});
