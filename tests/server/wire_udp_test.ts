import { assert, assertEquals } from "@std/assert";
import { readDatagramHeader } from "../../lib/codec/mod.ts";
import { bringUdpUp, datagramsWithMessages, moreDatagrams } from "../testing/over_udp.ts";
import { RawMember } from "../testing/raw_member.ts";
import { Recorder } from "../testing/recorder.ts";
import { say } from "../testing/says.ts";
import { TestChat } from "../testing/test_chat.ts";
import { within } from "../testing/within.ts";

Deno.test("replayed datagrams do nothing, in either direction", async () => {
  await using chat = await TestChat.start();
  await using recorder = new Recorder(chat.port);
  const ana = await chat.join("ana", { port: recorder.port });
  const bia = await chat.join("bia");
  await bringUdpUp(ana, recorder);
  await ana.client.say("once");
  await bia.log.until(() => bia.saidTexts.includes("once"), "once");
  const before = recorder.datagrams.entries.length;
  for (const { direction, bytes } of recorder.datagrams.entries.slice(0, before)) {
    if (direction === "up") await recorder.sendUp(bytes);
    else await recorder.sendDown(bytes);
  }
  await ana.client.say("end");
  await bia.log.until(() => bia.saidTexts.includes("end"), "end");
  for (const member of [ana, bia]) {
    const texts = member.saidTexts.filter((text) => text !== "over UDP?");
    assertEquals(texts, ["once", "end"]);
  }
  const seqs = ana.events("said").map(({ seq }) => seq);
  assertEquals(seqs, [...new Set(seqs)]);
  assertEquals(chat.log.entries.filter(({ kind }) => kind === "violated"), []);
});

Deno.test("a datagram replayed from elsewhere does not draw a member's datagrams there", async () => {
  await using chat = await TestChat.start();
  await using recorder = new Recorder(chat.port);
  const ana = await chat.join("ana", { port: recorder.port });
  await bringUdpUp(ana, recorder);
  const elsewhere = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const server: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: chat.port };
  for (const { direction, bytes } of [...recorder.datagrams.entries]) {
    if (direction === "up") await elsewhere.send(bytes, server);
  }
  const before = datagramsWithMessages(recorder, "down").length;
  await ana.client.say("to me");
  await moreDatagrams(recorder, "down", before);
  await elsewhere.send(Uint8Array.of(7), elsewhere.addr as Deno.NetAddr);
  const [first] = await elsewhere.receive(); // what was sent here before would come before
  assertEquals([...first], [7]);
  elsewhere.close();
});

Deno.test("a member whose UDP port changes goes on sending and receiving over UDP", async () => {
  await using chat = await TestChat.start();
  await using recorder = new Recorder(chat.port);
  const ana = await chat.join("ana", { port: recorder.port });
  const bia = await chat.join("bia");
  await bringUdpUp(ana, recorder);
  for (let change = 1; change <= 3; change++) {
    recorder.changeSourcePorts(); // nothing that is sent to the port before arrives any more
    await ana.client.say(`from port ${change}`);
    await bia.client.say(`to port ${change}`);
    await ana.log.until(() => ana.saidTexts.includes(`to port ${change}`), "bia's message");
    await bringUdpUp(ana, recorder);
  }
  assertEquals(ana.events("path").map(({ transport }) => transport), ["udp"]);
});

Deno.test("datagrams that nobody authenticated get no answer", async () => {
  await using chat = await TestChat.start();
  await using eva = await RawMember.enter(chat.port, "eva");
  const stranger = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { serverAddress } = eva;
  const good = eva.sealed(say(1n));
  const altered = good.slice();
  altered[altered.length - 1]! ^= 1;
  const headerOnly = good.slice(0, 17);
  const hostile = [new Uint8Array(), new Uint8Array(1), headerOnly, altered, new Uint8Array(1_200)];
  for (let i = 0; i < 50; i++) {
    const length = Math.floor(1_400 * i / 50);
    hostile.push(crypto.getRandomValues(new Uint8Array(length)));
  }
  for (const datagram of hostile) await stranger.send(datagram, serverAddress);
  await eva.sendDatagram(good); // by the time this is answered, the others were read
  await eva.message("said");
  await stranger.send(Uint8Array.of(7), stranger.addr as Deno.NetAddr);
  const [first] = await stranger.receive();
  assertEquals([...first], [7]);
  stranger.close();
});

Deno.test("a server's datagrams carry the session's id and a counter that never repeats", async () => {
  await using chat = await TestChat.start();
  await using recorder = new Recorder(chat.port);
  const ana = await chat.join("ana", { port: recorder.port });
  await bringUdpUp(ana, recorder);
  for (let i = 0; i < 10; i++) await ana.client.say("a");
  const sent = (direction: "up" | "down") =>
    recorder.datagrams.entries
      .filter((entry) => entry.direction === direction)
      .map(({ bytes }) => readDatagramHeader(bytes)!);
  const { sessionId } = sent("up")[0]!;
  for (const direction of ["up", "down"] as const) {
    // others may reach a port that was somebody else's a moment ago
    const counters = sent(direction).filter((header) => header.sessionId === sessionId)
      .map(({ counter }) => counter);
    assert(counters.length >= 10, direction);
    assertEquals(new Set(counters).size, counters.length);
  }
});

Deno.test("where UDP gets nothing through, global messages go over TCP", async () => {
  await using chat = await TestChat.start();
  await using recorder = new Recorder(chat.port);
  recorder.passesDatagrams = false;
  const ana = await chat.join("ana", { port: recorder.port });
  const bia = await chat.join("bia");
  await within(ana.client.say("up"), "a number over TCP");
  await bia.client.say("down");
  await ana.count("said", 2);
  assertEquals(ana.saidTexts, ["up", "down"]);
  assertEquals(datagramsWithMessages(recorder, "up"), []);
  assertEquals(datagramsWithMessages(recorder, "down"), []);
});
