import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import { SealedStore } from "../../lib/client/sealed_store.ts";
import { StoreError } from "../../lib/client/store.ts";
import { change, textOf } from "./store_contract.ts";

const storageKey = new Uint8Array(32).fill(1);

function sealed(text: string) {
  const inner = new MemoryStore();
  const store = new SealedStore(inner, storageKey, "store");
  store.commit([change("a", text, 0)]);
  return { inner, store };
}

Deno.test("SealedStore seals each value differently each time", () => {
  const { inner, store } = sealed("secret");
  store.commit([change("b", "secret", 0)]);
  const [a, b] = [inner.get("a")!.value, inner.get("b")!.value];
  assertEquals([a.length, b.length], [34, 34]);
  assert(!new TextDecoder().decode(a).includes("secret"));
  assert(a.toBase64() !== b.toBase64());
});

Deno.test("SealedStore refuses a value with any bit flipped, or cut short", () => {
  const { inner, store } = sealed("x");
  const { value } = inner.get("a")!;
  const altered = [
    ...Array.from({ length: value.length * 8 }, (_, bit) => {
      const copy = value.slice();
      copy[bit >> 3]! ^= 1 << (bit & 7);
      return copy;
    }),
    ...Array.from(value, (_, length) => value.slice(0, length)),
  ];
  for (const each of altered) {
    inner.commit([{ key: "a", value: each, version: inner.get("a")!.version }]);
    assertEquals(assertThrows(() => store.get("a"), StoreError).reason, "damaged");
  }
  inner.commit([{ key: "a", value, version: inner.get("a")!.version }]);
  assertEquals(textOf(store, "a"), "x");
});

Deno.test("SealedStore refuses a value put in the place of another", () => {
  const { inner, store } = sealed("x");
  inner.commit([{ key: "b", value: inner.get("a")!.value, version: 0 }]);
  assertThrows(() => store.get("b"), StoreError);
});

Deno.test("SealedStore refuses what was sealed with another key", () => {
  const { inner } = sealed("x");
  const other = new SealedStore(inner, new Uint8Array(32).fill(2), "store");
  const error = assertThrows(() => other.get("a"), StoreError);
  assertEquals([error.path, error.reason], ["store", "damaged"]);
});
