import { assertEquals } from "@std/assert";
import { Authenticator, type Judged } from "../../lib/client/authenticator.ts";
import { Contacts } from "../../lib/client/contacts.ts";
import { Enquiries } from "../../lib/client/enquiries.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import { type Identify, type Said, signedSayBytes } from "../../lib/codec/mod.ts";
import { generateSigningKeyPair, type KeyPair, sign } from "../../lib/crypto/mod.ts";
import { askAgainMs, maxHeldBack } from "../../lib/limits.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { settled } from "../testing/turns.ts";

const room = 7n;
const [ana, bia, eva] = [1, 2, 3].map(generateSigningKeyPair) as [KeyPair, KeyPair, KeyPair];

/** A message as its author signs it. */
function said(seq: number, keyPair: KeyPair, fields: Partial<Said> = {}): Said {
  const text = `text ${seq}`;
  const message = { seq, from: "bia", id: BigInt(seq), sentAt: 1_000, text, ...fields };
  const signature = sign(signedSayBytes({ room, author: message.from, ...message }), keyPair);
  return { kind: "said", ...message, signature, ...fields };
}

function start() {
  const shown: string[] = [];
  const questions: Identify[] = [];
  const onChanged = (name: string) => shown.push(`the key of ${name} has changed`);
  const contacts = new Contacts(new MemoryStore(), onChanged);
  const enquiries = new Enquiries((question) => questions.push(question));
  const clock = new ManualClock();
  const authenticator = new Authenticator({
    clock,
    keyOf: (name) => name.toUpperCase(),
    contacts,
    enquiries,
    me: () => ({ name: "ana", signingKey: ana.publicKey }),
    emit: (judged) => shown.push(summary(judged)),
    onFault: (error) => shown.push(`fault ${error}`),
  });
  const take = (...messages: Said[]) => {
    for (const message of messages) authenticator.take(message, room);
    return shown.splice(0);
  };
  /** The server says whose the name is that was asked for first. */
  const answer = async (keyPair: KeyPair | undefined, name?: string) => {
    const question = questions.shift()!;
    const keyPackage = new Uint8Array();
    if (!keyPair) enquiries.reject(question.id);
    else {
      const signingKey = keyPair.publicKey;
      enquiries.answer({
        ...question,
        name: question.name,
        ...(name ? { name } : {}),
        kind: "identified",
        signingKey,
        keyPackage,
      });
    }
    await settled();
    return shown.splice(0);
  };
  return { authenticator, clock, contacts, questions, shown, take, answer };
}

function summary(judged: Judged): string {
  if (judged.kind === "missing" || judged.kind === "caughtUp") return judged.kind;
  const { said: { seq } } = judged;
  return judged.kind === "repeated" ? `${seq} repeated` : `${seq} ${judged.authenticity}`;
}

Deno.test("Authenticator shows at once what somebody has signed whose key it knows", () => {
  const { contacts, take, questions } = start();
  contacts.see("bia", bia.publicKey);
  assertEquals(take(said(1, bia), said(2, bia)), ["1 signed", "2 signed"]);
  assertEquals(questions, []);
});

Deno.test("Authenticator knows an author who is written with other capitals by now", async () => {
  const { contacts, take, answer } = start();
  assertEquals(take(said(1, bia)), []);
  assertEquals(await answer(bia, "Bia"), ["1 signed"]);
  assertEquals(contacts.get("bia")?.signingKey, bia.publicKey);
});

Deno.test("Authenticator asks for an author's key, and keeps everything in order meanwhile", async () => {
  const { authenticator, contacts, take, answer } = start();
  const own = said(2, ana, { from: "ana" });
  assertEquals(take(said(1, bia), own), []);
  authenticator.take({ kind: "missing", firstSeq: 3, lastSeq: 4 }, room);
  assertEquals(await answer(bia), ["1 signed", "2 signed", "missing"]);
  assertEquals(contacts.get("bia")?.signingKey, bia.publicKey);
});

