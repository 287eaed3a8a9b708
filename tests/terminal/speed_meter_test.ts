import { assertEquals } from "@std/assert";
import { SpeedMeter } from "../../lib/terminal/speed_meter.ts";

/** A meter of what grows evenly, four times a second, up to `untilMs`. */
function meterOf(bytesPerSecond: number, untilMs: number): SpeedMeter {
  const meter = new SpeedMeter();
  for (let at = 0; at <= untilMs; at += 250) meter.note(at, at * bytesPerSecond / 1_000);
  return meter;
}

Deno.test("SpeedMeter.bytesPerSecond() tells nothing of less than a second", () => {
  assertEquals(new SpeedMeter().bytesPerSecond(0), undefined);
  assertEquals(meterOf(1_000, 750).bytesPerSecond(750), undefined);
  assertEquals(meterOf(1_000, 1_000).bytesPerSecond(1_000), 1_000);
});

Deno.test("SpeedMeter.bytesPerSecond() doesn't depend on when it is asked", () => {
  const meter = meterOf(1_000, 10_000);
  assertEquals([10_000, 10_100, 10_249].map((now) => meter.bytesPerSecond(now)), [
    1_000,
    1_000,
    1_000,
  ]);
});

Deno.test("SpeedMeter.bytesPerSecond() is that of the last 5 s", () => {
  const meter = meterOf(1_000, 10_000);
  for (let at = 10_250; at <= 12_500; at += 250) meter.note(at, 10_000 + 3 * (at - 10_000));
  assertEquals(meter.bytesPerSecond(12_500), 2_000);
  for (let at = 12_750; at <= 15_000; at += 250) meter.note(at, 10_000 + 3 * (at - 10_000));
  assertEquals(meter.bytesPerSecond(15_000), 3_000);
});

Deno.test("SpeedMeter.bytesPerSecond() sinks where nothing comes any more", () => {
  const meter = meterOf(1_000, 10_000);
  assertEquals(meter.bytesPerSecond(12_500), 500);
  assertEquals(meter.bytesPerSecond(15_000), 0);
});

Deno.test("SpeedMeter.reset() begins anew", () => {
  const meter = meterOf(1_000, 10_000);
  meter.reset();
  assertEquals([meter.isEmpty, meter.bytesPerSecond(10_000)], [true, undefined]);
});
