import { assertEquals } from "@std/assert";
import type { Message, Send } from "../../lib/codec/mod.ts";
import { handedOverMs } from "../../lib/limits.ts";
import { type Guest, TestRoom } from "./test_room.ts";

export const anasKey = new Uint8Array(32).fill(1);
export const biasKey = new Uint8Array(32).fill(2);
const envelope = Uint8Array.of(1, 2, 3);

export function send(id: bigint, to: string): Send {
  return { kind: "send", id, to, envelope };
}

/** A room with two members in it, who have been told all news. */
export function anaAndBia(): { room: TestRoom; ana: Guest; bia: Guest } {
  const room = new TestRoom();
  const ana = room.enter("ana", anasKey);
  const bia = room.enter("bia", biasKey);
  passTime(room);
  for (const { connection } of [ana, bia]) connection.take();
  return { room, ana, bia };
}

/** Lets all news of who came and went be told. */
export function passTime(room: TestRoom): void {
  room.clock.advance(1_000);
  room.core.tick();
}

/** Lets the server keep what was posted, and answer for it. */
export function commit(room: TestRoom): void {
  room.clock.advance(handedOverMs);
}

/** Takes the one private message that has come. */
export function takeTold(guest: Guest): Extract<Message, { kind: "told" }> {
  const tolds = guest.connection.takeOnly("told");
  assertEquals(tolds.length, 1);
  return tolds[0]!;
}
