import { assertEquals } from "@std/assert";
import { byeCodes, nameErrors, refusedCodes, rejectedCodes } from "../../lib/codec/mod.ts";

const lists: readonly { name: string; input: readonly string[]; expected: readonly string[] }[] = [
  {
    name: "nameErrors",
    input: nameErrors,
    expected: [
      "nameEmpty",
      "nameTooLong",
      "nameBadCharacter",
      "nameBadStart",
      "nameMixedScripts",
    ],
  },
  {
    name: "refusedCodes",
    input: refusedCodes,
    expected: ["versionUnsupported", "nameTaken", "roomFull", ...nameErrors],
  },
  {
    name: "rejectedCodes",
    input: rejectedCodes,
    expected: ["unknownMember", "memberLeft", "addresseeBusy", "textEmpty"],
  },
  {
    name: "byeCodes",
    input: byeCodes,
    expected: [
      "leaving",
      "serverStopping",
      "replaced",
      "protocolViolation",
    ],
  },
];

for (const { name, input, expected } of lists) {
  Deno.test(`${name} keeps the places that earlier versions speak of`, () => {
    assertEquals(input.slice(0, expected.length), expected);
    assertEquals(new Set(input).size, input.length);
  });
}
