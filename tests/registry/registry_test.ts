import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Registered, Registry } from "../../lib/registry/mod.ts";

const anasKey = new Uint8Array(32).fill(1);
const biasKey = new Uint8Array(32).fill(2);

let newestSessionId = 0n;

/** Enters `text` for the holder of `identityKey`, who must be able to have it. */
function enter(registry: Registry<Registered>, text: string, identityKey: Uint8Array): Registered {
  const claim = registry.claim(text, identityKey);
  if (claim.kind !== "free" && claim.kind !== "own") throw new Error(`${text} is ${claim.kind}`);
  const { name, key } = claim;
  const member = { name, key, identityKey, sessionId: ++newestSessionId };
  registry.add(member);
  return member;
}

Deno.test("Registry.claim() gives a free name as it will be shown and compared", () => {
  const registry = new Registry();
  assertEquals(registry.claim("Ana", anasKey), { kind: "free", name: "Ana", key: "ANA" });
});

Deno.test("Registry.claim() changes nothing by itself", () => {
  const registry = new Registry();
  registry.claim("ana", anasKey);
  assertEquals(registry.claim("ana", biasKey).kind, "free");
  assertEquals(registry.size, 0);
});

Deno.test("Registry.claim() says why a text is not a name", () => {
  const registry = new Registry();
  const claim = registry.claim("a b", anasKey);
  assertEquals(claim, { kind: "notAName", error: "nameBadCharacter" });
});

for (
  const { what, text } of [
    { what: "that is taken", text: "ana" },
    { what: "that differs in case only", text: "ANA" },
    { what: "that differs in width only", text: "ａｎａ" },
  ]
) {
  Deno.test(`Registry.claim() refuses a name ${what}`, () => {
    const registry = new Registry();
    enter(registry, "ana", anasKey);
    assertEquals(registry.claim(text, biasKey), { kind: "taken" });
  });
}

Deno.test("Registry.claim() refuses a name that looks the same in another script", () => {
  const registry = new Registry();
  enter(registry, "aca", anasKey);
  assertEquals(registry.claim("аса", biasKey), { kind: "taken" });
});

Deno.test("Registry.claim() gives a name to its own identity, with the member that has it", () => {
  const registry = new Registry();
  const ana = enter(registry, "ana", anasKey);
  const claim = registry.claim("Ana", anasKey.slice());
  assertEquals(claim, { kind: "own", name: "Ana", key: "ANA", previous: ana });
});

Deno.test("Registry.add() enters name and session together", () => {
  const registry = new Registry();
  const ana = enter(registry, "ana", anasKey);
  assertEquals(registry.size, 1);
  assertStrictEquals(registry.find("ana"), ana);
  assertStrictEquals(registry.findByKey("ANA"), ana);
  assertStrictEquals(registry.findBySessionId(ana.sessionId), ana);
});

Deno.test("Registry.add() takes the previous self out, session and all", () => {
  const registry = new Registry();
  const before = enter(registry, "ana", anasKey);
  const after = enter(registry, "Ana", anasKey);
  assertEquals([...registry.members()], [after]);
  assertEquals(registry.findBySessionId(before.sessionId), undefined);
  assertStrictEquals(registry.findBySessionId(after.sessionId), after);
  assertStrictEquals(registry.find("ana"), after);
});

Deno.test("Registry.release() frees the name and the session", () => {
  const registry = new Registry();
  const ana = enter(registry, "ana", anasKey);
  assertEquals(registry.release(ana), true);
  assertEquals(registry.size, 0);
  assertEquals(registry.find("ana"), undefined);
  assertEquals(registry.findBySessionId(ana.sessionId), undefined);
  assertEquals(registry.claim("ana", biasKey).kind, "free");
});

Deno.test("Registry.release() does nothing a second time", () => {
  const registry = new Registry();
  const ana = enter(registry, "ana", anasKey);
  registry.release(ana);
  const bia = enter(registry, "ana", biasKey);
  assertEquals(registry.release(ana), false);
  assertStrictEquals(registry.find("ana"), bia);
});

Deno.test("Registry.release() of a member that was replaced leaves its successor alone", () => {
  const registry = new Registry();
  const before = enter(registry, "ana", anasKey);
  const after = enter(registry, "ana", anasKey);
  assertEquals(registry.release(before), false);
  assertStrictEquals(registry.find("ana"), after);
  assertStrictEquals(registry.findBySessionId(after.sessionId), after);
});

Deno.test("Registry.find() ignores case and composition", () => {
  const registry = new Registry();
  const joao = enter(registry, "João", anasKey);
  for (const text of ["João", "joão", "JOÃO", "joa\u0303o"]) {
    assertStrictEquals(registry.find(text), joao, text);
  }
});

Deno.test("Registry.find() finds nobody by what is not a name", () => {
  const registry = new Registry();
  enter(registry, "ana", anasKey);
  for (const text of ["", "bia", "ana ", "a".repeat(40)]) {
    assertEquals(registry.find(text), undefined, text);
  }
});

Deno.test("Registry.members() come in the order in which they came in", () => {
  const registry = new Registry();
  for (const name of ["caio", "ana", "bia"]) enter(registry, name, anasKey);
  assertEquals([...registry.members()].map(({ name }) => name), ["caio", "ana", "bia"]);
});
