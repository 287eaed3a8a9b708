import { assertEquals } from "@std/assert";
import type { Letter, Settled } from "../../lib/server/mail_store.ts";
import type { ServerStore } from "../../lib/server/store.ts";
import { claimant } from "../testing/owners.ts";
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";
import { promise } from "./every_store.ts";
import { SqliteStore } from "../../lib/server/sqlite_store.ts";

const [ana, bia, caio] = [claimant("ana", 1), claimant("bia", 2), claimant("caio", 3)];

function letter(delivery: number, fields: Partial<Letter> = {}): Letter {
  return {
    delivery,
    author: ana.key,
    from: "Ana",
    addressee: bia.key,
    id: 2n ** 64n - BigInt(delivery),
    envelope: Uint8Array.of(delivery),
    ...fields,
  };
}

function settled(letter: Letter, unheard?: Settled["unheard"]): Settled {
  return { letter, unheard };
}

function deliveries(letters: readonly Letter[]): number[] {
  return letters.map(({ delivery }) => delivery);
}

/** What every store promises of letters, between three owners. */
function promiseOfMail(what: string, test: (store: ServerStore) => void): void {
  promise(what, (store) => {
    for (const owner of [ana, bia, caio]) store.claim(owner, 1);
    test(store);
  });
}

promiseOfMail("gives letters back as they were, in order", ({ mail }) => {
  const letters = [letter(3), letter(5, { envelope: new Uint8Array(32_768) }), letter(9)];
  assertEquals(mail.add(letters, 1_000), []);
  assertEquals(mail.waitingFor(bia.key, 0, 10), letters);
  assertEquals(deliveries(mail.waitingFor(bia.key, 3, 1)), [5]);
  assertEquals(mail.waitingFor(caio.key, 0, 10), []);
  assertEquals([mail.has(5), mail.has(6)], [true, false]);
  assertEquals(mail.idsFrom(ana.key), letters.map(({ id }) => id));
  assertEquals(mail.hasFrom(ana.key, letters[0]!.id), true);
  assertEquals(mail.hasFrom(bia.key, letters[0]!.id), false);
});

promiseOfMail("gives no delivery number twice", ({ mail }) => {
  const first = mail.reserve(10);
  assertEquals([mail.reserve(5), mail.reserve(1)], [first + 10, first + 15]);
});

promiseOfMail("keeps one letter for each author and id", ({ mail }) => {
  mail.add([letter(1, { id: 7n })], 1_000);
  const repeated = letter(2, { id: 7n });
  const others = [letter(3, { id: 7n, author: caio.key, from: "caio" }), letter(4, { id: 8n })];
  assertEquals(mail.add([repeated, ...others], 1_000), [{ letter: repeated, reason: "repeated" }]);
  assertEquals(deliveries(mail.waitingFor(bia.key, 0, 10)), [1, 3, 4]);
});

promiseOfMail("counts what waits, by author and addressee", ({ mail }) => {
  mail.add([letter(1), letter(2), letter(3, { author: caio.key, from: "caio" })], 1_000);
  mail.settle([settled(letter(2))]);
  const waiting = mail.waiting().toSorted((a, b) => a.author.localeCompare(b.author));
  assertEquals(waiting, [
    { author: ana.key, addressee: bia.key, messages: 1, bytes: 1 },
    { author: caio.key, addressee: bia.key, messages: 1, bytes: 1 },
  ]);
});

promiseOfMail("tells an author once what it has yet to hear", ({ mail }) => {
  mail.add([letter(1), letter(2), letter(3)], 1_000);
  mail.settle([
    settled(letter(1), { conclusion: "delivered", at: 5 }),
    settled(letter(2), { conclusion: "expired", at: 6 }),
    settled(letter(3)),
    settled(letter(4), { conclusion: "delivered", at: 7 }), // which isn't here
  ]);
  assertEquals(mail.takeConclusions(ana.key), [
    { id: letter(1).id, conclusion: "delivered" },
    { id: letter(2).id, conclusion: "expired" },
  ]);
  assertEquals(mail.takeConclusions(ana.key), []);
  assertEquals(mail.waiting(), []);
});

promiseOfMail(
  "finds what was accepted too long ago, and forgets what nobody came to hear",
  ({ mail }) => {
    mail.add([letter(1), letter(2)], 1_002);
    mail.add([letter(3)], 1_003);
    assertEquals(deliveries(mail.acceptedBefore(1_003, 10)), [1, 2]);
    assertEquals(deliveries(mail.acceptedBefore(1_003, 1)), [1]);
    mail.settle([
      settled(letter(1), { conclusion: "delivered", at: 5 }),
      settled(letter(2), { conclusion: "delivered", at: 6 }),
    ]);
    mail.forgetConclusions(6, 10);
    assertEquals(mail.takeConclusions(ana.key).map(({ id }) => id), [letter(2).id]);
  },
);

promiseOfMail("drops with a name what was to it and by it", (store) => {
  const { mail } = store;
  mail.add(
    [letter(1), letter(2, { author: bia.key, from: "bia", addressee: ana.key }), letter(3)],
    1_000,
  );
  mail.settle([settled(letter(3), { conclusion: "delivered", at: 5 })]);
  mail.add([letter(4, { addressee: caio.key })], 1_000);
  store.release(bia.key);
  assertEquals(mail.waiting().map(({ addressee }) => addressee), [caio.key]);
  store.release(ana.key);
  assertEquals(mail.waiting(), []);
  store.claim(claimant("ana", 9), 1);
  assertEquals(mail.takeConclusions(ana.key), []);
});

promiseOfMail("forgets of what nobody came to hear all but the newest", ({ mail }) => {
  const letters = [letter(1), letter(2), letter(3)];
  mail.add(letters, 1_000);
  mail.settle(letters.map((each, at) => settled(each, { conclusion: "delivered", at })));
  mail.forgetConclusions(0, 2);
  const ids = mail.takeConclusions(ana.key).map(({ id }) => id);
  assertEquals(ids, [letter(2).id, letter(3).id]);
});

Deno.test({
  name: "SqliteStore keeps the letters of others where a name was set free meanwhile",
  ignore: !mayUseFiles,
  fn: () =>
    withDataDir((dataDir) => {
      const store = new SqliteStore(dataDir);
      try {
        for (const owner of [ana, bia, caio]) store.claim(owner, 1);
        store.release(caio.key);
        const lost = letter(1, { addressee: caio.key });
        assertEquals(store.mail.add([lost, letter(2)], 1_000), [{
          letter: lost,
          reason: "nobodys",
        }]);
        assertEquals(deliveries(store.mail.waitingFor(bia.key, 0, 10)), [2]);
      } finally {
        store.close();
      }
    }),
});
