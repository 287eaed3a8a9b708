import { assertEquals } from "@std/assert";
import type { Message } from "../../lib/codec/mod.ts";
import { silenceTimeoutMs } from "../../lib/limits.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { type ConnectionEnd, SimulatedConnection } from "../testing/simulated_connection.ts";

const latencyMs = 10;

function makePair(pauseMs = 0) {
  const clock = new ManualClock();
  const ends = SimulatedConnection.pair(clock, () => latencyMs).map((connection) => {
    const heard: Message[] = [];
    const ended: ConnectionEnd[] = [];
    connection.attach({
      receive: (message) => {
        heard.push(message);
        return pauseMs;
      },
      end: (reason) => ended.push(reason),
    });
    return { connection, heard, ended };
  });
  return { clock, near: ends[0]!, far: ends[1]! };
}

const newest = (seq: number): Message => ({ kind: "newest", seq });

Deno.test("what is sent arrives in order, after its time, and the end behind it", () => {
  const { clock, near, far } = makePair();
  near.connection.send(newest(1), "lazily");
  near.connection.send(newest(2));
  near.connection.close();
  clock.advance(latencyMs - 1);
  assertEquals(far.heard, []);
  clock.advance(2 * latencyMs);
  assertEquals([far.heard, far.ended], [[newest(1), newest(2)], ["lost"]]);
  assertEquals(near.ended, ["closed"]);
});

Deno.test("a pause holds back what is behind, and the end with it", () => {
  const { clock, near, far } = makePair(100);
  for (const seq of [1, 2]) near.connection.send(newest(seq));
  near.connection.close();
  clock.advance(latencyMs + 50);
  assertEquals([far.heard, far.ended], [[newest(1)], []]);
  clock.advance(200);
  assertEquals([far.heard, far.ended], [[newest(1), newest(2)], ["lost"]]);
});

Deno.test("nothing comes through a cut, and each end finds out by the silence", () => {
  const { clock, near, far } = makePair();
  near.connection.send(newest(1));
  near.connection.cut();
  clock.advance(silenceTimeoutMs + 1);
  near.connection.check();
  far.connection.check();
  assertEquals([far.heard, far.ended, near.ended], [[], ["silence"], ["silence"]]);
});

Deno.test("who wakes reads what was kept for it or, where the other end has gone, is told once it writes", () => {
  const { clock, near, far } = makePair();
  far.connection.hold();
  near.connection.send(newest(1));
  clock.advance(2 * latencyMs);
  far.connection.unhold();
  assertEquals(far.heard.splice(0), [newest(1)]);

  far.connection.hold();
  near.connection.send(newest(2));
  near.connection.close("silence");
  clock.advance(1_000);
  far.connection.unhold();
  assertEquals([far.heard, far.ended], [[], []]);
  far.connection.send(newest(3));
  clock.advance(2 * latencyMs);
  assertEquals(far.ended, ["lost"]);
});
