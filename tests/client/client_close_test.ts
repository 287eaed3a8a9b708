import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatError } from "../../lib/client/mod.ts";
import { behindRecorder, endPause } from "../testing/behind_recorder.ts";
import { TestChat } from "../testing/test_chat.ts";
import { within } from "../testing/within.ts";

Deno.test("Client.close() may be called again, and ends what waits", async () => {
  await using chat = await TestChat.start();
  const { client } = await chat.join("ana");
  await Promise.all([client.close(), client.close()]);
  await client.close();
  await assertRejects(() => client.say("a"), ChatError, "closed");
  await assertRejects(() => client.tell("ana", "a"), ChatError, "closed");
});

Deno.test("Client.close() ends the pause before the next attempt", async () => {
  await using chat = await TestChat.start();
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  recorder.cut();
  await ana.event("disconnected");
  await within(ana.client.close(), "the client to close");
  assertEquals(clock.pending, 0);
});

Deno.test("Client.close() during an attempt leaves the room when that comes about", async () => {
  await using chat = await TestChat.start();
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  recorder.shut();
  recorder.cut();
  await chat.reported("detached", "ana");
  await chat.join("bia"); // news, which must not come behind the end
  const lateReader = ana.client.events();
  await endPause(ana, clock);
  await recorder.arrivals.until(({ length }) => length === 2, "the attempt");
  const closing = ana.client.close();
  recorder.open();
  await within(closing, "the client to close");
  await ana.ended;
  const kinds = (await Array.fromAsync(lateReader)).map(({ kind }) => kind);
  assertEquals(kinds.at(-1), "closed");
  assert(!kinds.includes("reconnected"));
  const count = (kind: string) => chat.log.entries.filter((event) => event.kind === kind).length;
  await chat.log.until(() => count("joined") === count("left") + 1, "ana to have left again");
});

Deno.test("Client.close() leaves no timer of a connection that broke during a write", async () => {
  await using chat = await TestChat.start();
  const { ana, recorder, clock } = await behindRecorder(chat);
  await using _ = recorder;
  await ana.event("path");
  recorder.cut();
  const saying = ana.client.say("is anybody there?").catch(() => {});
  await ana.event("disconnected");
  await within(ana.client.close(), "the client to close");
  await saying;
  assertEquals(clock.pending, 0);
});
