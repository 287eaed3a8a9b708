import { assert, assertEquals } from "@std/assert";
import type { Change, ClientStore } from "../../lib/client/store.ts";

const utf8 = new TextEncoder();

/** A change, its value given as text. */
export function change(key: string, text: string | undefined, version: number): Change {
  return { key, value: text === undefined ? undefined : utf8.encode(text), version };
}

/** What a store holds under a key, as text. */
export function textOf(store: ClientStore, key: string): string | undefined {
  const record = store.get(key);
  return record && new TextDecoder().decode(record.value);
}

function versionOf(store: ClientStore, key: string): number {
  return store.get(key)?.version ?? 0;
}

/** What every `ClientStore` does. `open` answers a store that has nothing in it yet. */
export function testStore(
  name: string,
  { ignore, withStore }: {
    ignore: boolean;
    withStore: (test: (store: ClientStore) => void) => unknown;
  },
): void {
  const test = (behaviour: string, body: (store: ClientStore) => void) =>
    Deno.test({
      name: `${name} ${behaviour}`,
      ignore,
      fn: async () => {
        await withStore(body);
      },
    });

  test("has nothing at first", (store) => {
    assertEquals([store.get("a"), store.keys("")], [undefined, []]);
  });

  test("gives back what was written, under another version each time", (store) => {
    assert(store.commit([change("a", "1", 0), change("b", "", 0)]));
    const { version } = store.get("a")!;
    assertEquals([textOf(store, "a"), textOf(store, "b")], ["1", ""]);
    assert(version >= 1);
    assert(store.commit([change("a", "1", version)]));
    assert(versionOf(store, "a") !== version);
  });

  test("keeps its values apart from the caller's arrays", (store) => {
    const value = utf8.encode("abc");
    store.commit([{ key: "a", value, version: 0 }]);
    value.fill(0);
    store.get("a")!.value.fill(0);
    assertEquals(textOf(store, "a"), "abc");
  });

  for (
    const { what, conflicting } of [
      { what: "exists already", conflicting: change("a", "3", 0) },
      { what: "isn't there", conflicting: change("none", "3", 7) },
      { what: "has changed since", conflicting: change("a", "3", 1_000) },
      { what: "isn't there to be deleted", conflicting: change("none", undefined, 7) },
    ]
  ) {
    test(`commits nothing where a record ${what}`, (store) => {
      store.commit([change("a", "1", 0), change("b", "2", 0)]);
      const before = store.keys("").map((key) => store.get(key));
      const good = [change("b", "4", versionOf(store, "b")), change("c", "5", 0)];
      for (const changes of [[conflicting, ...good], [...good, conflicting]]) {
        assertEquals(store.commit(changes), false);
        assertEquals(store.keys("").map((key) => store.get(key)), before);
      }
    });
  }

  test("never uses a version again, not even after deleting", (store) => {
    const seen = new Set<number>();
    for (let i = 0; i < 5; i++) {
      assert(store.commit([change("a", "1", 0), change("b", "1", 0)]));
      for (const key of ["a", "b"]) {
        const version = versionOf(store, key);
        assert(!seen.has(version), `version ${version} came twice`);
        seen.add(version);
        assert(store.commit([change(key, undefined, version)]));
        assertEquals(store.get(key), undefined);
      }
      assertEquals(store.keys(""), []);
    }
  });

  test("lists keys by their prefix, in order", (store) => {
    const keys = ["b/2", "b/10", "b", "a/1", "B/1", "b/é", "b/😀", "b%", "b_", "b/\uffee"];
    assert(store.commit(keys.map((key) => change(key, "", 0))));
    assertEquals(store.keys("b/"), keys.filter((key) => key.startsWith("b/")).sort());
    assertEquals(store.keys(""), keys.toSorted());
    assertEquals([store.keys("b%"), store.keys("c")], [["b%"], []]);
  });

  test("commits no changes", (store) => assertEquals(store.commit([]), true));

  test("holds a value of a megabyte", (store) => {
    const value = new Uint8Array(2 ** 20).map((_, i) => i);
    assert(store.commit([{ key: "a", value, version: 0 }]));
    assertEquals(store.get("a")!.value, value);
  });
}
