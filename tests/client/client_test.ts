import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { ChatError, type ChatErrorCode, connect } from "../../lib/client/mod.ts";
import { generateIdentity } from "../../lib/crypto/mod.ts";
import { TestChat } from "../testing/test_chat.ts";

const manySays = {
  say: { burst: 1e6, perSecond: 1e6 },
  other: { burst: 1e6, perSecond: 1e6 },
  repair: { burst: 1e9, perSecond: 1e9 },
};

/** The code with which connecting fails. */
async function refusal(options: Parameters<typeof connect>[0]): Promise<ChatErrorCode> {
  return (await assertRejects(() => connect(options), ChatError)).code;
}

Deno.test("connect() enters a server under a name", async () => {
  await using chat = await TestChat.start();
  const { client } = await chat.join("Ana");
  assertEquals(client.name, "Ana");
  assertEquals(client.members(), ["Ana"]);
  assertEquals(client.serverFingerprint, chat.server.fingerprint);
  await chat.reported("joined", "Ana");
});

Deno.test("Client.say() reaches everybody once, in order, its author too", async () => {
  await using chat = await TestChat.start();
  const members = [await chat.join("ana"), await chat.join("bia"), await chat.join("caio")];
  const texts = ["Olá, todos!", "Oi! 😀", "x".repeat(16_384)];
  const seqs = [];
  for (const [i, text] of texts.entries()) seqs.push((await members[i]!.client.say(text)).seq);
  assertEquals(seqs, [1, 2, 3]);
  for (const member of members) {
    const said = await member.count("said", 3);
    assertEquals(said.map(({ seq, from }) => [seq, from]), [[1, "ana"], [2, "bia"], [3, "caio"]]);
    assertEquals(said.map(({ text }) => text), texts);
  }
});

Deno.test("Client.tell() reaches its addressee alone, and says that it arrived", async () => {
  await using chat = await TestChat.start();
  const [ana, bia, caio] = [
    await chat.join("ana"),
    await chat.join("bia"),
    await chat.join("caio"),
  ];
  const { id } = await ana.client.tell("Bia", "Olá, Bia!");
  const told = await bia.event("told");
  assertEquals([told.from, told.id, told.text], ["ana", id, "Olá, Bia!"]);
  assertEquals(await ana.event("delivered"), { kind: "delivered", to: "Bia", id });
  await caio.client.say("end"); // whatever was on its way to caio has come before this
  await caio.event("said");
  assertEquals(caio.toldTexts, []);
});

Deno.test("Client.tell() brings 1,000 messages in a row in order, each once", async () => {
  await using chat = await TestChat.start({ floodLimits: manySays });
  const ana = await chat.join("ana");
  const bia = await chat.join("bia");
  const texts = Array.from({ length: 1_000 }, (_, i) => `text ${i}`);
  await Promise.all(texts.map((text) => ana.client.tell("bia", text)));
  await bia.count("told", 1_000);
  await ana.count("delivered", 1_000);
  assertEquals(bia.toldTexts, texts);
});

Deno.test("Client.say() brings 2,000 messages of 3 authors to 5 members in one order", async () => {
  await using chat = await TestChat.start({ floodLimits: manySays });
  const names = ["ana", "bia", "caio", "duda", "eva"];
  const members = await Promise.all(names.map((name) => chat.join(name)));
  const counts = [667, 667, 666];
  const authors = members.slice(0, 3);
  await Promise.all(
    authors.flatMap((author, i) =>
      Array.from({ length: counts[i]! }, (_, n) => author.client.say(`${n}`))
    ),
  );
  const [first, ...others] = await Promise.all(
    members.map((member) => member.count("said", 2_000)),
  );
  assertEquals(first!.map(({ seq }) => seq), Array.from({ length: 2_000 }, (_, i) => i + 1));
  for (const said of others) assertEquals(said, first);
  for (const [i, { client }] of authors.entries()) {
    const own = first!.filter(({ from }) => from === client.name).map(({ text }) => Number(text));
    assertEquals(own, Array.from({ length: counts[i]! }, (_, n) => n));
  }
});

