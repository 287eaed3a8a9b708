import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { ProtocolError } from "../../lib/codec/mod.ts";

Deno.test("ProtocolError carries name, code, message and cause", () => {
  const cause = new TypeError("why");
  const error = new ProtocolError("badText", "a text is not UTF-8", { cause });
  assertInstanceOf(error, Error);
  assertEquals(String(error), "ProtocolError: a text is not UTF-8");
  assertEquals(error.code, "badText");
  assertStrictEquals(error.cause, cause);
});
