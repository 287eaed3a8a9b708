import { assertEquals } from "@std/assert";
import { type Command, commands, findCommand, namesOf } from "../../lib/terminal/command.ts";
import { languageTags } from "../../lib/terminal/language.ts";

const table: readonly Command[] = commands;

Deno.test("commands share no name", () => {
  const names = table.flatMap((command) => namesOf(command, "pt"));
  assertEquals(new Set(names).size, names.length);
});

Deno.test("commands take a text or paths only at the end, where it can have spaces", () => {
  for (const { parameters } of table) {
    const before = parameters.slice(0, -1);
    const isLast = (each: string) => ["text", "paths", "directory"].includes(each);
    assertEquals(before.some(isLast), false);
  }
});

Deno.test("findCommand() knows every name in every language, with capitals and accents", () => {
  for (const command of table) {
    for (const tag of languageTags) {
      for (const name of namesOf(command, tag)) {
        assertEquals(findCommand(name)?.id, command.id);
        assertEquals(findCommand(name.toUpperCase())?.id, command.id);
      }
    }
  }
  assertEquals(findCommand("usuários")?.id, "members");
  assertEquals(findCommand("usua\u0301rios")?.id, "members");
  assertEquals(findCommand(""), undefined);
  assertEquals(findCommand("toString"), undefined);
});
