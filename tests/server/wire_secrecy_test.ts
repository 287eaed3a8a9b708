import { assert, assertEquals } from "@std/assert";
import { generateIdentity, rawPrivateKey } from "../../lib/crypto/mod.ts";
import { contains } from "../testing/contains.ts";
import { bringUdpUp, datagramsWithMessages, moreDatagrams } from "../testing/over_udp.ts";
import { Recorder } from "../testing/recorder.ts";
import { TestChat } from "../testing/test_chat.ts";

const utf8 = new TextEncoder();

/** Everything that crossed the wire, each direction of each transport in one piece. */
function recordings(...recorders: Recorder[]): { where: string; bytes: Uint8Array }[] {
  return recorders.flatMap((recorder, i) =>
    (["up", "down"] as const).flatMap((direction) => {
      const { tcp, udp } = recorder.recorded(direction);
      return [
        { where: `TCP ${direction} ${i}`, bytes: tcp },
        { where: `UDP ${direction} ${i}`, bytes: udp },
      ];
    })
  );
}

Deno.test("contains() finds what is there, and only that", () => {
  const haystack = utf8.encode("aaab segredo ç");
  for (const needle of ["a", "aab", "segredo", "ç", "aaab segredo ç"]) {
    assert(contains(haystack, utf8.encode(needle)), needle);
  }
  for (const needle of ["b s ", "segredos", "aaaa"]) {
    assert(!contains(haystack, utf8.encode(needle)), needle);
  }
});

Deno.test("between clients and server there is no name, no text and no lasting key to be read", async () => {
  await using chat = await TestChat.start();
  await using anasWire = new Recorder(chat.port);
  await using biasWire = new Recorder(chat.port);
  const identity = generateIdentity();
  const ana = await chat.join("Antônia", { port: anasWire.port, identity });
  const bia = await chat.join("Beatriz", { port: biasWire.port });
  await bringUdpUp(ana, anasWire);
  await bringUdpUp(bia, biasWire);
  const before = [anasWire, biasWire].map((wire) => datagramsWithMessages(wire, "down").length);
  await ana.client.say("primeiro segredo: maçã");
  await bia.client.say("segundo segredo: limão");
  await ana.client.say(`terceiro segredo: ${"comprido ".repeat(500)}`);
  await ana.client.tell("Beatriz", "quarto segredo: pêra");
  await ana.event("delivered");
  await bia.log.until(() => bia.saidTexts.some((text) => text.includes("comprido")), "all texts");
  await ana.client.close();
  await bia.event("left");
  for (const [i, wire] of [anasWire, biasWire].entries()) {
    await moreDatagrams(wire, "down", before[i]!); // it was UDP that was watched
  }
  const secrets = ["Antônia", "Beatriz", "segredo", "maçã", "limão", "comprido", "pêra"];
  const needles = [
    ...secrets.map((text) => ({ what: text, needle: utf8.encode(text) })),
    { what: "the member's public key", needle: identity.staticKeyPair.publicKey },
    { what: "the member's private key", needle: rawPrivateKey(identity.staticKeyPair) },
  ];
  for (const { where, bytes } of recordings(anasWire, biasWire)) {
    assert(bytes.length > 100, where);
    for (const { what, needle } of needles) assert(!contains(bytes, needle), `${what} on ${where}`);
  }
});

Deno.test("the same text twice, and the same login twice, look different on the wire", async () => {
  await using chat = await TestChat.start();
  const identity = generateIdentity();
  const firsts: string[] = [];
  for (let i = 0; i < 2; i++) {
    await using recorder = new Recorder(chat.port);
    const ana = await chat.join("ana", { port: recorder.port, identity });
    await bringUdpUp(ana, recorder);
    for (let repeat = 0; repeat < 5; repeat++) await ana.client.say("the same");
    await ana.client.close();
    await chat.log.until(
      (events) => events.filter(({ kind }) => kind === "left").length > i,
      "ana to leave",
    );
    const datagrams = recorder.datagrams.entries.map(({ bytes }) => bytes.subarray(17).toHex());
    assertEquals(new Set(datagrams).size, datagrams.length);
    firsts.push(recorder.recorded("up").tcp.subarray(2, 34).toHex());
  }
  assertEquals(new Set(firsts).size, 2);
});
