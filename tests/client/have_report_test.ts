import { assertEquals } from "@std/assert";
import { HaveReport } from "../../lib/client/have_report.ts";
import { haveAfterMs } from "../../lib/limits.ts";

Deno.test("HaveReport.take() says once what nothing else has said, and no sooner", () => {
  const report = new HaveReport();
  report.reach(0, 0);
  assertEquals(report.nextAt, undefined);
  report.reach(1, 100);
  report.reach(5, 900);
  assertEquals(report.nextAt, 100 + haveAfterMs);
  assertEquals(report.take(99 + haveAfterMs), undefined);
  assertEquals(report.take(100 + haveAfterMs), 5);
  report.reach(5, 2_000);
  assertEquals([report.nextAt, report.take(1e6)], [undefined, undefined]);
});

Deno.test("HaveReport.take() says nothing that was told over TCP, or by a probe that was heard", () => {
  const report = new HaveReport();
  report.reach(1, 0);
  report.tell(1);
  assertEquals(report.nextAt, undefined);
  report.reach(2, 10);
  report.sendProbe(7, 2);
  report.hear(6);
  assertEquals(report.nextAt, 10 + haveAfterMs);
  report.reach(3, 20);
  report.hear(7); // which says 2, not 3
  assertEquals(report.nextAt, 10 + haveAfterMs);
  report.sendProbe(8, 3);
  report.hear(8);
  assertEquals(report.nextAt, undefined);
});

Deno.test("HaveReport.restart() forgets what the last connection was told", () => {
  const report = new HaveReport();
  report.reach(9, 0);
  report.tell(9);
  report.restart();
  report.reach(4, 100); // a server that lost its newest messages has fewer
  assertEquals(report.take(100 + haveAfterMs), 4);
});
