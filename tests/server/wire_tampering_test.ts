import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatError, connect } from "../../lib/client/mod.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { RawMember } from "../testing/raw_member.ts";
import { type Direction, Recorder } from "../testing/recorder.ts";
import { say } from "../testing/says.ts";
import { TestChat, type TestMember } from "../testing/test_chat.ts";
import { within } from "../testing/within.ts";

/** Inverts one bit of one direction's stream, `offset` bytes from where it now stands. */
function flipAhead(recorder: Recorder, direction: Direction, offset: number): void {
  const position = recorder.recorded(direction).tcp.length + offset;
  recorder.alterPiece = (piece, at) => {
    const index = position - at;
    if (piece.direction !== direction || index < 0 || index >= piece.bytes.length) {
      return piece.bytes;
    }
    const altered = piece.bytes.slice();
    altered[index]! ^= 1 << (offset % 8);
    return altered;
  };
}

/** Two members who notice nothing of what happens to others. */
async function bystanders(chat: TestChat): Promise<{
  bia: TestMember;
  caio: TestMember;
  chatOn: () => Promise<void>;
}> {
  const [bia, caio] = [await chat.join("bia"), await chat.join("caio")];
  let count = 0;
  const chatOn = async () => {
    await bia.client.tell("caio", `still here ${++count}`);
    await caio.count("told", count);
    assertEquals([...bia.events("disconnected"), ...caio.events("disconnected")], []);
  };
  return { bia, caio, chatOn };
}

Deno.test("a flipped bit in a member's frame ends that connection and none other", async () => {
  await using chat = await TestChat.start();
  const { chatOn } = await bystanders(chat);
  const frameBytes = 2 + 9 + 16;
  const envelope = new Uint8Array(32_000);
  for (let offset = 0; offset < frameBytes; offset++) {
    await using recorder = new Recorder(chat.port);
    const name = `eva${offset}`;
    await using eva = await RawMember.enter(recorder.port, name);
    flipAhead(recorder, "up", offset);
    eva.link.send({ kind: "received", delivery: 1 });
    await eva.link.flushed();
    for (let id = 0n; id < 3n; id++) eva.link.send({ kind: "send", id, to: "bia", envelope });
    const violated = await chat.reported("violated", name);
    assert(violated.kind === "violated" && violated.code === "authenticationFailed");
    await chat.reported("left", name);
    await within(eva.ended, "the connection to end");
    await chatOn();
  }
});

Deno.test("a flipped bit in the server's frames ends that connection, which comes back", async () => {
  await using chat = await TestChat.start();
  const { bia, chatOn } = await bystanders(chat);
  for (let offset = 0; offset < 40; offset++) {
    await using recorder = new Recorder(chat.port);
    const clock = new ManualClock();
    const name = `eva${offset}`;
    const eva = await chat.join(name, { port: recorder.port, clock });
    recorder.passesDatagrams = false;
    flipAhead(recorder, "down", offset);
    const text = "x".repeat(16_000); // a length that has grown swallows what comes behind
    await Promise.all(["one", text, text, text, text, text].map((text) => bia.client.say(text)));
    const { code, retryInMs } = await eva.event("disconnected");
    assertEquals(code, "authenticationFailed");
    clock.advance(retryInMs);
    await eva.event("reconnected");
    await eva.client.close();
    await chatOn();
  }
});

/** Bytes of the first and third message up, and of the second down, without their lengths. */
const handshakes: { direction: Direction; offsets: number[] }[] = [
  { direction: "up", offsets: [2, 10, 20, 32, 33, 36, 40, 70, 83, 84, 90, 120] },
  { direction: "down", offsets: [2, 10, 20, 33, 34, 60, 81, 82, 90, 100] },
];

for (const { direction, offsets } of handshakes) {
  Deno.test(`a flipped bit in a handshake, ${direction}, ends it and nothing else`, async () => {
    await using chat = await TestChat.start();
    const { chatOn } = await bystanders(chat);
    for (const offset of offsets) {
      await using recorder = new Recorder(chat.port);
      flipAhead(recorder, direction, offset);
      const connecting = connect({ server: `127.0.0.1:${recorder.port}`, name: "eva" });
      const error = await within(assertRejects(() => connecting, ChatError), "connect() to fail");
      assertEquals(error.code, "notAServer", `offset ${offset}`);
      await chatOn();
    }
    assertEquals(chat.log.entries.filter(({ kind }) => kind === "joined").length, 2);
  });
}

Deno.test("a datagram with a flipped bit is as if lost, and nothing else", async () => {
  await using chat = await TestChat.start();
  const { bia, chatOn } = await bystanders(chat);
  await using eva = await RawMember.enter(chat.port, "eva");
  const datagram = eva.sealed(say(1n, "unharmed"));
  for (let offset = 0; offset < datagram.length; offset++) {
    const altered = datagram.slice();
    altered[offset]! ^= 1 << (offset % 8);
    await eva.sendDatagram(altered);
  }
  await eva.sendDatagram(datagram);
  await bia.event("said");
  await bia.client.say("end");
  await bia.count("said", 2);
  assertEquals(bia.saidTexts, ["unharmed", "end"]);
  assertEquals(chat.log.entries.filter(({ kind }) => kind === "violated"), []);
  await chatOn();
});
