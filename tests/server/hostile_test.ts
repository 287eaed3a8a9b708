import { assert, assertEquals } from "@std/assert";
import { generateKeyPair } from "../../lib/crypto/mod.ts";
import { resumeMs, silenceTimeoutMs, writeTimeoutMs } from "../../lib/limits.ts";
import { closeQuietly, initiateHandshake } from "../../lib/transport/mod.ts";
import { ForwardClock } from "../testing/forward_clock.ts";
import { memberHello } from "../testing/hellos.ts";
import { RawMember } from "../testing/raw_member.ts";
import { say } from "../testing/says.ts";
import { TestChat } from "../testing/test_chat.ts";
import { within } from "../testing/within.ts";

const manySays = {
  say: { burst: 1e6, perSecond: 1e6 },
  other: { burst: 1e6, perSecond: 1e6 },
  repair: { burst: 1e9, perSecond: 1e9 },
};

/** Two members who go on chatting, whatever happens meanwhile. */
async function chatting(chat: TestChat): Promise<{ chatOn: () => Promise<void> }> {
  const [ana, bia] = [await chat.join("ana"), await chat.join("bia")];
  let count = 0;
  const chatOn = async () => {
    count++;
    await within(ana.client.say(`said ${count}`), "a number");
    await within(ana.client.tell("bia", `told ${count}`), "the server's word");
    await bia.count("told", count);
    assertEquals([...ana.events("disconnected"), ...bia.events("disconnected")], []);
  };
  return { chatOn };
}

/** Lets all that have broken off be given up, while the others chat on and are not taken for silent. */
async function outwaitBreaks(clock: ForwardClock, chatOn: () => Promise<void>): Promise<void> {
  for (let passed = 0; passed < resumeMs; passed += silenceTimeoutMs / 2) {
    clock.putForward(silenceTimeoutMs / 2);
    await chatOn();
  }
}

/** Waits until nobody but so many is in the room, and everybody can come. */
async function backTo(chat: TestChat, members: number): Promise<void> {
  const newcomer = await chat.join("newcomer");
  assertEquals(newcomer.client.members().length, members + 1);
  await newcomer.client.close();
  const left = await chat.reported("left", "newcomer");
  assert(left.kind === "left" && left.members === members);
}

/** Writes random bytes until the server hangs up or the count is full; answers how many went. */
async function writeRandomBytes(port: number, count: number): Promise<number> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const chunk = crypto.getRandomValues(new Uint8Array(65_536));
  let written = 0;
  try {
    while (written < count) written += await conn.write(chunk);
  } catch {
    // it has hung up
  }
  closeQuietly(conn);
  return written;
}

Deno.test("10 MB of random bytes over TCP disturb nobody", async () => {
  await using chat = await TestChat.start();
  const { chatOn } = await chatting(chat);
  let written = 0;
  while (written < 10_000_000) {
    const connections = Array.from({ length: 4 }, () => writeRandomBytes(chat.port, 500_000));
    await chatOn();
    for (const count of await Promise.all(connections)) written += count;
  }
  await backTo(chat, 2);
  assertEquals(chat.log.entries.filter(({ kind }) => kind === "fault"), []);
});

Deno.test("thousands of random datagrams disturb nobody", async () => {
  await using chat = await TestChat.start();
  const { chatOn } = await chatting(chat);
  const stranger = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: chat.port };
  for (let i = 0; i < 20; i++) {
    for (let j = 0; j < 100; j++) {
      const datagram = crypto.getRandomValues(new Uint8Array((i * 100 + j) % 1_400));
      if (j % 2 && datagram.length > 0) datagram[0] = 1; // as ours begin
      await stranger.send(datagram, to);
    }
    await chatOn();
  }
  stranger.close();
  await backTo(chat, 2);
  assertEquals(chat.log.entries.filter(({ kind }) => kind === "fault"), []);
});

Deno.test("a thousand connections that never say anything disturb nobody", async () => {
  await using chat = await TestChat.start();
  const { chatOn } = await chatting(chat);
  const idle: Deno.TcpConn[] = [];
  try {
    for (let i = 0; i < 1_000; i++) {
      idle.push(await Deno.connect({ hostname: "127.0.0.1", port: chat.port }));
      if (i % 100 === 0) await chatOn();
    }
  } catch (error) {
    if (idle.length < 100) throw error; // fewer will do where the system allows no more
  }
  await chatOn();
  for (const conn of idle) conn.close();
  await chatOn();
  await backTo(chat, 2);
});

Deno.test("a member that never reads is cut off, and disturbs nobody", async () => {
  const clock = new ForwardClock();
  await using chat = await TestChat.start({ floodLimits: manySays, clock });
  const { chatOn } = await chatting(chat);
  const caio = await chat.join("caio");
  const deaf = await Deno.connect({ hostname: "127.0.0.1", port: chat.port });
  await initiateHandshake(deaf, generateKeyPair(), memberHello("eva"), () => {});
  await chat.reported("joined", "eva");
  const text = "x".repeat(16_000);
  for (let mb = 0; mb < 20; mb++) {
    await within(Promise.all(Array.from({ length: 60 }, () => caio.client.say(text))), "numbers");
  }
  assertEquals(chat.log.entries.filter(({ kind }) => kind === "detached"), []);
  clock.putForward(writeTimeoutMs + 1);
  const detached = await chat.reported("detached", "eva");
  assert(detached.kind === "detached" && detached.reason === "slowReader");
  await outwaitBreaks(clock, async () => {
    await chatOn();
    await caio.client.say("still here");
  });
  assertEquals(caio.events("disconnected"), []);
  await caio.log.until(() => caio.events("left").length > 0, "eva to have left");
  await backTo(chat, 3);
  deaf.close();
});

Deno.test("a member that floods is slowed down, and disturbs nobody", async () => {
  await using chat = await TestChat.start();
  const { chatOn } = await chatting(chat);
  await using eva = await RawMember.enter(chat.port, "eva");
  for (let id = 1; id <= 5_000; id++) eva.link.send(say(BigInt(id), "flood"));
  for (let id = 10_001; id <= 12_000; id++) await eva.sendDatagram(eva.sealed(say(BigInt(id), "")));
  for (let i = 0; i < 10; i++) await chatOn();
  const said = eva.log.entries.filter((message) => message.kind === "said");
  assert(said.filter(({ text }) => text === "flood").length < 1_500, "the flood was let through");
});

Deno.test("connections that come and go by the hundred leave nothing behind", async () => {
  const clock = new ForwardClock();
  await using chat = await TestChat.start({ clock });
  const { chatOn } = await chatting(chat);
  const keyPair = generateKeyPair();
  for (let round = 0; round < 5; round++) {
    const names = Array.from({ length: 20 }, (_, i) => `member${i}`);
    const raws = await Promise.all(names.map((name) => RawMember.enter(chat.port, name, keyPair)));
    await chatOn();
    await Promise.all(raws.map((raw) => raw[Symbol.asyncDispose]()));
    await chat.log.until(
      (events) => events.filter(({ kind }) => kind === "detached").length === 20 * (round + 1),
      "all to be gone",
    );
  }
  await outwaitBreaks(clock, chatOn);
  await chat.log.until(
    (events) => events.filter(({ kind }) => kind === "left").length === 20,
    "all to be given up",
  );
  await backTo(chat, 2);
});
