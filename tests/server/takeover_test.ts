import { assert, assertEquals } from "@std/assert";
import type { Message } from "../../lib/codec/mod.ts";
import { generateKeyPair } from "../../lib/crypto/mod.ts";
import { maxHandedOver } from "../../lib/limits.ts";
import { RawMember } from "../testing/raw_member.ts";
import { TestChat } from "../testing/test_chat.ts";

const envelope = new Uint8Array(16_000);

/** Private messages that a member was told. */
function toldOf(messages: readonly Message[]): Extract<Message, { kind: "told" }>[] {
  return messages.filter((message) => message.kind === "told");
}

/** Sends eva a long message; answers whether the server takes it, or has too much for her already. */
async function isAccepted(author: RawMember, id: bigint): Promise<boolean> {
  author.link.send({ kind: "send", id, to: "eva", envelope });
  const isAnswer = (message: Message) =>
    (message.kind === "accepted" || message.kind === "rejected") && message.id === id;
  await author.log.until((messages) => messages.some(isAnswer), "an answer");
  const answer = author.log.entries.find(isAnswer)!;
  assert(
    answer.kind === "accepted" || (answer.kind === "rejected" && answer.code === "addresseeBusy"),
  );
  return answer.kind === "accepted";
}

Deno.test("A takeover hands over all that was accepted, the most that can wait", async () => {
  await using chat = await TestChat.start();
  await using ana = await RawMember.enter(chat.port, "ana");
  const keyPair = generateKeyPair();
  await using before = await RawMember.enter(chat.port, "eva", keyPair); // acknowledges nothing
  let accepted = 0;
  while (await isAccepted(ana, BigInt(accepted))) accepted++;
  assert(accepted > 10);
  const atOnce = maxHandedOver.bytes / envelope.length;
  await before.log.until((messages) => toldOf(messages).length >= atOnce, "what fits at once");
  await using after = await RawMember.enter(chat.port, "eva", keyPair);
  for (let i = 0; i < accepted; i++) {
    await after.log.until((messages) => toldOf(messages).length > i, "everything accepted");
    const { id, delivery } = toldOf(after.log.entries)[i]!;
    assertEquals(id, BigInt(i));
    after.link.send({ kind: "received", delivery });
  }
});
