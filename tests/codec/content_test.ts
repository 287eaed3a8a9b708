import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Body,
  type Content,
  decodeContent,
  encodeContent,
  ProtocolError,
  type ProtocolErrorCode,
} from "../../lib/codec/mod.ts";
import { maxTextBytes } from "../../lib/limits.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bodies, textContent } from "../testing/contents.ts";
import { bytes, hex } from "../testing/hex.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

type Negotiation = Exclude<Body["kind"], "text">;

/** What `bodies` are in bytes, by hand. */
const encodedBodies: Readonly<Record<Negotiation, string>> = {
  offer: `01 ${"01".repeat(16)} ${"02".repeat(32)} ${"03".repeat(32)}
    08 666f746f2e6a7067 01 00000002 00000005 0000000000000102`,
  accept: `02 ${"01".repeat(16)} 01 09 3139322e302e322e31 9c40`,
  decline: `03 ${"01".repeat(16)} 01`,
  cancel: `04 ${"01".repeat(16)}`,
  arrived: `05 ${"01".repeat(16)}`,
};

const vectors: readonly { name: string; content: Content; encoded: string }[] = [
  {
    name: "a text",
    content: textContent(0x0102030405060708n, 1_700_000_000_000, "hé"),
    encoded: "0102030405060708 0000018bcfe56800 00 0003 68c3a9",
  },
  {
    name: "an empty text",
    content: textContent(0n, 0, ""),
    encoded: "0000000000000000 0000000000000000 00 0000",
  },
  {
    name: "the longest text",
    content: textContent(1n, 1, "a".repeat(maxTextBytes)),
    encoded: `0000000000000001 0000000000000001 00 4000 ${"61".repeat(maxTextBytes)}`,
  },
  ...bodies.slice(1).map((body) => ({
    name: body.kind,
    content: { id: 1n, sentAt: 2, body },
    encoded: `0000000000000001 0000000000000002 ${encodedBodies[body.kind as Negotiation]}`,
  })),
];

for (const { name, content, encoded } of vectors) {
  Deno.test(`encodeContent() writes ${name}`, () => {
    assertEquals(hex(encodeContent(content)), hex(bytes(encoded)));
  });

  Deno.test(`decodeContent() reads ${name}`, () => {
    assertEquals(decodeContent(bytes(encoded)), content);
  });
}

Deno.test("decodeContent() refuses every truncation", () => {
  for (const body of bodies) {
    const content = encodeContent({ id: 1n, sentAt: 2, body });
    for (let length = 0; length < content.length; length++) {
      assertProtocolError(() => decodeContent(content.subarray(0, length)), "truncated");
    }
  }
});

const zeros = "0000000000000000";
const refused: readonly { name: string; input: string; expected: ProtocolErrorCode }[] = [
  { name: "trailing bytes", input: `${zeros} ${zeros} 00 0000 00`, expected: "trailingBytes" },
  {
    name: "a time above 2^53 − 1",
    input: `${zeros} 0020000000000000 00 0000`,
    expected: "badValue",
  },
  {
    name: "a text over its limit",
    input: `${zeros} ${zeros} 00 4001`,
    expected: "lengthOverLimit",
  },
  { name: "an unknown kind", input: `${zeros} ${zeros} 06`, expected: "unknownKind" },
  {
    name: "too many addresses",
    input: `${zeros} ${zeros} 02 ${"00".repeat(16)} 05`,
    expected: "lengthOverLimit",
  },
  {
    name: "an unknown reason",
    input: `${zeros} ${zeros} 03 ${"00".repeat(16)} 07`,
    expected: "badValue",
  },
  { name: "a text not in UTF-8", input: `${zeros} ${zeros} 00 0001 80`, expected: "badText" },
];

for (const { name, input, expected } of refused) {
  Deno.test(`decodeContent() refuses ${name}`, () => {
    assertProtocolError(() => decodeContent(bytes(input)), expected);
  });
}

Deno.test("decodeContent() reads bytes and writes them back, or refuses them", () => {
  let decoded = 0;
  const text = fc.oneof(fc.uint8Array({ maxLength: 4 }), fc.string().map(utf8));
  fc.assert(
    fc.property(fc.nat(0x3f), fc.nat(2), text, (high, extra, text) => {
      const header = [1, 2, 3, 4, 5, 6, 7, 8, 0, high, 0, 0, 0, 0, 0, 1, 0, 0, text.length];
      const content = Uint8Array.of(...header, ...text, ...new Array(extra).fill(0x61));
      try {
        assertEquals(hex(encodeContent(decodeContent(content))), hex(content));
        decoded++;
      } catch (error) {
        assert(error instanceof ProtocolError, `threw ${error}`);
      }
    }),
    { seed: 5, numRuns: 3_000 },
  );
  assert(decoded > 50, `only ${decoded} were decoded`);
});
