import { assert, assertEquals, assertThrows } from "@std/assert";
import { generateKeyPair } from "../../lib/crypto/mod.ts";
import { tickMs } from "../../lib/limits.ts";
import { DataDirError, Operator } from "../../lib/server/mod.ts";
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { RawMember } from "../testing/raw_member.ts";
import { TestChat } from "../testing/test_chat.ts";

function test(name: string, fn: (dataDir: string) => Promise<void>): void {
  Deno.test({ name, ignore: !mayUseFiles, fn: () => withDataDir(fn) });
}

test("Operator needs a database", (dataDir) => {
  const error = assertThrows(() => new Operator(dataDir), DataDirError);
  assertEquals(error.reason, "noDatabase");
  return Promise.resolve();
});

test("Operator bans and sets free while the server runs, which notices within a tick", async (dataDir) => {
  const clock = new ManualClock();
  await using chat = await TestChat.start({ clock, dataDir });
  const keyPair = generateKeyPair();
  await using ana = await RawMember.enter(chat.port, "ana");
  await using eva = await RawMember.enter(chat.port, "eva", keyPair);
  using operator = new Operator(dataDir);
  assertEquals(operator.members().map(({ name }) => name), ["ana", "eva"]);
  assertEquals(operator.release("ANA"), true);
  assertEquals(operator.release("ana"), false);
  clock.advance(tickMs);
  assertEquals((await ana.message("bye")).code, "released");
  const left = await chat.reported("left", "ana");
  assert(left.kind === "left" && left.reason === "released");
  assertEquals(operator.ban("Eva"), true);
  assertEquals(operator.ban("not a name"), false);
  clock.advance(tickMs);
  assertEquals((await eva.message("bye")).code, "banned");
});

test("Operator invites to a server that runs", async (dataDir) => {
  await using chat = await TestChat.start({ dataDir, registration: "invite" });
  using operator = new Operator(dataDir);
  const invitation = operator.invite(1);
  await using _ = await RawMember.enter(chat.port, "ana", generateKeyPair(), { invitation });
  assertEquals(operator.members().map(({ name }) => name), ["ana"]);
});

test("startServer() keeps names for their owners from one start to the next", async (dataDir) => {
  const keyPair = generateKeyPair();
  for (let start = 0; start < 2; start++) {
    await using chat = await TestChat.start({ dataDir });
    {
      await using _ = await RawMember.enter(chat.port, "ana", keyPair);
    }
    await chat.reported("detached", "ana");
    const stranger = await RawMember.enter(chat.port, "ana").catch((error) => error.message);
    assertEquals(stranger, "refused");
  }
});
