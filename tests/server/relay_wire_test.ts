import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatError, type ChatErrorCode } from "../../lib/client/mod.ts";
import { generateIdentity } from "../../lib/crypto/mod.ts";
import {
  maxTransferConnectionsPerMember,
  transferIdleMs,
  transferWaitMs,
} from "../../lib/limits.ts";
import { Operator } from "../../lib/server/mod.ts";
import { closeQuietly, initiateHandshake } from "../../lib/transport/mod.ts";
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";
import { fastForward } from "../testing/fast_forward.ts";
import { memberHello } from "../testing/hellos.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { newTransferId, TestTransfers } from "../testing/test_transfers.ts";
import { within } from "../testing/within.ts";

/** Slow enough for handshakes to be in time. */
const stepMs = 100;

async function assertRefused(opening: Promise<unknown>, code: ChatErrorCode): Promise<void> {
  const error = await assertRejects(() => opening, ChatError);
  assertEquals((error as ChatError).code, code);
}

/** A connection of ana's for a side of a transfer, of which the server has been told what it is. */
async function shakeHands(transfers: TestTransfers): Promise<Deno.TcpConn> {
  const { staticKeyPair, signingKeyPair } = transfers.identityOf("ana");
  const hello = { ...memberHello("ana"), signingKey: signingKeyPair.publicKey };
  const transfer = { role: "sender", id: newTransferId() } as const;
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: transfers.chat.port });
  await initiateHandshake(conn, staticKeyPair, { ...hello, transfer }, () => {});
  return conn;
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 65_536) {
    crypto.getRandomValues(bytes.subarray(i, Math.min(i + 65_536, length)));
  }
  return bytes;
}

Deno.test("a transfer carries bytes both ways at once as they are, and both ends", async () => {
  await using transfers = await TestTransfers.start();
  const [sender, receiver] = await transfers.pair();
  const [there, back] = [randomBytes(3_000_001), randomBytes(500_003)];
  const [received, answered] = await Promise.all([
    receiver.receive(there.length + 1),
    sender.receive(back.length + 1),
    sender.send(there).then(() => sender.stream.closeWrite()),
    receiver.send(back).then(() => receiver.stream.closeWrite()),
  ]);
  assert(received.every((byte, i) => byte === there[i]) && received.length === there.length);
  assert(answered.every((byte, i) => byte === back[i]) && answered.length === back.length);
});

Deno.test("a transfer hands on the end of one direction, and the other goes on", async () => {
  await using transfers = await TestTransfers.start();
  const [sender, receiver] = await transfers.pair();
  await sender.send(Uint8Array.of(1, 2));
  await sender.stream.closeWrite();
  assertEquals(await receiver.receive(3), Uint8Array.of(1, 2));
  await receiver.send(Uint8Array.of(3));
  assertEquals(await sender.receive(1), Uint8Array.of(3));
  await receiver.stream.closeWrite();
  assert(await sender.seesEnd());
});

Deno.test("a transfer ends for both where one side's connection breaks", async () => {
  await using transfers = await TestTransfers.start();
  const [sender, receiver] = await transfers.pair();
  await sender.send(Uint8Array.of(1));
  receiver.stream.close(); // with a byte unread: a reset
  await assertRejects(async () => {
    for (;;) await sender.send(randomBytes(65_536));
  });
});

Deno.test("a transfer waits for a reader that is slow, and loses nothing", async () => {
  await using transfers = await TestTransfers.start();
  const [sender, receiver] = await transfers.pair();
  const bytes = randomBytes(20_000_000); // more than the kernel keeps
  let isSent = false;
  const sending = sender.send(bytes).then(() => void (isSent = true));
  const first = await receiver.receive(1_000);
  assert(!isSent);
  const rest = await receiver.receive(bytes.length - 1_000);
  await sending;
  assert([...first].every((byte, i) => byte === bytes[i]));
  assert(rest.every((byte, i) => byte === bytes[i + 1_000]));
});

Deno.test("transfers of several pairs go side by side", async () => {
  await using transfers = await TestTransfers.start();
  await transfers.enter("eva");
  const pairs = await Promise.all([
    transfers.pair("ana", "bia"),
    transfers.pair("bia", "ana"),
    transfers.pair("eva", "ana"),
  ]);
  for (const [i, [sender]] of pairs.entries()) await sender.send(Uint8Array.of(i));
  for (const [i, [, receiver]] of pairs.entries()) {
    assertEquals(await receiver.receive(1), Uint8Array.of(i));
  }
});

Deno.test("the server refuses a transfer of somebody who is not in the room", async () => {
  await using transfers = await TestTransfers.start();
  await assertRefused(transfers.open("eva", "sender", newTransferId()), "notInRoom");
});

Deno.test("the server refuses a transfer in a member's name with other keys", async () => {
  await using transfers = await TestTransfers.start();
  const [ours, theirs] = [generateIdentity(), transfers.identityOf("ana")];
  const mixed = [
    ours,
    { ...theirs, signingKeyPair: ours.signingKeyPair },
    { ...ours, signingKeyPair: theirs.signingKeyPair },
  ];
  for (const identity of mixed) {
    const opening = transfers.open("ana", "sender", newTransferId(), { identity });
    await assertRefused(opening, "nameTaken");
  }
});

Deno.test("the server refuses a transfer in a name that is none", async () => {
  await using transfers = await TestTransfers.start();
  await assertRefused(transfers.open("a b", "sender", newTransferId()), "nameBadCharacter");
});

