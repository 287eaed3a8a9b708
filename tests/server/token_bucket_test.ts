import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TokenBucket } from "../../lib/server/token_bucket.ts";

const rate = { burst: 5, perSecond: 10 };

Deno.test("TokenBucket.take() lets a burst through, then says how long to wait", () => {
  const bucket = new TokenBucket(rate, 0);
  const pauses = Array.from({ length: 8 }, () => bucket.take(0));
  assertEquals(pauses, [0, 0, 0, 0, 0, 100, 200, 300]);
});

Deno.test("TokenBucket.take() is paid back as time passes", () => {
  const bucket = new TokenBucket(rate, 0);
  for (let i = 0; i < 8; i++) bucket.take(0);
  assertEquals(bucket.take(300), 100);
  assertEquals(bucket.take(500), 0);
});

Deno.test("TokenBucket.has() tells whether a token is there, and takes none", () => {
  const bucket = new TokenBucket(rate, 0);
  for (let i = 0; i < 4; i++) bucket.take(0);
  for (let i = 0; i < 3; i++) assert(bucket.has(0));
  bucket.take(0);
  assert(!bucket.has(0));
  assert(!bucket.has(99));
  assert(bucket.has(100));
});

Deno.test("TokenBucket never holds more than the burst", () => {
  const bucket = new TokenBucket(rate, 0);
  const pauses = Array.from({ length: 6 }, () => bucket.take(1e9));
  assertEquals(pauses, [0, 0, 0, 0, 0, 100]);
});

Deno.test("TokenBucket lets through no more than burst and rate allow, if its pauses are kept", () => {
  const property = fc.property(fc.array(fc.nat(400), { maxLength: 100 }), (gaps) => {
    const bucket = new TokenBucket(rate, 0);
    let now = 0;
    gaps.forEach((gap, i) => {
      now += gap + bucket.take(now + gap);
      const most = rate.burst + now * rate.perSecond / 1_000;
      assert(i + 1 <= most + 1e-6, `${i + 1} by ${now}`);
    });
  });
  fc.assert(property, { seed: 9, numRuns: 200 });
});