Deno.test("Client.say() takes 100 of the longest texts at once", async () => {
  await using chat = await TestChat.start({ floodLimits: manySays });
  const ana = await chat.join("ana");
  const bia = await chat.join("bia");
  const text = "a".repeat(16_384);
  await Promise.all(Array.from({ length: 100 }, () => ana.client.say(text)));
  await bia.count("said", 100);
  assertEquals(ana.events("disconnected"), []);
  assertEquals(bia.events("disconnected"), []);
});

const badNames: { name: string; code: ChatErrorCode }[] = [
  { name: "", code: "nameEmpty" },
  { name: "a".repeat(33), code: "nameTooLong" },
  { name: "a".repeat(129), code: "nameTooLong" },
  { name: "😀".repeat(33), code: "nameTooLong" },
  { name: "a".repeat(1_000), code: "nameTooLong" },
  { name: "ana bia", code: "nameBadCharacter" },
  { name: "-ana", code: "nameBadStart" },
  { name: "аna", code: "nameMixedScripts" },
  { name: "BIA", code: "nameTaken" },
];

Deno.test("connect() says what is wrong with a name", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  for (const { name, code } of badNames) {
    assertEquals(await refusal({ server: `127.0.0.1:${chat.port}`, name }), code, name);
  }
  await bia.client.say("still here");
  assertEquals(bia.client.members(), ["bia"]);
});

Deno.test("connect() takes a name of 32 characters, however it is typed", async () => {
  await using chat = await TestChat.start();
  for (const name of ["😀".repeat(32), "각".normalize("NFD").repeat(32)]) {
    const { client } = await chat.join(name);
    assertEquals(client.name, name.normalize("NFKC"));
  }
});

Deno.test("connect() says that a room is full", async () => {
  await using chat = await TestChat.start({ maxMembers: 1 });
  await chat.join("ana");
  assertEquals(await refusal({ server: `127.0.0.1:${chat.port}`, name: "bia" }), "roomFull");
});

Deno.test("connect() with the same identity takes the name over", async () => {
  await using chat = await TestChat.start();
  const bia = await chat.join("bia");
  const identity = generateIdentity();
  const before = await chat.join("ana", { identity });
  const after = await chat.join("ana", { identity });
  assertEquals((await before.event("closed")).code, "replaced");
  await before.ended;
  assertEquals(before.log.entries.at(-1), { kind: "closed", code: "replaced" });
  await assertRejects(() => before.client.say("I am gone"), ChatError, "closed");
  await after.client.say("I am here");
  await bia.event("said");
  assertEquals(bia.saidTexts, ["I am here"]);
  assertEquals(bia.events("left"), []);
});

Deno.test("Client tells who comes and goes, and knows who is there", async () => {
  await using chat = await TestChat.start();
  const ana = await chat.join("ana");
  const bia = await chat.join("bia");
  assertEquals((await ana.event("joined")).name, "bia");
  assertEquals(bia.client.members().toSorted(), ["ana", "bia"]);
  await bia.client.close();
  assertEquals((await ana.event("left")).name, "bia");
  assertEquals(ana.client.members(), ["ana"]);
  const left = await chat.reported("left", "bia");
  assert(left.kind === "left" && left.reason === "leaving");
});

Deno.test("Client.tell() rejects what nobody can get", async () => {
  await using chat = await TestChat.start();
  const { client } = await chat.join("ana");
  for (const to of ["bia", "", "a b", "x".repeat(200)]) {
    await assertRejects(() => client.tell(to, "a"), ChatError, "unknownMember");
  }
  await client.tell("ana", "a note to myself");
});

Deno.test("Client.events() gives each reader everything from then on, the end last", async () => {
  await using chat = await TestChat.start();
  const { client } = await chat.join("ana");
  const readers = [client.events(), client.events()];
  await client.say("a");
  await client.close();
  for (const reader of readers) {
    const kinds = (await Array.fromAsync(reader)).map(({ kind }) => kind);
    assert(kinds.includes("said"));
    assertEquals(kinds.at(-1), "closed");
  }
  assertEquals(await Array.fromAsync(client.events()), []);
});

Deno.test("two servers have two fingerprints", async () => {
  await using one = await TestChat.start();
  await using other = await TestChat.start();
  assertNotEquals(one.server.fingerprint, other.server.fingerprint);
});
