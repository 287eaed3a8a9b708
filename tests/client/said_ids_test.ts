import { assertEquals } from "@std/assert";
import { SaidIds } from "../../lib/client/said_ids.ts";
import { maxAuthorsRemembered, rememberedIds } from "../../lib/limits.ts";

Deno.test("SaidIds.add() knows an id again, and only its author's", () => {
  const ids = new SaidIds();
  assertEquals([ids.add("ana", 1n), ids.add("ana", 1n), ids.add("bia", 1n)], [true, false, true]);
});

Deno.test("SaidIds.add() remembers the newest rememberedIds of an author", () => {
  const ids = new SaidIds();
  for (let i = 0; i < 5 * rememberedIds; i++) ids.add("ana", BigInt(i));
  for (let i = 4 * rememberedIds; i < 5 * rememberedIds; i++) {
    assertEquals(ids.add("ana", BigInt(i)), false);
  }
});

Deno.test("SaidIds.add() forgets whoever has been quiet longest beyond maxAuthorsRemembered", () => {
  const ids = new SaidIds();
  ids.add("ana", 1n);
  ids.add("bia", 1n);
  ids.add("ana", 2n);
  for (let i = 0; i < maxAuthorsRemembered - 1; i++) ids.add(`author ${i}`, 1n);
  assertEquals([ids.add("ana", 1n), ids.add("bia", 1n)], [false, true]);
});
