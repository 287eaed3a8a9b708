/**
 * The faults of the chat that this one replaces, each shown not to be here.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  diffieHellman,
  generateIdentity,
  HandshakeState,
  keyPairOf,
  rawPrivateKey,
} from "../lib/crypto/mod.ts";
import type { ServerEvent } from "../lib/server/mod.ts";
import { closeQuietly } from "../lib/transport/mod.ts";
import { contains } from "./testing/contains.ts";
import { bringUdpUp } from "./testing/over_udp.ts";
import { RawMember } from "./testing/raw_member.ts";
import { Recorder } from "./testing/recorder.ts";
import { say } from "./testing/says.ts";
import { TestChat } from "./testing/test_chat.ts";
import { TestRoom } from "./testing/test_room.ts";

const nothing = new Uint8Array();

Deno.test("fault: the AES key crosses TCP in the clear — here no secret does, nor what leads to one", () => {
  const [ours, oursOnce, theirs, theirsOnce] = [1, 2, 3, 4].map((byte) =>
    keyPairOf(new Uint8Array(32).fill(byte))
  );
  const member = new HandshakeState({
    initiator: true,
    staticKeyPair: ours!,
    ephemeralKeyPair: oursOnce!,
  });
  const server = new HandshakeState({
    initiator: false,
    staticKeyPair: theirs!,
    ephemeralKeyPair: theirsOnce!,
  });
  const messages = [member.writeMessage(nothing)];
  server.readMessage(messages[0]!);
  messages.push(server.writeMessage(nothing));
  member.readMessage(messages[1]!);
  messages.push(member.writeMessage(nothing));
  server.readMessage(messages[2]!);
  const frame = member.finish().transport.sealFrame(new Uint8Array(64));
  const wire = Uint8Array.from([...messages, frame].flatMap((bytes) => [...bytes]));
  const secrets = [
    ...[ours, oursOnce, theirs, theirsOnce].map((keyPair) => rawPrivateKey(keyPair!)),
    diffieHellman(oursOnce!, theirsOnce!.publicKey),
    diffieHellman(oursOnce!, theirs!.publicKey),
    diffieHellman(ours!, theirsOnce!.publicKey),
  ];
  for (const secret of secrets) {
    for (let start = 0; start <= secret.length - 8; start++) {
      assert(!contains(wire, secret.subarray(start, start + 8)));
    }
  }
});

Deno.test("fault: CBC without a MAC — here nothing altered is taken for a message", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  await using recorder = new Recorder(chat.port);
  await using eva = await RawMember.enter(recorder.port, "eva");
  const datagram = eva.sealed(say(1n, "pay 100"));
  for (let offset = 17; offset < datagram.length; offset++) {
    const altered = datagram.slice();
    altered[offset]! ^= 0x01;
    await eva.sendDatagram(altered);
  }
  recorder.alterPiece = ({ direction, bytes }) => {
    if (direction === "up") bytes[10]! ^= 0x01;
    return bytes;
  };
  eva.link.send(say(2n, "pay 100"));
  await chat.reported("violated", "eva");
  await bia.client.say("end");
  await bia.event("said");
  assertEquals(bia.saidTexts, ["end"]);
});

Deno.test("fault: no framing — here messages arrive whole, however they are cut and joined", async () => {
  await using chat = await TestChat.start();
  const ana = await chat.join("ana");
  const bia = await chat.join("bia");
  const texts = [
    "a",
    "b".repeat(1_023),
    "c".repeat(1_024),
    "d".repeat(1_025),
    "é".repeat(8_000),
    "f",
  ];
  await Promise.all(texts.flatMap((text) => [ana.client.tell("bia", text), ana.client.say(text)]));
  await bia.count("told", texts.length);
  await bia.count("said", texts.length);
  assertEquals(bia.toldTexts, texts);
  assertEquals(bia.saidTexts, texts);
});

Deno.test("fault: passwords in the clear — here a recorded login is worth nothing", async () => {
  await using chat = await TestChat.start();
  await using recorder = new Recorder(chat.port);
  const identity = generateIdentity();
  const ana = await chat.join("ana", { port: recorder.port, identity });
  await ana.client.close();
  await chat.reported("left", "ana");
  const login = recorder.recorded("up").tcp.slice();
  assert(!contains(login, new TextEncoder().encode("ana")));
  const thief = await Deno.connect({ hostname: "127.0.0.1", port: chat.port });
  await thief.write(login);
  const isStranger = (event: { kind: string; name?: string | undefined }) =>
    event.kind === "violated" && event.name === undefined;
  await chat.log.until((events) => events.some(isStranger), "the thief to be found out");
  closeQuietly(thief);
  assertEquals(chat.log.entries.filter(({ kind }) => kind === "joined").length, 1);
});

Deno.test("fault: the UDP address is bound once — here it follows the member", async () => {
  await using chat = await TestChat.start();
  await using recorder = new Recorder(chat.port);
  const ana = await chat.join("ana", { port: recorder.port });
  const bia = await chat.join("bia");
  await bringUdpUp(ana, recorder);
  recorder.changeSourcePorts();
  await ana.client.say("I have moved");
  await bia.client.say("I can still reach you");
  await ana.log.until(() => ana.saidTexts.includes("I can still reach you"), "bia's message");
  await bringUdpUp(ana, recorder);
});

Deno.test("fault: every client's key is tried on each datagram — here the session's alone is", () => {
  const room = new TestRoom();
  const guests = Array.from({ length: 50 }, (_, i) => room.enter(`member${i}`));
  const opened: string[] = [];
  for (const { member } of guests) {
    const open = member.path.open.bind(member.path);
    member.path.open = (...args) => {
      opened.push(member.name);
      return open(...args);
    };
  }
  const [ana, bia] = [guests[10]!, guests[40]!];
  ana.sendDatagram(say(1n));
  assertEquals(opened, ["member10"]);
  const swapped = ana.sealed(say(2n));
  swapped.set(bia.sealed(say(3n)).subarray(1, 9), 1); // sealed by one, under another's session
  room.core.receiveDatagram(swapped, ana.address);
  assertEquals(opened, ["member10", "member40"]);
  assertEquals(bia.member.path.address, undefined);
  const unknown = ana.sealed(say(4n));
  unknown.set(crypto.getRandomValues(new Uint8Array(8)), 1);
  room.core.receiveDatagram(unknown, ana.address);
  assertEquals(opened.length, 2);
  assertEquals(room.enter("newcomer").welcome.newestSeq, 1);
});

Deno.test("fault: names are lost when their thread crashes — here their owner comes back to them", async () => {
  await using chat = await TestChat.start();
  const identity = generateIdentity();
  const { staticKeyPair, signingKeyPair: { publicKey: signingKey } } = identity;
  for (let time = 1; time <= 3; time++) {
    const ana = await RawMember.enter(chat.port, "ana", staticKeyPair, { signingKey });
    if (time === 2) ana.link.send({ kind: "refused", code: "roomFull" }); // what crashes others
    ana.conn.close();
    await ana[Symbol.asyncDispose]();
    const isGone = ({ kind }: ServerEvent) => kind === "detached" || kind === "left";
    await chat.log.until((events) => events.filter(isGone).length === time, "ana to be gone");
  }
  assertEquals((await chat.join("ana", { identity })).client.name, "ana");
});
