/**
 * What a server can and can't do to its members: each attempt, and what its victims see of it.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { ChatError, type ClientEvent } from "../../lib/client/mod.ts";
import {
  encodedMessage,
  type MemberMessage,
  type Said,
  signedSayBytes,
} from "../../lib/codec/mod.ts";
import { generateIdentity, type Identity, sign } from "../../lib/crypto/mod.ts";
import { askAgainMs } from "../../lib/limits.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { contains } from "../testing/contains.ts";
import { MisbehavingServer, type Person } from "../testing/misbehaving_server.ts";

const secret = "o cofre abre com 4711";
const warning = `!!! ${portuguese.keyChanged("ana", "/verificar", "/confiar")}`;
const warningOfBia = `!!! ${portuguese.keyChanged("bia", "/verificar", "/confiar")}`;

/** Three members, who have published their keys. */
async function start(): Promise<
  { server: MisbehavingServer; ana: Person; bia: Person; eva: Person }
> {
  const server = new MisbehavingServer();
  const [ana, bia, eva] = ["ana", "bia", "eva"].map((name) => server.enter(name)) as [
    Person,
    Person,
    Person,
  ];
  for (const person of [ana, bia, eva]) await person.published();
  return { server, ana, bia, eva };
}

/** A global message as somebody with these keys would have signed it. */
function signedBy(identity: Identity, fields: Partial<Said> = {}): Said {
  const said = { seq: 100, from: "ana", id: 5n, sentAt: 0, text: "pago eu", ...fields };
  const bytes = signedSayBytes({ room: 7n, author: said.from, ...said });
  return { kind: "said", ...said, signature: sign(bytes, identity.signingKeyPair), ...fields };
}

async function refusal(request: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => request, ChatError)).code;
}

Deno.test("a server that keeps to the rules hands on what it can't read", async () => {
  const { server, ana, bia } = await start();
  await ana.core.tell("bia", secret);
  await ana.core.say("Olá, todos!");
  const shown = await bia.lines(2);
  assertEquals(shown.toSorted(), ["[TCP] Privado de ana: " + secret, "[UDP] ana: Olá, todos!"]);
  const text = new TextEncoder().encode(secret);
  for (const message of server.seen.entries) {
    assert(!contains(encodedMessage(message), text), `${message.kind} has the text in it`);
  }
  assert(server.seen.entries.some(({ kind }) => kind === "send"));
});

Deno.test("a server that alters a private message is asked for another, until it hands it on", async () => {
  const { server, ana, bia } = await start();
  let altered = 0;
  server.misdeeds.told = (told) => {
    const envelope = told.envelope.slice();
    if (altered++ === 0) envelope[envelope.length - 1]! ^= 1;
    return [{ ...told, envelope }];
  };
  await ana.core.tell("bia", secret);
  await ana.events.find((event) => event.kind === "delivered", "delivered");
  assertEquals(bia.screen, ["[TCP] Privado de ana: " + secret]);
});

Deno.test("a server that alters every private message is noticed on both sides", async () => {
  const { server, ana, bia } = await start();
  server.misdeeds.told = (told) => [{ ...told, envelope: told.envelope.toReversed() }];
  await ana.core.tell("bia", secret);
  await ana.events.find((event) => event.kind === "undelivered", "undelivered");
  assertEquals(bia.screen[0], "* uma mensagem privada de ana chegou ilegível");
  assertEquals(bia.screen.filter((line) => !line.includes("ilegível")), []);
});

Deno.test("a server that hands a private message on twice shows it once", async () => {
  const { server, ana, bia } = await start();
  server.misdeeds.told = (told) => [told, { ...told, delivery: 1_000 + told.delivery }];
  await ana.core.tell("bia", "um");
  await ana.core.tell("bia", "dois");
  assertEquals(await bia.lines(2), ["[TCP] Privado de ana: um", "[TCP] Privado de ana: dois"]);
});

