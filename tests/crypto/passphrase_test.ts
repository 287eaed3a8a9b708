import { assert, assertEquals, assertRejects } from "@std/assert";
import { scryptSync } from "node:crypto";
import { ProtocolError } from "../../lib/codec/mod.ts";
import {
  areScryptParameters,
  newScryptParameters,
  openWithPassphrase,
  sealWithPassphrase,
} from "../../lib/crypto/mod.ts";

const cheap = { n: 2 ** 14, r: 8, p: 1 } as const;
const parameters = newScryptParameters(cheap);
const associatedData = new TextEncoder().encode("what it belongs to");
const plaintext = new TextEncoder().encode("secret");
const sealed = await sealWithPassphrase("café ﬁ", parameters, associatedData, plaintext);

Deno.test("openWithPassphrase() opens what sealWithPassphrase() sealed, however the keyboard writes", async () => {
  for (const passphrase of ["café ﬁ", "cafe\u0301 fi"]) {
    const opened = await openWithPassphrase(passphrase, parameters, associatedData, sealed);
    assertEquals(opened, plaintext);
  }
});

Deno.test("sealWithPassphrase() is scrypt and AES-256-GCM as others do them", async () => {
  const { n: N, r, p, salt } = parameters;
  const raw = new Uint8Array(scryptSync("café fi", salt, 32, { N, r, p, maxmem: 2 ** 26 }));
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const options = { name: "AES-GCM", iv: sealed.slice(0, 12), additionalData: associatedData };
  const opened = await crypto.subtle.decrypt(options, key, sealed.slice(12));
  assertEquals(new Uint8Array(opened), plaintext);
});

Deno.test("openWithPassphrase() refuses whatever isn't as it was", async () => {
  const flipped = sealed.slice();
  flipped[20]! ^= 1;
  const other = new TextEncoder().encode("what else");
  const attempts = [
    () => openWithPassphrase("cafe fi", parameters, associatedData, sealed),
    () => openWithPassphrase("café ﬁ", newScryptParameters(cheap), associatedData, sealed),
    () => openWithPassphrase("café ﬁ", parameters, other, sealed),
    () => openWithPassphrase("café ﬁ", parameters, associatedData, flipped),
    () => openWithPassphrase("café ﬁ", parameters, associatedData, sealed.slice(0, 20)),
  ];
  for (const attempt of attempts) {
    const { code, message } = await assertRejects(attempt, ProtocolError);
    assertEquals(code, "authenticationFailed");
    assert(!message.includes("caf"));
  }
});

Deno.test("newScryptParameters() chooses a salt each time, and what OWASP recommends", () => {
  const [a, b] = [newScryptParameters(), newScryptParameters()];
  assertEquals([a.n, a.r, a.p, a.salt.length], [131_072, 8, 1, 16]);
  assert(a.salt.toBase64() !== b.salt.toBase64());
});

Deno.test("areScryptParameters() refuses what would cost too much, or nothing", () => {
  const { salt } = parameters;
  for (const n of [2 ** 14, 2 ** 17, 2 ** 19]) assert(areScryptParameters({ n, r: 8, p: 1, salt }));
  const bad = [
    { n: 2 ** 20, r: 8, p: 1, salt },
    { n: 2 ** 13, r: 8, p: 1, salt },
    { n: 2 ** 17 + 1, r: 8, p: 1, salt },
    { n: NaN, r: 8, p: 1, salt },
    { n: 2 ** 17, r: 16, p: 1, salt },
    { n: 2 ** 17, r: 8, p: 5, salt },
    { n: 2 ** 17, r: 8, p: 1.5, salt },
    { n: 2 ** 17, r: 8, p: 0, salt },
    { n: 2 ** 17, r: 8, p: 1, salt: new Uint8Array(15) },
  ];
  for (const each of bad) assert(!areScryptParameters(each), JSON.stringify(each));
});