for (
  const { what, forged } of [
    { what: "somebody else has signed", forged: said(1, eva) },
    { what: "was altered", forged: { ...said(1, bia), text: "another" } },
    { what: "was given another id", forged: { ...said(1, bia), id: 9n } },
    { what: "was given another time", forged: { ...said(1, bia), sentAt: 9 } },
    { what: "was said by another name", forged: { ...said(1, bia, { from: "eva" }), from: "bia" } },
    { what: "has half a signature", forged: { ...said(1, bia), signature: new Uint8Array(32) } },
  ]
) {
  Deno.test(`Authenticator shows as forged what ${what}, and goes on`, async () => {
    const { contacts, take, answer } = start();
    contacts.see("bia", bia.publicKey);
    assertEquals(take(forged, said(2, bia)), []);
    assertEquals(await answer(bia), ["1 forged", "2 signed"]);
    assertEquals(take(said(1, bia)), ["1 signed"]); // the forgery doesn't keep the real one out
  });
}

Deno.test("Authenticator shows as forged what was said in another room", async () => {
  const { authenticator, contacts, answer } = start();
  contacts.see("bia", bia.publicKey);
  authenticator.take(said(1, bia), room + 1n);
  assertEquals(await answer(bia), ["1 forged"]);
});

Deno.test("Authenticator asks once about a name in a while, however many forgeries come", async () => {
  const { contacts, take, answer, questions, clock } = start();
  contacts.see("bia", bia.publicKey);
  take(said(1, eva), said(2, eva), said(3, bia));
  assertEquals(await answer(bia), ["1 forged", "2 forged", "3 signed"]);
  assertEquals([take(said(4, eva)), questions], [["4 forged"], []]);
  clock.advance(askAgainMs);
  take(said(5, eva));
  assertEquals(await answer(bia), ["5 forged"]);
});

Deno.test("Authenticator gives up a question that keeps too much waiting", async () => {
  const { take, answer } = start();
  const own = Array.from({ length: maxHeldBack }, (_, i) => said(2 + i, ana, { from: "ana" }));
  const shown = take(said(1, bia), ...own);
  assertEquals([shown[0], shown.length], ["1 forged", maxHeldBack + 1]);
  assertEquals(await answer(bia), []);
});

Deno.test("Authenticator takes nobody else's word for our own, the server's neither", () => {
  const { take, questions } = start();
  assertEquals(take(said(1, eva, { from: "ana" })), ["1 forged"]);
  assertEquals(take(said(2, eva, { from: "Ana" })), ["2 forged"]);
  assertEquals(questions, []);
});

Deno.test("Authenticator warns of a changed key before it shows anything by it, and once", async () => {
  const { contacts, take, answer } = start();
  contacts.see("bia", bia.publicKey);
  take(said(1, eva));
  assertEquals(await answer(eva), ["the key of bia has changed", "1 newKey"]);
  assertEquals(take(said(2, eva)), ["2 newKey"]);
  contacts.trust("bia");
  assertEquals(take(said(3, eva)), ["3 signed"]);
});

Deno.test("Authenticator drops what the server numbers a second time", () => {
  const { contacts, take } = start();
  contacts.see("bia", bia.publicKey);
  const message = said(1, bia);
  assertEquals(take(message, { ...message, seq: 2 }, said(3, bia)), [
    "1 signed",
    "2 repeated",
    "3 signed",
  ]);
});

Deno.test("Authenticator shows as forged what is nobody's, or is answered for another name", async () => {
  const { take, answer, contacts, clock } = start();
  take(said(1, bia));
  assertEquals(await answer(undefined), ["1 forged"]);
  clock.advance(askAgainMs);
  take(said(2, bia));
  assertEquals(await answer(bia, "eva"), ["2 forged"]);
  assertEquals(contacts.get("bia"), undefined);
});

Deno.test("Authenticator shows as unsigned what has no signature, and asks nothing", () => {
  const { take, questions, contacts } = start();
  contacts.see("bia", bia.publicKey);
  assertEquals(take({ ...said(1, bia), signature: new Uint8Array() }), ["1 unsigned"]);
  assertEquals(questions, []);
});