Deno.test("a server that hands a private message on under another id shows it once", async () => {
  const { server, ana, bia } = await start();
  server.misdeeds.told = (told) => [told, { ...told, delivery: 1_000 + told.delivery, id: 1n }];
  await ana.core.tell("bia", "um");
  await ana.core.tell("bia", "dois");
  const bothDelivered = (events: readonly ClientEvent[]) =>
    events.filter(({ kind }) => kind === "delivered").length === 2;
  await ana.events.until(bothDelivered, "both to be delivered");
  const messages = bia.screen.filter((line) => line.startsWith("[TCP]"));
  assertEquals(messages, ["[TCP] Privado de ana: um", "[TCP] Privado de ana: dois"]);
});

Deno.test("a server can't pass one member's private message off as another's", async () => {
  const { server, ana, bia } = await start();
  server.misdeeds.told = (told) => [{ ...told, from: "eva" }];
  await ana.core.tell("bia", secret);
  await ana.events.find((event) => event.kind === "undelivered", "undelivered");
  assertEquals(bia.screen.filter((line) => line.startsWith("[TCP]")), []);
});

Deno.test("a server can't hand one member's private message to another", async () => {
  const { server, ana, bia, eva } = await start();
  server.misdeeds.told = (told) => {
    eva.receive({ ...told, delivery: 1_000 });
    return [told];
  };
  await ana.core.tell("bia", secret);
  const isUnreadable = ({ kind }: MemberMessage) => kind === "unreadable";
  await server.seen.until((messages) => messages.some(isUnreadable), "eva's answer");
  await bia.lines(1);
  assertEquals(eva.screen, []);
});

const forgeries: readonly { what: string; forge: (genuine: Said, eva: Identity) => Said }[] = [
  { what: "changes the text of", forge: (genuine) => ({ ...genuine, text: "pago eu" }) },
  { what: "changes the time of", forge: (genuine) => ({ ...genuine, sentAt: genuine.sentAt + 1 }) },
  { what: "makes up", forge: (_, eva) => signedBy(eva) },
  {
    what: "makes up, with another's signature,",
    forge: ({ signature }) => ({ ...signedBy(generateIdentity()), signature }),
  },
];

for (const { what, forge } of forgeries) {
  Deno.test(`a server that ${what} a global message shows that it did`, async () => {
    const { server, ana, bia, eva } = await start();
    server.misdeeds.said = (said, to) =>
      to === bia
        ? [forge(said, eva.identity)].map((forged) => ({ ...forged, seq: said.seq }))
        : [said];
    await ana.core.say("paga tu");
    const [line] = await bia.lines(1);
    assert(/^\[UDP\] \(assinatura falsa\) ana( \(.*\))?: pag/.test(line!), line);
  });
}

Deno.test("a server that takes a signature away shows that it did", async () => {
  const { server, ana, bia } = await start();
  server.misdeeds.said = (said) => [{ ...said, signature: new Uint8Array() }];
  await ana.core.say("oi");
  assertEquals(await bia.lines(1), ["[UDP] (sem assinatura) ana: oi"]);
});

Deno.test("a server can't put words into our own mouth", async () => {
  const { server, ana, eva } = await start();
  server.say(signedBy(eva.identity, { seq: 1, sentAt: server.clock.wallTime() }));
  assertEquals(await ana.lines(1), ["[UDP] (assinatura falsa) ana: pago eu"]);
});

Deno.test("a server that numbers a global message twice shows it once", async () => {
  const { server, ana, bia } = await start();
  let first: Said | undefined;
  server.misdeeds.said = (said, to) => {
    first ??= said;
    return said === first || to !== bia ? [said] : [{ ...first, seq: said.seq }];
  };
  await ana.core.say("um");
  await ana.core.say("dois");
  await bia.events.find((event) => event.kind === "repeated", "a repeat");
  assertEquals(bia.screen, ["[UDP] ana: um"]);
});

