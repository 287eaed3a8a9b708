import { assert, assertEquals } from "@std/assert";
import {
  floodLimits,
  maxAbsentAuthors,
  maxAbsentIds,
  rememberedIds,
  rememberIdsMs,
} from "../../lib/limits.ts";
import { Authors } from "../../lib/server/authors.ts";

function author(number: number): { identityKey: Uint8Array; key: string } {
  return { identityKey: new Uint8Array(32), key: `MEMBER${number}` };
}

/** Lets somebody say so many messages and leave. */
function visit(authors: Authors, number: number, ids = 1, now = 0): void {
  const { said } = authors.enter(author(number), now);
  for (let id = 0; id < ids; id++) said.set(BigInt(id), id);
  authors.leave(author(number), now);
}

/** Whether anything is remembered of somebody; who is asked for is remembered no longer. */
function isKnown(authors: Authors, number: number): boolean {
  return !authors.enter(author(number), 0).said.isEmpty;
}

Deno.test("Authors.enter() knows who is here, or was", () => {
  const authors = new Authors(floodLimits);
  const first = authors.enter(author(1), 0);
  assertEquals(authors.enter(author(1), 0), first);
  first.said.set(1n, 1);
  authors.leave(author(1), 5);
  assertEquals(first.leftAt, 5);
  assertEquals(authors.enter(author(1), 6), first);
  assertEquals(first.leftAt, undefined);
  assert(authors.enter(author(2), 0) !== first);
});

Deno.test("Authors.enter() tells identities and names apart", () => {
  const authors = new Authors(floodLimits);
  const [identityKey, other] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
  const ana = authors.enter({ identityKey, key: "ANA" }, 0);
  assert(authors.enter({ identityKey, key: "BIA" }, 0) !== ana);
  assert(authors.enter({ identityKey: other, key: "ANA" }, 0) !== ana);
});

Deno.test("Authors.leave() remembers nobody who has only listened", () => {
  const authors = new Authors(floodLimits);
  const first = authors.enter(author(1), 0);
  authors.leave(author(1), 0);
  assert(authors.enter(author(1), 0) !== first);
});

Deno.test("Authors.leave() forgets who left first where there are too many", () => {
  const authors = new Authors(floodLimits);
  for (let i = 0; i < maxAbsentAuthors + 2; i++) visit(authors, i);
  assertEquals([0, 1, 2, 3].map((i) => isKnown(authors, i)), [false, false, true, true]);
});

Deno.test("Authors.leave() forgets who left first where too many ids are remembered", () => {
  const authors = new Authors(floodLimits);
  const ids = rememberedIds - 1;
  const most = Math.floor(maxAbsentIds / ids);
  for (let i = 0; i <= most; i++) visit(authors, i, ids);
  visit(authors, 1, 0); // who comes and goes is last in the row again
  visit(authors, most + 1, ids);
  assertEquals([0, 1, 2, 3].map((i) => isKnown(authors, i)), [false, true, false, true]);
});

Deno.test("Authors.forgetOld() forgets who has been away for longer than rememberIdsMs", () => {
  const authors = new Authors(floodLimits);
  visit(authors, 1, 1, 0);
  visit(authors, 2, 1, 1);
  authors.enter(author(3), 0).said.set(1n, 1);
  authors.forgetOld(rememberIdsMs + 1);
  assertEquals([1, 2, 3].map((i) => isKnown(authors, i)), [false, true, true]);
});

Deno.test("Authors.leave() remembers who has used up what it may send, until it is allowed again", () => {
  const authors = new Authors(floodLimits);
  const flood = authors.enter(author(1), 0);
  flood.otherBucket.take(0, floodLimits.other.burst);
  authors.leave(author(1), 0);
  assertEquals(authors.enter(author(1), 1).otherBucket.has(1), true);
  assertEquals(authors.enter(author(1), 1), flood);
  authors.leave(author(1), 10_000);
  assert(authors.enter(author(1), 10_001) !== flood);
});
