import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { TransferError } from "../../lib/transfer/mod.ts";
import {
  checkTransferHello,
  checkTransferSecret,
  deriveTransferKeys,
  newTransferHello,
} from "../../lib/transfer/transfer_keys.ts";
import { bitFlips } from "../testing/bit_flips.ts";
import { hex } from "../testing/hex.ts";
import { transferSecret } from "../testing/transfer.ts";

const hellos = {
  sender: Uint8Array.of(1, ...new Uint8Array(32).fill(0xaa)),
  receiver: Uint8Array.of(1, ...new Uint8Array(32).fill(0xbb)),
};

Deno.test("deriveTransferKeys() derives what RFC 5869 does", () => {
  // computed with Python's hmac and hashlib
  const { sender, receiver } = deriveTransferKeys(transferSecret, hellos);
  assertEquals(hex(sender), "84713edef07fb4eb2e9f73afbd84b3f3364d12cb3e640127c381c4d897cee964");
  assertEquals(hex(receiver), "e161b52638f91cbd9db11b1a0015d1441302c88d678a9ca09e3b8f0e99b85dd7");
});

Deno.test("deriveTransferKeys() derives other keys from anything else", () => {
  const seen = new Set<string>();
  const add = (...parameters: Parameters<typeof deriveTransferKeys>) => {
    const { sender, receiver } = deriveTransferKeys(...parameters);
    for (const key of [sender, receiver]) {
      assertEquals(seen.has(hex(key)), false);
      seen.add(hex(key));
    }
  };
  add(transferSecret, hellos);
  add(transferSecret, { sender: hellos.receiver, receiver: hellos.sender });
  for (const field of ["transferId", "fileKey"] as const) {
    for (const { flipped } of bitFlips(transferSecret[field])) {
      add({ ...transferSecret, [field]: flipped }, hellos);
    }
  }
  for (const role of ["sender", "receiver"] as const) {
    for (const { flipped } of bitFlips(hellos[role])) {
      add(transferSecret, { ...hellos, [role]: flipped });
    }
  }
});

Deno.test("newTransferHello() is never the same, and says which version it is", () => {
  const [one, other] = [newTransferHello(), newTransferHello()];
  assertEquals([one.length, one[0]], [33, 1]);
  assertNotEquals(one, other);
  checkTransferHello(one);
});

Deno.test("checkTransferHello() refuses another version", () => {
  for (const version of [0, 2, 255]) {
    const hello = newTransferHello();
    hello[0] = version;
    assertThrows(() => checkTransferHello(hello), TransferError, "version");
  }
});

Deno.test("checkTransferSecret() refuses other lengths", () => {
  for (const field of ["transferId", "fileKey"] as const) {
    const { length } = transferSecret[field];
    for (const other of [0, length - 1, length + 1]) {
      const secret = { ...transferSecret, [field]: new Uint8Array(other) };
      assertThrows(() => checkTransferSecret(secret), RangeError, field);
    }
  }
});