Deno.test("a server can't swap the key of a member who was seen before, and nothing is sent to it", async () => {
  const { server, ana, bia, eva } = await start();
  await ana.core.tell("bia", "oi");
  await bia.lines(1);
  ana.core.verification.isVerified("bia");
  server.misdeeds.identified = (identified) =>
    identified.name === "bia"
      ? {
        ...identified,
        signingKey: eva.identity.signingKeyPair.publicKey,
        keyPackage: eva.takeKeyPackage(),
      }
      : identified;
  const envelopes = server.seen.entries.filter(({ kind }) => kind === "send").length;
  server.misdeeds.told = () => []; // and what the group still takes gets lost
  await ana.core.verification.codeFor("bia");
  assertEquals(await refusal(ana.core.tell("bia", secret)), "memberKeyChanged");
  assertEquals(ana.screen, [warningOfBia]);
  assertEquals(server.seen.entries.filter(({ kind }) => kind === "send").length, envelopes);
});

Deno.test("a server can't give out another's key package for a member's", async () => {
  const { server, ana, bia, eva } = await start();
  server.misdeeds.identified = (identified) => ({
    ...identified,
    keyPackage: eva.takeKeyPackage(),
  });
  assertEquals(await refusal(ana.core.tell("bia", secret)), "memberKeyForged");
  assertEquals([bia.screen, eva.screen], [[], []]);
});

Deno.test("a server that swaps a key for a forged global message warns of it", async () => {
  const { server, ana, bia, eva } = await start();
  await ana.core.say("oi");
  await bia.lines(1);
  server.clock.advance(askAgainMs);
  server.misdeeds.identified = (identified) => ({
    ...identified,
    signingKey: eva.identity.signingKeyPair.publicKey,
  });
  server.say(signedBy(eva.identity, { seq: 2, sentAt: server.clock.wallTime() }));
  const [, ...shown] = await bia.lines(3);
  assertEquals(shown, [warning, "[UDP] (chave nova) ana: pago eu"]);
});

Deno.test("a server in the middle from the first sight on is found by comparing codes", async () => {
  const { server, ana, bia, eva } = await start();
  assertEquals(
    await ana.core.verification.codeFor("bia"),
    await bia.core.verification.codeFor("ana"),
  );
  const others = await start();
  others.server.misdeeds.identified = (identified) => ({
    ...identified,
    signingKey: eva.identity.signingKeyPair.publicKey,
  });
  const [ours, theirs] = await Promise.all([
    others.ana.core.verification.codeFor("bia"),
    others.bia.core.verification.codeFor("ana"),
  ]);
  assertNotEquals(ours, theirs);
  assert(server.seen.entries.length > 0);
});

Deno.test("two members who write to each other for the first time at the same moment both get through", async () => {
  const { ana, bia } = await start();
  await Promise.all([ana.core.tell("bia", "oi, Bia"), bia.core.tell("ana", "oi, Ana")]);
  assertEquals(await bia.lines(1), ["[TCP] Privado de ana: oi, Bia"]);
  assertEquals(await ana.lines(1), ["[TCP] Privado de bia: oi, Ana"]);
});

Deno.test("a member whose state is lost is written to again without anybody's help", async () => {
  const { server, ana, bia } = await start();
  await ana.core.tell("bia", "um");
  await bia.lines(1);
  await ana.events.find((event) => event.kind === "delivered", "delivered");
  bia.core.exit();
  const again = server.enter("bia", bia.identity);
  await again.published();
  await ana.core.tell("bia", "dois");
  assertEquals(await again.lines(1), ["[TCP] Privado de ana: dois"]);
});

Deno.test("a thousand private messages in a row arrive in order", async () => {
  const { ana, bia } = await start();
  const texts = Array.from({ length: 1_000 }, (_, i) => `texto ${i}`);
  await Promise.all(texts.map((text) => ana.core.tell("bia", text)));
  const shown = await bia.lines(texts.length);
  assertEquals(shown, texts.map((text) => `[TCP] Privado de ana: ${text}`));
});
