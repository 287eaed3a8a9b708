import { assertEquals } from "@std/assert";
import { Contacts } from "../../lib/client/contacts.ts";
import type { Opened } from "../../lib/client/end_to_end.ts";
import { Inbox } from "../../lib/client/inbox.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import type { MemberMessage } from "../../lib/codec/mod.ts";
import { maxUnopenedBytes, unopenedOverheadBytes } from "../../lib/limits.ts";
import { assertProtocolRejection } from "../testing/assert_protocol_error.ts";
import { content } from "../testing/end_to_end_pair.ts";
import { signingKeyOf } from "../testing/plain_sealer.ts";
import { settled } from "../testing/turns.ts";

/** An inbox whose envelopes are opened when the test says so, by `ana 1` and so on, and where it `isSlow` seen so too. */
function start({ isSlow = false } = {}) {
  const pending = new Map<string, PromiseWithResolvers<void>>();
  const shown: string[] = [];
  const faults: unknown[] = [];
  const sent: MemberMessage[] = [];
  const kept: bigint[] = [];
  const dropped: bigint[] = [];
  const seen = Promise.withResolvers<boolean>();
  if (!isSlow) seen.resolve(true);
  const inbox = new Inbox({
    opener: {
      async open(from, id): Promise<Opened> {
        const opening = Promise.withResolvers<void>();
        pending.set(`${from} ${id}`, opening);
        await opening.promise;
        const sender = { name: from, signingKey: signingKeyOf(from) };
        const keep = () => kept.push(id) > 0;
        const drop = () => void dropped.push(id);
        return { kind: "opened", content: content(id), sender, keep, drop };
      },
    },
    contacts: new Contacts(new MemoryStore()),
    name: () => "bia",
    emit: (event) => shown.push(event.kind),
    show: async (event) => {
      shown.push(event.kind === "told" ? `${event.from} ${event.id}` : event.kind);
      return await seen.promise;
    },
    negotiate: (from, { kind }) => Promise.resolve(void shown.push(`${from} ${kind}`)),
    onFault: (error) => faults.push(error),
  });
  const receive = async (from: string, id: number, bytes = 10) => {
    const envelope = new Uint8Array(bytes);
    const told = { kind: "told", delivery: id, from, id: BigInt(id), envelope } as const;
    inbox.receive(told, (message) => sent.push(message));
    await settled();
  };
  const open = async (key: string) => {
    pending.get(key)!.resolve();
    pending.delete(key);
    await settled();
  };
  const see = async (isSeen = true) => {
    seen.resolve(isSeen);
    await settled();
  };
  return { receive, open, see, pending, shown, kept, dropped, sent, faults };
}

Deno.test("Inbox.receive() keeps one author's order, and lets nobody wait for another's envelope", async () => {
  const { receive, open, pending, shown, sent } = start();
  for (const id of [1, 2]) await receive("ana", id);
  await receive("eva", 3);
  assertEquals([...pending.keys()], ["ana 1", "eva 3"]);
  await open("eva 3");
  assertEquals(shown, ["eva 3"]);
  await open("ana 1");
  await open("ana 2");
  assertEquals(shown, ["eva 3", "ana 1", "ana 2"]);
  assertEquals(sent.map((message) => "delivery" in message && message.delivery), [3, 1, 2]);
});

Deno.test("Inbox.receive() goes on after an envelope that can't be opened", async () => {
  const { receive, open, pending, shown, sent, faults } = start();
  for (const id of [1, 2]) await receive("ana", id);
  pending.get("ana 1")!.reject(new Error("our own bug"));
  await settled();
  await open("ana 2");
  assertEquals([shown, faults], [["ana 2"], []]);
  assertEquals(sent.map(({ kind }) => kind), ["unreadable", "received"]);
});

Deno.test("Inbox.receive() refuses more than maxUnopenedBytes at a time", async () => {
  const { receive, open } = start();
  const bytes = maxUnopenedBytes / 4 - unopenedOverheadBytes;
  for (const id of [1, 2, 3, 4]) await receive("ana", id, bytes);
  await assertProtocolRejection(() => receive("eva", 5), ["lengthOverLimit"]);
  await open("ana 1");
  await receive("eva", 5);
  for (const key of ["ana 2", "ana 3", "ana 4", "eva 5"]) await open(key);
});

Deno.test("Inbox.receive() keeps and acknowledges a message once somebody has seen it", async () => {
  const { receive, open, see, shown, kept, sent } = start({ isSlow: true });
  await receive("ana", 1);
  await open("ana 1");
  assertEquals([shown, kept, sent], [["ana 1"], [], []]);
  await see();
  assertEquals([kept, sent], [[1n], [{ kind: "received", delivery: 1 }]]);
});

Deno.test("Inbox.receive() leaves a message that nobody will see to the next connection", async () => {
  const { receive, open, see, pending, kept, dropped, sent } = start({ isSlow: true });
  for (const id of [1, 2]) await receive("ana", id);
  await open("ana 1");
  await see(false);
  assertEquals([kept, dropped, sent], [[], [1n], []]);
  assertEquals([...pending.keys()], ["ana 2"]); // nor does anything wait for it
});
