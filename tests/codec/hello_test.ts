import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  decodeMemberHello,
  decodeServerHello,
  encodeMemberHello,
  encodeServerHello,
  type MemberHello,
  type ProtocolErrorCode,
  protocolVersion,
  type ServerHello,
} from "../../lib/codec/mod.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";

const serverHello: ServerHello = { version: 3, software: "prosa/0.1.0", maxTextBytes: 16_384 };
const serverHelloBytes = bytes("03 0b 70726f73612f302e312e30 4000");

const memberHello: MemberHello = {
  version: 3,
  software: "p~ ",
  name: "Zoë",
  signingKey: bytes("a5".repeat(32)),
  invitation: "AB-CD",
  capabilities: 0x80000001,
  transfer: { role: "receiver", id: new Uint8Array(16).fill(0xb6) },
};
const memberHelloBytes = bytes(
  `03 03 707e20 04 5a6fc3ab ${"a5".repeat(32)} 05 41422d4344 80000001 11 01 ${"b6".repeat(16)}`,
);

Deno.test("protocolVersion is 3", () => assertEquals(protocolVersion, 3));

Deno.test("encodeServerHello() writes version, software and text limit", () => {
  assertEquals(hex(encodeServerHello(serverHello)), hex(serverHelloBytes));
});

Deno.test("decodeServerHello() reads what encodeServerHello() writes", () => {
  assertEquals(decodeServerHello(serverHelloBytes), serverHello);
});

Deno.test("encodeMemberHello() writes its fields in their order", () => {
  assertEquals(hex(encodeMemberHello(memberHello)), hex(memberHelloBytes));
});

Deno.test("decodeMemberHello() reads what encodeMemberHello() writes", () => {
  assertEquals(decodeMemberHello(memberHelloBytes), memberHello);
});

Deno.test("decodeMemberHello() reads a chat connection's hello without invitation", () => {
  const hello = { ...memberHello, invitation: "", transfer: undefined };
  const encoded = bytes(`03 03 707e20 04 5a6fc3ab ${"a5".repeat(32)} 00 80000001 00`);
  assertEquals(decodeMemberHello(encoded), hello);
  assertEquals(hex(encodeMemberHello(hello)), hex(encoded));
});

Deno.test("decodeMemberHello() reads a name of any length, for the registry to refuse", () => {
  const hello = { ...memberHello, name: "x".repeat(255) };
  assertEquals(decodeMemberHello(encodeMemberHello(hello)), hello);
});

const decoders = [
  { name: "decodeServerHello()", decode: decodeServerHello, whole: serverHelloBytes },
  { name: "decodeMemberHello()", decode: decodeMemberHello, whole: memberHelloBytes },
] as const;

for (const { name, decode, whole } of decoders) {
  Deno.test(`${name} refuses every truncation`, () => {
    for (let length = 0; length < whole.length; length++) {
      assertProtocolError(() => decode(whole.subarray(0, length)), "truncated", `${length} bytes`);
    }
  });

  Deno.test(`${name} refuses trailing bytes`, () => {
    assertProtocolError(() => decode(Uint8Array.of(...whole, 0)), "trailingBytes");
  });

  Deno.test(`${name} answers every other version before it reads on`, () => {
    for (let version = 0; version <= 0xff; version++) {
      if (version === protocolVersion) continue;
      assertEquals(decode(Uint8Array.of(version)), "versionUnsupported");
    }
  });

  Deno.test(`${name} takes only printable ASCII in the program's name`, () => {
    for (let code = 0; code <= 0x7f; code++) {
      const altered = whole.slice();
      altered[2] = code;
      if (code >= 0x20 && code <= 0x7e) {
        const hello = decode(altered);
        assert(hello !== "versionUnsupported");
        assertEquals(hello.software[0], String.fromCharCode(code));
      } else {
        assertProtocolError(() => decode(altered), "badValue", `U+${code.toString(16)}`);
      }
    }
  });
}

const refused: readonly {
  name: string;
  decode: (payload: Uint8Array) => unknown;
  input: string;
  expected: ProtocolErrorCode;
}[] = [
  {
    name: "decodeServerHello() refuses a text limit over the protocol's",
    decode: decodeServerHello,
    input: "03 00 4001",
    expected: "badValue",
  },
  {
    name: "decodeServerHello() refuses software over 32 bytes",
    decode: decodeServerHello,
    input: "03 21",
    expected: "lengthOverLimit",
  },
  {
    name: "decodeServerHello() refuses software beyond ASCII",
    decode: decodeServerHello,
    input: "03 02 c3a9 4000",
    expected: "badValue",
  },
  {
    name: "decodeServerHello() refuses software that is not UTF-8",
    decode: decodeServerHello,
    input: "03 01 e9 4000",
    expected: "badText",
  },
  {
    name: "decodeMemberHello() refuses a name that is not UTF-8",
    decode: decodeMemberHello,
    input: `03 00 01 ff ${"00".repeat(32)} 00 00000000`,
    expected: "badText",
  },
  {
    name: "decodeMemberHello() refuses an invitation over its limit",
    decode: decodeMemberHello,
    input: `03 00 00 ${"00".repeat(32)} 41`,
    expected: "lengthOverLimit",
  },
  {
    name: "decodeMemberHello() refuses a transfer with a role that is none",
    decode: decodeMemberHello,
    input: `03 00 00 ${"00".repeat(32)} 00 00000000 11 02 ${"00".repeat(16)}`,
    expected: "badValue",
  },
  {
    name: "decodeMemberHello() refuses a transfer with a short id",
    decode: decodeMemberHello,
    input: `03 00 00 ${"00".repeat(32)} 00 00000000 10 00 ${"00".repeat(15)}`,
    expected: "truncated",
  },
  {
    name: "decodeMemberHello() refuses a transfer with a long id",
    decode: decodeMemberHello,
    input: `03 00 00 ${"00".repeat(32)} 00 00000000 12 00 ${"00".repeat(17)}`,
    expected: "lengthOverLimit",
  },
];

Deno.test("encodeMemberHello() refuses a transfer id that is not 16 bytes", () => {
  const transfer = { role: "sender", id: new Uint8Array(15) } as const;
  assertThrows(() => encodeMemberHello({ ...memberHello, transfer }), RangeError);
});

Deno.test("encodeMemberHello() refuses a signing key that is not 32 bytes", () => {
  const hello = { ...memberHello, signingKey: new Uint8Array(31) };
  assertThrows(() => encodeMemberHello(hello), RangeError);
});

for (const { name, decode, input, expected } of refused) {
  Deno.test(name, () => void assertProtocolError(() => decode(bytes(input)), expected));
}
