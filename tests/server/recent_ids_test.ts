import { assertEquals } from "@std/assert";
import { rememberedIds } from "../../lib/limits.ts";
import { RecentIds } from "../../lib/server/recent_ids.ts";

Deno.test("RecentIds.get() answers what was set last", () => {
  const ids = new RecentIds<string>();
  assertEquals(ids.get(1n), undefined);
  ids.set(1n, "accepted");
  ids.set(1n, "delivered");
  assertEquals(ids.get(1n), "delivered");
});

Deno.test("RecentIds.set() forgets the oldest id beyond rememberedIds, and none before", () => {
  const ids = new RecentIds<number>();
  for (let i = 0; i < rememberedIds; i++) ids.set(BigInt(i), i);
  ids.set(1n, -1); // an id that is there takes no room
  assertEquals(ids.get(0n), 0);
  ids.set(BigInt(rememberedIds), rememberedIds);
  assertEquals(ids.get(0n), undefined);
  assertEquals(ids.get(1n), -1);
  assertEquals(ids.get(BigInt(rememberedIds)), rememberedIds);
});
