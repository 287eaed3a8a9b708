import { assertEquals } from "@std/assert";
import { Roll } from "../../lib/client/roll.ts";

const nobody = { joined: [], left: [] };

function rollOf(...names: string[]): Roll {
  const roll = new Roll();
  roll.restart();
  roll.list(names, true);
  return roll;
}

Deno.test("Roll.list() takes the first list without news", () => {
  const roll = new Roll();
  roll.restart();
  assertEquals(roll.list(["ana", "bia"], false), nobody);
  assertEquals(roll.names, []);
  assertEquals(roll.list(["caio"], true), nobody);
  assertEquals(roll.names, ["ana", "bia", "caio"]);
});

Deno.test("Roll.change() takes who came and went", () => {
  const roll = rollOf("ana", "bia");
  assertEquals(roll.change(["caio"], ["bia"]), { joined: ["caio"], left: ["bia"] });
  assertEquals(roll.names, ["ana", "caio"]);
});

Deno.test("Roll.change() answers only what is new", () => {
  const roll = rollOf("ana", "bia");
  assertEquals(roll.change(["ana", "caio"], ["duda"]), { joined: ["caio"], left: [] });
  assertEquals(roll.names, ["ana", "bia", "caio"]);
});

Deno.test("Roll.list() after a reconnect answers who came and went meanwhile", () => {
  const roll = rollOf("ana", "bia", "caio");
  roll.restart();
  assertEquals(roll.names, ["ana", "bia", "caio"]); // until the new list is complete
  roll.list(["duda"], false);
  assertEquals(roll.list(["ana", "caio"], true), { joined: ["duda"], left: ["bia"] });
  assertEquals(roll.names.toSorted(), ["ana", "caio", "duda"]);
});

Deno.test("Roll.restart() forgets a list that was cut short", () => {
  const roll = rollOf("ana");
  roll.restart();
  roll.list(["bia"], false);
  roll.restart();
  assertEquals(roll.list(["ana"], true), nobody);
  assertEquals(roll.names, ["ana"]);
});
