import { assertEquals } from "@std/assert";
import { Lanes } from "../../lib/client/lanes.ts";
import { settled } from "../testing/turns.ts";

Deno.test("Lanes.enter() lets one in at a time, in order", async () => {
  const lanes = new Lanes();
  const entered: string[] = [];
  const leave = new Map<string, () => void>();
  for (const who of ["a1", "a2", "a3", "b1"]) {
    lanes.enter(who[0]!).then((left) => {
      entered.push(who);
      leave.set(who, left);
    });
  }
  await settled();
  assertEquals(entered, ["a1", "b1"]);
  leave.get("a1")!();
  leave.get("a1")!();
  await settled();
  assertEquals(entered, ["a1", "b1", "a2"]);
  leave.get("a2")!();
  await settled();
  assertEquals(entered, ["a1", "b1", "a2", "a3"]);
  leave.get("a3")!();
  lanes.enter("a").then(() => entered.push("a4"));
  await settled();
  assertEquals(entered.at(-1), "a4");
});
