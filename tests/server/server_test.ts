import { assert, assertEquals, assertRejects } from "@std/assert";
import { generateKeyPair } from "../../lib/crypto/mod.ts";
import { handshakeTimeoutMs, resumeMs, silenceTimeoutMs, tickMs } from "../../lib/limits.ts";
import { startServer } from "../../lib/server/mod.ts";
import { closeQuietly } from "../../lib/transport/mod.ts";
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { RawMember } from "../testing/raw_member.ts";
import { Recorder } from "../testing/recorder.ts";
import { TestChat } from "../testing/test_chat.ts";
import { within } from "../testing/within.ts";

/** Waits until the other side has ended a connection, well or not, and closes this one. */
async function seeEnd(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1_000);
  const end = (async () => {
    while (await conn.read(buffer).catch(() => null) !== null) { /* more to come */ }
  })();
  await within(end, "a connection to be ended");
  closeQuietly(conn);
}

function dial(port: number): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port });
}

Deno.test("startServer() says where it listens and what its key is called", async () => {
  const server = await startServer({ host: "127.0.0.1", port: 0 });
  assertEquals(server.addr.hostname, "127.0.0.1");
  assert(server.addr.port > 0);
  assert(/^([A-Z2-7]{4}-){4}[A-Z2-7]{4}$/.test(server.fingerprint), server.fingerprint);
  await server.close();
});

Deno.test("startServer() rejects where the port is taken", async () => {
  await using chat = await TestChat.start();
  const options = { host: "127.0.0.1", port: chat.port };
  await assertRejects(() => startServer(options), Deno.errors.AddrInUse);
});

Deno.test("Server.close() may be called again", async () => {
  const server = await startServer({ host: "127.0.0.1", port: 0 });
  await Promise.all([server.close(), server.close()]);
  await server.close();
});

Deno.test("Server.close() ends members, handshakes and silent connections, and leaves nothing", async () => {
  await using chat = await TestChat.start();
  await using raw = await RawMember.enter(chat.port, "raw");
  const ana = await chat.join("ana");
  const silent = await dial(chat.port);
  const begun = await dial(chat.port);
  await begun.write(Uint8Array.of(0, 32, 1));
  await chat.server.close();
  assertEquals((await raw.message("bye")).code, "serverStopping");
  assertEquals((await ana.event("disconnected")).code, "serverStopping");
  await raw.ended;
  for (const conn of [silent, begun]) await seeEnd(conn);
});

Deno.test("Server lets a member whose connection died come back under its name", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  const keyPair = generateKeyPair();
  {
    await using _ = await RawMember.enter(chat.port, "ana", keyPair); // gone without goodbye
    await bia.event("joined");
  }
  const detached = await chat.reported("detached", "ana");
  assertEquals(detached, { kind: "detached", name: "ana", reason: "connectionLost", members: 2 });
  await using _ = await RawMember.enter(chat.port, "ana", keyPair);
  await chat.reported("resumed", "ana");
  assertEquals(bia.client.members(), ["bia", "ana"]);
  assertEquals(bia.events("left"), []);
});

Deno.test("Server ends a handshake that lasts too long", async () => {
  const clock = new ManualClock();
  await using chat = await TestChat.start({ clock });
  const conn = await dial(chat.port);
  await conn.write(Uint8Array.of(0));
  await using _ = await RawMember.enter(chat.port, "ana"); // by then, the first one is in
  clock.advance(handshakeTimeoutMs + tickMs);
  await seeEnd(conn);
  assertEquals(chat.log.entries.filter(({ kind }) => kind === "left"), []);
});

Deno.test("Server lets a silent member go", async () => {
  const clock = new ManualClock();
  await using chat = await TestChat.start({ clock });
  await using raw = await RawMember.enter(chat.port, "ana");
  clock.advance(silenceTimeoutMs + tickMs);
  const detached = await chat.reported("detached", "ana");
  assert(detached.kind === "detached" && detached.reason === "silence");
  await within(raw.ended, "the connection to end");
  clock.advance(resumeMs + tickMs);
  const left = await chat.reported("left", "ana");
  assert(left.kind === "left" && left.reason === "silence");
});

Deno.test("Server and client keep a quiet connection alive", async () => {
  const clock = new ManualClock();
  await using chat = await TestChat.start({ clock });
  await using recorder = new Recorder(chat.port);
  const ana = await chat.join("ana", { port: recorder.port, clock });
  recorder.passesDatagrams = false;
  for (let passed = 0; passed < 3 * silenceTimeoutMs; passed += 10_000) {
    const before = recorder.pieces.entries.length;
    clock.advance(10_000);
    await recorder.pieces.until(({ length }) => length >= before + 2, "ping and pong");
  }
  await ana.client.tell("ana", "still here");
  assertEquals(ana.events("disconnected"), []);
});

Deno.test("Server ends a member that breaks the protocol, and tells it so", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  await using raw = await RawMember.enter(chat.port, "ana");
  raw.link.send({ kind: "presence", joined: ["eva"], left: [] });
  assertEquals((await raw.message("bye")).code, "protocolViolation");
  await raw.ended;
  const violated = await chat.reported("violated", "ana");
  assert(violated.kind === "violated" && violated.code === "unexpectedMessage");
  const left = await chat.reported("left", "ana");
  assert(left.kind === "left" && left.reason === "protocolViolation");
  await bia.event("left");
});

Deno.test("Server ends a member whose authentic datagram is nonsense", async () => {
  await using chat = await TestChat.start();
  await using raw = await RawMember.enter(chat.port, "ana");
  await raw.sendDatagram(raw.datagrams.seal(Uint8Array.of(255)));
  assertEquals((await raw.message("bye")).code, "protocolViolation");
  await raw.ended;
});

Deno.test({
  name: "startServer() has the same key again with the same dataDir",
  ignore: !mayUseFiles,
  fn: () =>
    withDataDir(async (dataDir) => {
      const fingerprints = new Set<string>();
      for (let i = 0; i < 2; i++) {
        const server = await startServer({ host: "127.0.0.1", port: 0, dataDir });
        fingerprints.add(server.fingerprint);
        await server.close();
      }
      assertEquals(fingerprints.size, 1);
    }),
});
