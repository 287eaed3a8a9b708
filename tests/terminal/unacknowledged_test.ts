import { assertEquals, assertRejects } from "@std/assert";
import { Unacknowledged } from "../../lib/terminal/unacknowledged.ts";

Deno.test("Unacknowledged.atMost() resolves when few enough are left", async () => {
  const unacknowledged = new Unacknowledged();
  const messages = [1, 2, 3].map(() => Promise.withResolvers<void>());
  for (const { promise } of messages) void unacknowledged.add(promise);
  const resolved: number[] = [];
  const waits = [3, 1, 0].map(async (count) => {
    await unacknowledged.atMost(count);
    resolved.push(count);
  });
  await waits[0];
  assertEquals(resolved, [3]);
  messages[2]!.resolve();
  messages[0]!.resolve();
  await waits[1];
  assertEquals(resolved, [3, 1]);
  messages[1]!.resolve();
  await Promise.all(waits);
  assertEquals(resolved, [3, 1, 0]);
});

Deno.test("Unacknowledged.add() counts no longer what has failed, and hands the failure on", async () => {
  const unacknowledged = new Unacknowledged();
  await assertRejects(() => unacknowledged.add(Promise.reject(new RangeError())), RangeError);
  await unacknowledged.atMost(0);
});
