import { assertEquals } from "@std/assert";
import { AnswerWatch } from "../../lib/client/answer_watch.ts";
import { answerTimeoutMs, slowestLinkBytesPerMs } from "../../lib/limits.ts";

function newWatch(): {
  watch: AnswerWatch;
  traffic: { bytesHeard: number; bytesSent: number };
} {
  const traffic = { bytesHeard: 10, bytesSent: 10 };
  return { watch: new AnswerWatch(traffic), traffic };
}

Deno.test("AnswerWatch.check() says nothing where nothing was asked, however long", () => {
  const { watch } = newWatch();
  assertEquals([watch.dueAt, watch.check(1e9)], [Infinity, "wait"]);
});

Deno.test("AnswerWatch.check() asks once more, then finds the connection silent", () => {
  const { watch } = newWatch();
  assertEquals(watch.ask(1_000), true);
  assertEquals(watch.ask(2_000), false); // which is no reason to wait longer
  assertEquals(watch.check(1_000 + answerTimeoutMs - 1), "wait");
  assertEquals(watch.dueAt, 1_000 + answerTimeoutMs);
  assertEquals(watch.check(1_000 + answerTimeoutMs), "ping");
  assertEquals(watch.ask(1_000 + answerTimeoutMs), false);
  assertEquals(watch.check(1_000 + 2 * answerTimeoutMs - 1), "wait");
  assertEquals(watch.check(1_000 + 2 * answerTimeoutMs), "silent");
});

Deno.test("AnswerWatch.check() takes any byte for an answer, before the ping and after it", () => {
  const { watch, traffic } = newWatch();
  watch.ask(0);
  traffic.bytesHeard++;
  assertEquals([watch.dueAt, watch.check(answerTimeoutMs)], [Infinity, "wait"]);
  watch.ask(10_000);
  assertEquals(watch.check(10_000 + answerTimeoutMs), "ping");
  traffic.bytesHeard++;
  assertEquals(watch.check(10_000 + 2 * answerTimeoutMs), "wait");
  watch.ask(30_000);
  assertEquals(watch.dueAt, 30_000 + answerTimeoutMs);
});

Deno.test("AnswerWatch.check() waits longer for what a slow link still carries", () => {
  const { watch, traffic } = newWatch();
  watch.ask(0);
  traffic.bytesSent += 1_000 * slowestLinkBytesPerMs;
  assertEquals(watch.dueAt, answerTimeoutMs + 1_000);
  assertEquals(watch.check(answerTimeoutMs + 1_000), "ping");
  assertEquals(watch.dueAt, 2 * answerTimeoutMs + 2_000);
});

Deno.test("AnswerWatch.check() asks again, rather than give up, where the machine has slept", () => {
  const { watch } = newWatch();
  const hourMs = 3_600_000;
  watch.ask(0);
  assertEquals(watch.check(hourMs), "ping");
  assertEquals(watch.check(2 * hourMs), "ping");
  assertEquals(watch.check(2 * hourMs + answerTimeoutMs), "silent");
});
