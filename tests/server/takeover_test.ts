import { assert, assertEquals } from "@std/assert";
import { ChatError } from "../../lib/client/mod.ts";
import { generateKeyPair } from "../../lib/crypto/mod.ts";
import { RawMember } from "../testing/raw_member.ts";
import { TestChat } from "../testing/test_chat.ts";

const text = "x".repeat(16_000);

Deno.test("A takeover hands over all that was accepted, the most that can wait", async () => {
  await using chat = await TestChat.start();
  const ana = await chat.join("ana");
  const keyPair = generateKeyPair();
  await using before = await RawMember.enter(chat.port, "eva", keyPair); // acknowledges nothing
  let accepted = 0;
  let code: string | undefined;
  while (!code) {
    await ana.client.tell("eva", text).then(() => accepted++, (error) => {
      assert(error instanceof ChatError);
      code = error.code;
    });
  }
  assertEquals(code, "addresseeBusy");
  await before.log.until(
    (messages) => messages.filter(({ kind }) => kind === "told").length === accepted,
    "everything accepted",
  );
  await using after = await RawMember.enter(chat.port, "eva", keyPair);
  await after.log.until(
    (messages) => messages.filter(({ kind }) => kind === "told").length === accepted,
    "everything accepted, once more",
  );
});
