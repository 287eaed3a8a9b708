import { assertEquals } from "@std/assert";
import { Roll } from "../../lib/client/roll.ts";

const nobody = { joined: [], left: [] };

const keyOf = (name: string) => name.toUpperCase();

function rollOf(...names: string[]): Roll {
  const roll = new Roll(keyOf);
  roll.restart();
  roll.list(names, true);
  return roll;
}

Deno.test("Roll.list() takes the first list without news", () => {
  const roll = new Roll(keyOf);
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

Deno.test("Roll.mayHave() knows a member however it writes its name, and anybody before there is a list", () => {
  const roll = new Roll(keyOf);
  roll.restart();
  assertEquals(roll.mayHave("EVA"), true);
  roll.list(["ana", "bia"], true);
  const present = () => ["ANA", "BIA", "CAIO"].filter((key) => roll.mayHave(key));
  assertEquals(present(), ["ANA", "BIA"]);
  roll.change(["Caio"], ["bia"]);
  assertEquals(present(), ["ANA", "CAIO"]);
  roll.change(["Ana"], ["ana"]); // spelled otherwise now
  assertEquals(present(), ["ANA", "CAIO"]);
  roll.change(["ANA"], []); // and once more, told in two parts
  roll.change([], ["Ana"]);
  assertEquals(present(), ["ANA", "CAIO"]);
  assertEquals(roll.names, ["Caio", "ANA"]);
  roll.restart();
  roll.list(["bia"], true);
  assertEquals(present(), ["BIA"]);
});
