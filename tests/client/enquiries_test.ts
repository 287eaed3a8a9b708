import { assertEquals } from "@std/assert";
import { Enquiries } from "../../lib/client/enquiries.ts";
import type { Identified, Identify } from "../../lib/codec/mod.ts";

function start() {
  const sent: Identify[] = [];
  return { sent, enquiries: new Enquiries((question) => sent.push(question)) };
}

function answerTo({ id, name }: Identify): Identified {
  const [signingKey, keyPackage] = [new Uint8Array(32).fill(1), Uint8Array.of(1, 2)];
  return { kind: "identified", id, name, signingKey, keyPackage };
}

Deno.test("Enquiries.identify() resolves to the answer, which is no view of what came", async () => {
  const { sent, enquiries } = start();
  const asking = enquiries.identify("ana", true);
  const [question] = sent;
  assertEquals([question!.name, question!.wantsKeyPackage], ["ana", true]);
  const answer = answerTo(question!);
  enquiries.answer(answer);
  answer.signingKey.fill(9);
  answer.keyPackage.fill(9);
  assertEquals(await asking, answerTo(question!));
});

Deno.test("Enquiries.reject() resolves to nobody, and knows what was not asked", async () => {
  const { sent, enquiries } = start();
  const asking = enquiries.identify("eva", false);
  assertEquals(enquiries.reject(sent[0]!.id), true);
  assertEquals(await asking, undefined);
  assertEquals(enquiries.reject(sent[0]!.id), false);
  enquiries.answer(answerTo(sent[0]!)); // nobody waits for it any more
});

Deno.test("Enquiries.restart() asks again what was not answered, under its first id", async () => {
  const { sent, enquiries } = start();
  const asking = ["ana", "bia"].map((name) => enquiries.identify(name, false));
  enquiries.answer(answerTo(sent[0]!));
  enquiries.restart();
  assertEquals(sent.slice(2), [sent[1]!]);
  enquiries.answer(answerTo(sent[1]!));
  assertEquals((await Promise.all(asking)).map((answer) => answer?.name), ["ana", "bia"]);
});
