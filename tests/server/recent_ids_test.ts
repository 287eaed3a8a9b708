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

Deno.test("RecentIds.set() forgets no id before rememberedIds others have come", () => {
  const ids = new RecentIds<number>();
  for (let i = 0; i < 3 * rememberedIds; i++) {
    ids.set(BigInt(i), i);
    const oldest = Math.max(0, i - rememberedIds + 1);
    assertEquals(ids.get(BigInt(oldest)), oldest);
  }
});

Deno.test("RecentIds.set() forgets every id after twice as many others", () => {
  const ids = new RecentIds<number>();
  for (let i = 0; i <= 2 * rememberedIds; i++) ids.set(BigInt(i), i);
  assertEquals(ids.get(0n), undefined);
});

Deno.test("RecentIds.set() forgets the id of a generation that was dropped, not its newer outcome", () => {
  const ids = new RecentIds<string>();
  ids.set(0n, "accepted");
  for (let i = 1; i < rememberedIds; i++) ids.set(BigInt(i), "accepted");
  ids.set(0n, "delivered");
  assertEquals(ids.get(0n), "delivered");
});

Deno.test("RecentIds.delete() forgets an id in both generations", () => {
  const ids = new RecentIds<string>();
  ids.set(0n, "accepted");
  for (let i = 1; i < rememberedIds; i++) ids.set(BigInt(i), "accepted");
  ids.set(0n, "delivered");
  ids.delete(0n);
  assertEquals(ids.get(0n), undefined);
  assertEquals(ids.get(1n), "accepted");
  ids.delete(0n);
});
