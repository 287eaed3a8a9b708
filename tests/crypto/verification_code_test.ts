import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type NamedKey, verificationCode } from "../../lib/crypto/mod.ts";

const ana: NamedKey = { nameKey: "ANA", signingKey: new Uint8Array(32).fill(1) };
const bia: NamedKey = { nameKey: "BIA", signingKey: new Uint8Array(32).fill(2) };

Deno.test("verificationCode() is the same for both sides: eight groups of five digits", async () => {
  const code = await verificationCode(ana, bia);
  assertEquals(await verificationCode(bia, ana), code);
  assertMatch(code, /^\d{5}( \d{5}){7}$/);
});

Deno.test("verificationCode() names each key in a half of its own", async () => {
  const halves = async (other: NamedKey) => {
    const digits = (await verificationCode(ana, other)).replaceAll(" ", "");
    return [digits.slice(0, 20), digits.slice(20)];
  };
  const [withBia, withEva] = [await halves(bia), await halves({ ...bia, nameKey: "EVA" })];
  const shared = withBia.filter((half) => withEva.includes(half));
  assertEquals(shared.length, 1);
});

Deno.test("verificationCode() is another one for another key", async () => {
  const signingKey = bia.signingKey.with(0, 3);
  const other = { ...bia, signingKey };
  assertNotEquals(await verificationCode(ana, other), await verificationCode(ana, bia));
});
