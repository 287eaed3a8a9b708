import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { type Registered, Registry } from "../../lib/registry/mod.ts";

const spellings = ["ana", "Ana", "ANA", "bia", "BIA", "аса", "aca", "straße", "STRASSE", "a b", ""];
/** Which spellings are one name, written down by hand. */
const nameOf = new Map([
  ...["ana", "Ana", "ANA"].map((text) => [text, "1"] as const),
  ...["bia", "BIA"].map((text) => [text, "2"] as const),
  ...["аса", "aca"].map((text) => [text, "3"] as const),
  ...["straße", "STRASSE"].map((text) => [text, "4"] as const),
]);
const identityKeys = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));

const step = fc.oneof(
  fc.record({
    kind: fc.constant("enter" as const),
    text: fc.constantFrom(...spellings),
    who: fc.constantFrom(...identityKeys.keys()),
  }),
  fc.record({ kind: fc.constant("release" as const), which: fc.nat(30) }),
);

Deno.test("Registry agrees with a list of members after any steps", () => {
  const property = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const registry = new Registry<Registered>();
    const everybody: Registered[] = [];
    let model: { name: string; who: number; member: Registered }[] = [];
    for (const taken of steps) {
      if (taken.kind === "enter") {
        const { text, who } = taken;
        const claim = registry.claim(text, identityKeys[who]!);
        const holder = model.find(({ name }) => name === nameOf.get(text));
        const expected = !nameOf.has(text)
          ? "notAName"
          : !holder
          ? "free"
          : holder.who === who
          ? "own"
          : "taken";
        assertEquals(claim.kind, expected);
        if (claim.kind !== "free" && claim.kind !== "own") continue;
        const { name, key } = claim;
        const sessionId = BigInt(everybody.length);
        const member = { name, key, identityKey: identityKeys[who]!, sessionId };
        registry.add(member);
        everybody.push(member);
        model = model.filter((entry) => entry !== holder);
        model.push({ name: nameOf.get(text)!, who, member });
      } else {
        const member = everybody[taken.which];
        if (!member) continue;
        const isHere = model.some((entry) => entry.member === member);
        assertEquals(registry.release(member), isHere);
        model = model.filter((entry) => entry.member !== member);
      }
      assertEquals([...registry.members()], model.map(({ member }) => member));
      assertEquals(registry.size, model.length);
      for (const text of spellings) {
        const holder = model.find(({ name }) => name === nameOf.get(text));
        assertStrictEquals(registry.find(text), holder?.member);
      }
      for (const member of everybody) {
        const isHere = model.some((entry) => entry.member === member);
        const found = registry.findBySessionId(member.sessionId);
        assertStrictEquals(found, isHere ? member : undefined);
      }
    }
  });
  fc.assert(property, { seed: 2, numRuns: 300 });
});
