import { assertEquals } from "@std/assert";
import { ServerNames } from "../../lib/client/server_names.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";

Deno.test("ServerNames.keyOf() is equal for all spellings of a name", () => {
  const names = new ServerNames();
  assertEquals(names.keyOf("Zoë"), names.keyOf("zOË"));
  assertEquals(names.keyOf("Zoë"), names.keyOf("Zoë"));
});

for (
  const name of [
    "",
    "ana ✓",
    "ana✔",
    "ana\u202e",
    "ana\0",
    "a b",
    "ana\ufe0f",
    "ａｎａ",
    "a".repeat(33),
  ]
) {
  Deno.test(`ServerNames.keyOf() refuses ${JSON.stringify(name)}, which no server lets in`, () => {
    assertProtocolError(() => new ServerNames().keyOf(name), "badValue");
  });
}
