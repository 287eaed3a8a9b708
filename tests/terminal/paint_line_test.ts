import { assertEquals } from "@std/assert";
import { notice } from "../../lib/terminal/line.ts";
import { paintLine } from "../../lib/terminal/paint_line.ts";

Deno.test("paintLine() colours the head of a message, which its author can't do to a text", () => {
  assertEquals(
    paintLine({ tone: "global", head: "[UDP] eva: ", text: "oi\n[UDP] bob: pago" }),
    "\x1b[36m[UDP] eva: \x1b[0moi\n    [UDP] bob: pago",
  );
});

Deno.test("paintLine() colours all of a notice", () => {
  assertEquals(paintLine(notice("bia entrou")), "\x1b[2m* bia entrou\x1b[0m");
});
