import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type DatagramHeader,
  datagramHeaderBytes,
  readDatagramHeader,
  sealedDatagramType,
  writeDatagramHeader,
} from "../../lib/codec/mod.ts";
import { bytes, hex } from "../testing/hex.ts";

const vectors: readonly { name: string; header: DatagramHeader; encoded: string }[] = [
  {
    name: "the first datagram",
    header: { sessionId: 0x0102030405060708n, counter: 0 },
    encoded: "01 0102030405060708 0000000000000000",
  },
  {
    name: "a counter above 2^32",
    header: { sessionId: 0n, counter: 0x1_8000_0001 },
    encoded: "01 0000000000000000 0000000180000001",
  },
  {
    name: "the largest values",
    header: { sessionId: 2n ** 64n - 1n, counter: Number.MAX_SAFE_INTEGER },
    encoded: "01 ffffffffffffffff 001fffffffffffff",
  },
];

for (const { name, header, encoded } of vectors) {
  Deno.test(`writeDatagramHeader() writes ${name}`, () => {
    const datagram = new Uint8Array(datagramHeaderBytes + 2).fill(0xee);
    writeDatagramHeader(datagram, header);
    assertEquals(hex(datagram), hex(bytes(`${encoded} eeee`)));
  });

  Deno.test(`readDatagramHeader() reads ${name}`, () => {
    assertEquals(readDatagramHeader(bytes(encoded)), header);
    assertEquals(readDatagramHeader(bytes(`${encoded} 0102`)), header);
  });

  Deno.test(`readDatagramHeader() answers nothing to every truncation of ${name}`, () => {
    for (let length = 0; length < datagramHeaderBytes; length++) {
      assertEquals(readDatagramHeader(bytes(encoded).subarray(0, length)), undefined);
    }
  });
}

Deno.test("readDatagramHeader() answers nothing to every other type", () => {
  const datagram = bytes(vectors[0]!.encoded);
  for (let type = 0; type <= 0xff; type++) {
    datagram[0] = type;
    const expected = type === sealedDatagramType ? vectors[0]!.header : undefined;
    assertEquals(readDatagramHeader(datagram), expected, `type ${type}`);
  }
});

Deno.test("readDatagramHeader() answers nothing to a counter above 2^53 − 1", () => {
  for (const counter of ["0020000000000000", "8000000000000000", "ffffffffffffffff"]) {
    assertEquals(readDatagramHeader(bytes(`01 0000000000000000 ${counter}`)), undefined);
  }
});

Deno.test("readDatagramHeader() and writeDatagramHeader() stay within a view", () => {
  const buffer = new Uint8Array(32).fill(0xee);
  const datagram = buffer.subarray(5, 5 + datagramHeaderBytes);
  const header = { sessionId: 7n, counter: 9 };
  writeDatagramHeader(datagram, header);
  assertEquals(readDatagramHeader(datagram), header);
  const encoded = "01 0000000000000007 0000000000000009";
  assertEquals(hex(buffer), hex(bytes(`eeeeeeeeee ${encoded} eeeeeeeeeeeeeeeeeeee`)));
});

Deno.test("readDatagramHeader() reads what writeDatagramHeader() writes", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.maxSafeNat(),
      (sessionId, counter) => {
        const datagram = new Uint8Array(datagramHeaderBytes);
        writeDatagramHeader(datagram, { sessionId, counter });
        assertEquals(readDatagramHeader(datagram), { sessionId, counter });
      },
    ),
    { seed: 6, numRuns: 500 },
  );
});
