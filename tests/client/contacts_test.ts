import { assert, assertEquals } from "@std/assert";
import { Contacts } from "../../lib/client/contacts.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";

const first = new Uint8Array(32).fill(1);
const second = new Uint8Array(32).fill(2);
const third = new Uint8Array(32).fill(3);

Deno.test("Contacts.see() pins the first key, and knows it again however the name is written", () => {
  const contacts = new Contacts(new MemoryStore());
  assertEquals(contacts.get("ana"), undefined);
  assertEquals(contacts.see("ana", first), "first");
  assertEquals(contacts.see("ANA", first), "same");
  assertEquals(contacts.get("Ana")?.signingKey, first);
});

Deno.test("Contacts.see() does not let another key take the pinned one's place", () => {
  const warnings: string[] = [];
  const contacts = new Contacts(new MemoryStore(), (name) => warnings.push(name));
  contacts.see("ana", first);
  assertEquals(contacts.see("ana", second), "changed");
  assertEquals(contacts.see("ana", second), "stillChanged");
  assertEquals(contacts.see("Ana", third), "changed");
  assertEquals(warnings, ["ana", "Ana"]);
  assertEquals(contacts.get("ana")?.signingKey, first);
  assertEquals(contacts.get("ana")?.changedKey, third);
});

Deno.test("Contacts.see() of the pinned key again forgets the other one", () => {
  const contacts = new Contacts(new MemoryStore());
  contacts.see("ana", first);
  contacts.verify("ana", first);
  contacts.see("ana", second);
  assertEquals(contacts.see("ana", first), "same");
  const contact = contacts.get("ana");
  assert(contact?.isVerified && contact.changedKey === undefined);
});

Deno.test("Contacts.trust() takes the changed key, and its owner for unverified", () => {
  const contacts = new Contacts(new MemoryStore());
  contacts.see("ana", first);
  contacts.verify("ana", first);
  assertEquals(contacts.trust("ana"), false);
  contacts.see("ana", second);
  assertEquals(contacts.trust("ana"), true);
  const contact = contacts.get("ana")!;
  assertEquals([contact.signingKey, contact.isVerified], [second, false]);
  assertEquals(contacts.see("ana", first), "changed");
});

Deno.test("Contacts.verify() is remembered by the next start", () => {
  const store = new MemoryStore();
  const contacts = new Contacts(store);
  contacts.see("Zoë", first);
  contacts.verify("zoë", first);
  const again = new Contacts(store).get("ZOË");
  assertEquals(again, { name: "Zoë", signingKey: first, isVerified: true, changedKey: undefined });
});

Deno.test("Contacts.see() goes on from what another process has written meanwhile", () => {
  const store = new MemoryStore();
  const [contacts, others] = [new Contacts(store), new Contacts(store)];
  contacts.see("ana", first);
  others.see("ana", second);
  contacts.see("bia", first);
  assertEquals(contacts.see("ana", third), "changed");
  assertEquals(new Contacts(store).get("ana")?.changedKey, third);
});

Deno.test("Contacts keeps nothing of what is no name", () => {
  const contacts = new Contacts(new MemoryStore());
  contacts.see("ana ✓", first);
  assertEquals(contacts.get("ana ✓"), undefined);
  assertEquals(contacts.get(""), undefined);
});