Deno.test("the server refuses a side that has come already, of whichever member", async () => {
  await using transfers = await TestTransfers.start();
  const id = newTransferId();
  const codes = await Promise.race(
    ["ana", "bia"].map((name) =>
      transfers.open(name, "sender", id).then(() => "paired", (error) => error.code)
    ),
  );
  assertEquals(codes, "transferTaken");
});

Deno.test("the server refuses a member's transfer to itself", async () => {
  await using transfers = await TestTransfers.start();
  const id = newTransferId();
  const code = await Promise.race(
    (["sender", "receiver"] as const).map((role) =>
      transfers.open("ana", role, id).then(() => "paired", (error) => error.code)
    ),
  );
  assertEquals(code, "transferTaken");
});

Deno.test("the server refuses a member's connections for transfers over its limit", async () => {
  await using transfers = await TestTransfers.start();
  const openings = Array.from(
    { length: maxTransferConnectionsPerMember + 1 },
    () => transfers.open("ana", "sender", newTransferId()),
  );
  const first = Promise.race(openings.map((each) => each.catch((error) => error.code)));
  assertEquals(await first, "transferBusy");
});

Deno.test("the server gives a side's place up when it goes before the other has come", async () => {
  await using transfers = await TestTransfers.start();
  for (let i = 0; i < 2 * maxTransferConnectionsPerMember; i++) {
    closeQuietly(await shakeHands(transfers));
  }
  await transfers.pair();
});

Deno.test("the server refuses a side whose other side doesn't come in time", async () => {
  const clock = new ManualClock();
  await using transfers = await TestTransfers.start({ clock });
  const start = clock.now();
  const opening = transfers.open("ana", "sender", newTransferId()).catch(({ code }) => code);
  assertEquals(await fastForward(clock, opening, stepMs), "transferUnmatched");
  assert(clock.now() - start >= transferWaitMs);
});

Deno.test("the server ends a transfer in which nothing moves", async () => {
  const clock = new ManualClock();
  await using transfers = await TestTransfers.start({ clock });
  const [sender, receiver] = await transfers.pair();
  const start = clock.now();
  const ends = Promise.all([sender.seesEnd(), receiver.seesEnd()]);
  assertEquals(await fastForward(clock, ends, stepMs), [true, true]);
  assert(clock.now() - start >= transferIdleMs);
});

Deno.test("the server closes on a side that speaks before both are there", async () => {
  await using transfers = await TestTransfers.start();
  const conn = await shakeHands(transfers);
  try {
    await conn.write(Uint8Array.of(1));
    const end = conn.read(new Uint8Array(100)).catch(() => null);
    assertEquals(await within(end, "an end"), null);
    await transfers.chat.log.until(
      (events) => events.some((event) => event.kind === "violated"),
      "a violation",
    );
    await transfers.pair();
  } finally {
    closeQuietly(conn);
  }
});

Deno.test("a transfer goes no faster than its members' rate", async () => {
  const clock = new ManualClock();
  await using transfers = await TestTransfers.start({ clock, maxTransferRate: 10_000 });
  const [sender, receiver] = await transfers.pair();
  const start = clock.now();
  const all = Promise.all([
    sender.send(randomBytes(20_000)),
    receiver.send(randomBytes(10_000)),
    receiver.receive(20_000),
    sender.receive(10_000),
  ]);
  await fastForward(clock, all);
  assert(clock.now() - start >= 2_900, `${clock.now() - start} ms`);
});

Deno.test("a transfer outlasts its members' chat connections while they may come back", async () => {
  await using transfers = await TestTransfers.start();
  const [sender, receiver] = await transfers.pair();
  closeQuietly(transfers.memberOf("ana").conn);
  await transfers.chat.reported("detached", "ana");
  await sender.send(Uint8Array.of(1));
  assertEquals(await receiver.receive(1), Uint8Array.of(1));
  await transfers.pair();
});

Deno.test("a transfer ends when one of its members has left", async () => {
  await using transfers = await TestTransfers.start();
  const [sender, receiver] = await transfers.pair();
  transfers.memberOf("bia").link.send({ kind: "bye", code: "leaving" });
  assertEquals(await Promise.all([sender.seesEnd(), receiver.seesEnd()]), [true, true]);
});

Deno.test("a side that waits is refused when its member has left", async () => {
  await using transfers = await TestTransfers.start();
  const opening = transfers.open("ana", "sender", newTransferId());
  transfers.memberOf("ana").link.send({ kind: "bye", code: "leaving" });
  await assertRefused(opening, "notInRoom");
});

Deno.test({
  name: "a transfer ends when one of its members is banned, and no other begins",
  ignore: !mayUseFiles,
  fn: () =>
    withDataDir(async (dataDir) => {
      await using transfers = await TestTransfers.start({ dataDir });
      const [sender, receiver] = await transfers.pair();
      using operator = new Operator(dataDir);
      operator.ban("bia");
      assertEquals(await Promise.all([sender.seesEnd(), receiver.seesEnd()]), [true, true]);
      await assertRefused(transfers.open("bia", "receiver", newTransferId()), "banned");
    }),
});

Deno.test("Server.close() ends transfers, and tells sides that wait", async () => {
  await using transfers = await TestTransfers.start();
  const [sender, receiver] = await transfers.pair();
  const stalled = sender.send(randomBytes(20_000_000)).catch(() => {});
  const waiting = transfers.open("ana", "sender", newTransferId());
  const refused = assertRefused(waiting, "unreachable");
  await transfers.chat.server.close();
  await refused;
  await stalled;
  while (!await receiver.seesEnd()) { /* what was on its way */ }
});
