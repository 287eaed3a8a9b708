import { assertEquals } from "@std/assert";
import type { ClientEvent } from "../../lib/client/mod.ts";
import { ReachStatus } from "../../lib/terminal/reach_status.ts";
import { ManualClock } from "../testing/manual_clock.ts";

function start() {
  const clock = new ManualClock();
  const shown: string[] = [];
  const status = new ReachStatus({ clock, name: "ana", show: (text) => shown.push(text) });
  /** What is shown because of these events. */
  const note = (...events: ClientEvent[]) => {
    for (const event of events) status.note(event);
    return shown.splice(0);
  };
  return { clock, note, shown };
}

function said(seq: number, from = "ana"): ClientEvent {
  const said = { kind: "said", seq, from, text: "a", sentAt: 1 } as const;
  return { ...said, authenticity: "signed", isPast: false };
}

function reached(seq: number, count: number, present: number): ClientEvent {
  return { kind: "reached", seq, count, present };
}

Deno.test("ReachStatus shows how far our newest message has come, each state once", () => {
  const { note } = start();
  assertEquals(note(said(1), reached(1, 1, 12), reached(1, 1, 12)), ["✓ 1/12"]);
  assertEquals(note(reached(1, 11, 12)), ["✓ 11/12"]);
  assertEquals(note(said(2, "bia"), said(3)), [""]);
  assertEquals(note(reached(1, 12, 12)), []);
  assertEquals(note(reached(3, 2, 12)), ["✓ 2/12"]);
});

Deno.test("ReachStatus goes a few seconds after everybody has it", () => {
  const { clock, note, shown } = start();
  assertEquals(note(said(1), reached(1, 12, 12)), ["✓ 12/12"]);
  clock.advance(3_999);
  assertEquals(shown, []);
  clock.advance(1);
  assertEquals(shown, [""]);
  assertEquals(clock.pending, 0);
});

Deno.test("ReachStatus stays where somebody has come meanwhile who lacks it", () => {
  const { clock, note, shown } = start();
  note(said(1), reached(1, 1, 1), reached(1, 1, 2));
  clock.advance(10_000);
  assertEquals([shown, clock.pending], [[], 0]);
});

Deno.test("ReachStatus shows nothing where nobody else is here, or the connection is gone", () => {
  const { note } = start();
  assertEquals(note(said(1), reached(1, 0, 0)), []);
  assertEquals(note(said(2), reached(2, 0, 3)), ["✓ 0/3"]);
  assertEquals(note({ kind: "disconnected", code: "silence", retryInMs: 1 }), [""]);
  assertEquals(note({ kind: "reconnected" }, said(1), reached(1, 1, 3)), ["✓ 1/3"]);
});

Deno.test("ReachStatus knows a copy that comes after the first word about it", () => {
  const { note } = start();
  assertEquals(note(reached(4, 1, 3), said(4)), ["✓ 1/3"]);
});

Deno.test("ReachStatus overlooks what only seems to be ours, and what is past", () => {
  const { note } = start();
  note(said(1), reached(1, 1, 3));
  const forged = { ...said(9), authenticity: "forged" } as ClientEvent;
  const past = { ...said(9), isPast: true } as ClientEvent;
  assertEquals(note(forged, past), []);
});
