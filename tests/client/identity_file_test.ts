import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { IdentityFile } from "../../lib/client/identity_file.ts";
import { newSecrets } from "../../lib/client/profile.ts";
import { StoreError } from "../../lib/client/store.ts";
import { newScryptParameters, rawPrivateKey } from "../../lib/crypto/mod.ts";

const owner = { server: "chat.example:7700", name: "Ana" };
const secrets = newSecrets();
const cheap = newScryptParameters({ n: 2 ** 14, r: 8, p: 1 });
const plain = (await IdentityFile.of(owner, secrets, undefined)).text;
const sealed = (await IdentityFile.of(owner, secrets, "segredo", cheap)).text;
const parse = (text: string) => IdentityFile.parse(text, "identity.json");

for (
  const { what, text, passphrase } of [
    { what: "plain", text: plain, passphrase: undefined },
    { what: "sealed", text: sealed, passphrase: "segredo" },
  ]
) {
  Deno.test(`IdentityFile.parse() reads a ${what} file, and would write the same`, async () => {
    const file = parse(text);
    assertEquals(file.text, text);
    assertEquals([file.server, file.name], ["chat.example:7700", "Ana"]);
    assertEquals(file.isSealed, passphrase !== undefined);
    assertEquals(file.signingKey, secrets.identity.signingKeyPair.publicKey);
    const opened = await file.open(passphrase);
    assertEquals(opened.storageKey, secrets.storageKey);
    for (const pair of ["staticKeyPair", "signingKeyPair"] as const) {
      const [was, is] = [secrets.identity[pair], opened.identity[pair]];
      assertEquals(rawPrivateKey(is), rawPrivateKey(was));
      assertEquals(is.publicKey, was.publicKey);
    }
  });

  Deno.test(`IdentityFile.parse() refuses a ${what} file that isn't as it was written`, () => {
    const json = JSON.parse(text);
    const { secrets: _, ...incomplete } = json;
    const written = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
    const texts = [
      ...Array.from(text, (_, length) => text.slice(0, length)),
      `${text} `,
      text.replace("\n", "\r\n"),
      JSON.stringify(json),
      written(incomplete),
      written({ ...json, more: 1 }),
      written({ ...json, format: "chat-server-pin" }),
      written({ ...json, version: 0 }),
      written({ ...json, version: "1" }),
      written({ ...json, name: 1 }),
      written({ ...json, name: "a b" }),
      written({ ...json, server: "chat.example" }),
      written({ ...json, server: "a:b:c" }),
      written({ ...json, secrets: "?" }),
      written({ ...json, secrets: 1 }),
      written({ ...json, staticKey: "AAAA" }),
      written({ ...json, signingKey: "?" }),
      "null\n",
      "[]\n",
      "\0".repeat(16_384),
    ];
    for (const each of texts) {
      const error = assertThrows(() => parse(each), StoreError);
      assertEquals([error.path, error.reason, error.cause], [
        "identity.json",
        "damaged",
        undefined,
      ]);
    }
  });
}

Deno.test("IdentityFile.parse() says that a file is of a newer version, whatever else is in it", () => {
  const text = JSON.stringify({ format: "chat-identity", version: 2, new: true });
  assertEquals(assertThrows(() => parse(text), StoreError).reason, "newerVersion");
});

Deno.test("IdentityFile.parse() refuses scrypt parameters that would cost too much", () => {
  for (
    const change of [{ n: 2 ** 30 }, { r: 1_000 }, { p: 64 }, { n: "16384" }, { salt: "AAAA" }]
  ) {
    const json = JSON.parse(sealed);
    const text = `${JSON.stringify({ ...json, scrypt: { ...json.scrypt, ...change } }, null, 2)}\n`;
    assertEquals(assertThrows(() => parse(text), StoreError).reason, "damaged");
  }
});

Deno.test("IdentityFile.open() refuses another passphrase, and none", async () => {
  for (const passphrase of ["Segredo", "", undefined]) {
    const error = await assertRejects(() => parse(sealed).open(passphrase), StoreError);
    assertEquals([error.path, error.reason], ["identity.json", "wrongPassphrase"]);
  }
});

Deno.test("IdentityFile.open() refuses a sealed file in which anything in the clear was changed", async () => {
  const other = parse((await IdentityFile.of(owner, newSecrets(), undefined)).text);
  const json = JSON.parse(sealed);
  for (
    const change of [
      { name: "Bia" },
      { server: "evil.example:7700" },
      { signingKey: other.signingKey.toBase64() },
      { staticKey: other.staticKey.toBase64() },
      { scrypt: { ...json.scrypt, n: 2 ** 15 } },
    ]
  ) {
    const file = parse(`${JSON.stringify({ ...json, ...change }, undefined, 2)}\n`);
    const error = await assertRejects(() => file.open("segredo"), StoreError);
    assertEquals(error.reason, "wrongPassphrase");
  }
});

Deno.test("IdentityFile.open() refuses a plain file whose keys don't belong together", async () => {
  const other = JSON.parse((await IdentityFile.of(owner, newSecrets(), undefined)).text);
  const json = JSON.parse(plain);
  for (
    const change of [
      { staticKey: other.staticKey },
      { signingKey: other.signingKey },
      { secrets: "AAAA" },
    ]
  ) {
    const file = parse(`${JSON.stringify({ ...json, ...change }, undefined, 2)}\n`);
    const error = await assertRejects(() => file.open(undefined), StoreError);
    assertEquals(error.reason, "damaged");
  }
});

Deno.test("a sealed IdentityFile has no secret in the clear, and another salt each time", async () => {
  const [staticKey, signingKey] = [
    rawPrivateKey(secrets.identity.staticKeyPair),
    rawPrivateKey(secrets.identity.signingKeyPair),
  ];
  for (const secret of [staticKey, signingKey, secrets.storageKey]) {
    assert(!sealed.includes(secret.toBase64().slice(2, 40)));
  }
  const again = await IdentityFile.of(owner, secrets, "segredo");
  assert(JSON.parse(again.text).scrypt.salt !== JSON.parse(sealed).scrypt.salt);
  assertEquals(JSON.parse(again.text).scrypt.n, 131_072);
});
