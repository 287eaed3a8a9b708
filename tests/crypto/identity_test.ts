import { assertNotEquals } from "@std/assert";
import { generateIdentity } from "../../lib/crypto/mod.ts";
import { hex } from "../testing/hex.ts";

Deno.test("generateIdentity() answers another identity each time", () => {
  const [first, second] = [generateIdentity(), generateIdentity()];
  assertNotEquals(hex(first.staticKeyPair.publicKey), hex(second.staticKeyPair.publicKey));
});
