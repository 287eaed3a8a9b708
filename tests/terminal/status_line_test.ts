import { assertEquals } from "@std/assert";
import { StatusLine } from "../../lib/terminal/status_line.ts";

Deno.test("StatusLine.set() shows all parts in their order, each change once", () => {
  const shown: string[] = [];
  const line = new StatusLine(["reach", "files"], (status) => shown.push(status));
  line.set("files", "[1] 62%");
  line.set("reach", "✓ 1/2");
  line.set("reach", "✓ 1/2");
  line.set("files", "");
  line.set("reach", "");
  line.set("reach", "");
  assertEquals(shown, ["[1] 62%", "✓ 1/2  [1] 62%", "✓ 1/2", ""]);
});
