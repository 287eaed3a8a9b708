import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ChatError } from "../../lib/client/mod.ts";
import { verificationCode } from "../../lib/crypto/mod.ts";
import { signingKeyOf } from "../testing/plain_sealer.ts";
import { TestClient } from "../testing/test_client.ts";
import { settled } from "../testing/turns.ts";

/** Asks for a code, and lets the server answer with a key, or that the name is nobody's. */
async function codeFor(client: TestClient, name: string, signingKey?: Uint8Array): Promise<string> {
  const asking = client.core.verification.codeFor(name);
  await settled();
  const question = client.session.take().find(({ kind }) => kind === "identify");
  if (question?.kind !== "identify") throw new Error("nothing was asked");
  const { id } = question;
  const keyPackage = new Uint8Array();
  client.core.receive(
    signingKey
      ? { kind: "identified", id, name, signingKey, keyPackage }
      : { kind: "rejected", id, code: "unknownMember" },
  );
  return await asking;
}

function isVerified(client: TestClient, name: string): boolean {
  return client.core.verification.isVerified(name);
}

Deno.test("Verification.codeFor() gives the code that the other side sees, and pins the key", async () => {
  const client = TestClient.entered();
  const caio = signingKeyOf("caio");
  const code = await codeFor(client, "caio", caio);
  const ours = client.identity.signingKeyPair.publicKey;
  const theirs = await verificationCode(
    { nameKey: "CAIO", signingKey: caio },
    { nameKey: "ANA", signingKey: ours },
  );
  assertEquals(code, theirs);
  assertEquals(client.contacts.get("caio")?.signingKey, caio);
  assertEquals(isVerified(client, "caio"), false);
});

Deno.test("Verification.confirm() marks a member once its code was shown", async () => {
  const client = TestClient.entered();
  const { verification } = client.core;
  assertThrows(() => verification.confirm("bia"), ChatError, "notCompared");
  await codeFor(client, "bia", signingKeyOf("bia"));
  verification.confirm("BIA");
  assertEquals([isVerified(client, "bia"), isVerified(client, "Bia")], [true, true]);
});

Deno.test("Verification.confirm() takes no code for a key that has changed since", async () => {
  const client = TestClient.entered();
  await codeFor(client, "bia", signingKeyOf("bia"));
  client.contacts.see("bia", signingKeyOf("eva"));
  assertThrows(() => client.core.verification.confirm("bia"), ChatError, "notCompared");
  assertEquals(isVerified(client, "bia"), false);
});

Deno.test("Verification.codeFor() warns of a changed key, and to confirm it is to trust it", async () => {
  const client = TestClient.entered();
  await codeFor(client, "bia", signingKeyOf("eva"));
  assertEquals(client.take(), [{ kind: "keyChanged", name: "bia" }]);
  client.core.verification.confirm("bia");
  assertEquals(isVerified(client, "bia"), true);
  assertEquals(client.contacts.get("bia")?.signingKey, signingKeyOf("eva"));
});

Deno.test("Verification.isVerified() is over when the key changes", async () => {
  const client = TestClient.entered();
  await codeFor(client, "bia", signingKeyOf("bia"));
  client.core.verification.confirm("bia");
  client.contacts.see("bia", signingKeyOf("eva"));
  assertEquals(isVerified(client, "bia"), false);
  assertEquals(client.core.verification.trust("bia"), true);
  assertEquals(isVerified(client, "bia"), false);
  assertEquals(client.core.verification.trust("bia"), false);
});

Deno.test("Verification.codeFor() knows nobody whom neither the server nor the client knows", async () => {
  const client = TestClient.entered();
  const error = await assertRejects(() => codeFor(client, "caio"), ChatError);
  assertEquals(error.code, "unknownMember");
  const noName = await assertRejects(() => client.core.verification.codeFor("a b"), ChatError);
  assertEquals(noName.code, "unknownMember");
});

Deno.test("Verification.recognise() finds a verified name with another key when it comes in", async () => {
  const client = TestClient.entered();
  await codeFor(client, "bia", signingKeyOf("bia"));
  client.core.verification.confirm("bia");
  client.core.receive({ kind: "presence", joined: ["bia", "caio"], left: [] });
  await settled();
  const questions = client.session.take().filter((message) => message.kind === "identify");
  assertEquals(questions.map(({ name }) => name), ["bia"]); // nobody else is asked about
  const { id, name } = questions[0]!;
  const [signingKey, keyPackage] = [signingKeyOf("eva"), new Uint8Array()];
  client.core.receive({ kind: "identified", id, name, signingKey, keyPackage });
  await settled();
  assertEquals(client.take().map(({ kind }) => kind), ["joined", "keyChanged"]);
  assertEquals(isVerified(client, "bia"), false);
});
