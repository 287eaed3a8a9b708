import { assert, assertEquals } from "@std/assert";
import { floodLimits, networkLimits } from "../../lib/limits.ts";
import { Networks } from "../../lib/server/network.ts";
import { say } from "../testing/says.ts";
import { type Guest, TestRoom } from "../testing/test_room.ts";

function roomOf(count: number): { room: TestRoom; guests: Guest[]; networks: Networks } {
  const room = new TestRoom({ floodLimits, maxMembers: 1_000 });
  const networks = new Networks();
  room.network = networks.of("192.0.2.1", room.clock.now());
  const guests = Array.from({ length: count }, (_, i) => room.enter(`member${i}`));
  return { room, guests, networks };
}

let newestId = 0n;

function sayOnce(guest: Guest): number {
  return guest.send(say(++newestId));
}

Deno.test("ServerCore lets a class of 200 behind one address talk, all at once", () => {
  const { room, guests } = roomOf(200);
  for (const { connection } of guests) connection.isCongested = true; // what is sent is no matter here
  const sayAll = () => {
    for (const guest of guests) assertEquals(sayOnce(guest), 0);
    room.core.takeRound();
  };
  for (let time = 0; time < 12; time++) sayAll();
  for (let second = 0; second < 60; second += 2) {
    room.clock.advance(2_000);
    for (let time = 0; time < 5; time++) sayAll();
  }
});

Deno.test("ServerCore gives many identities of one address no more than its share, over TCP", () => {
  const { room, guests, networks } = roomOf(50);
  const { burst, perSecond } = networkLimits.say;
  for (let i = 0; i < burst; i++) assertEquals(sayOnce(guests[i % 50]!), 0);
  assertEquals(sayOnce(guests[0]!), 1_000 / perSecond);
  room.network = networks.of("192.0.2.2", 0);
  const elsewhere = room.enter("elsewhere");
  assertEquals(sayOnce(elsewhere), 0);
  room.network = networks.of("127.0.0.1", 0);
  assertEquals(sayOnce(room.enter("here")), 0);
});

Deno.test("ServerCore gives many identities of one address no more than its share, over UDP", () => {
  const { room, guests } = roomOf(50);
  const { burst, perSecond } = networkLimits.say;
  for (let i = 0; i < burst + 500; i++) guests[i % 50]!.sendDatagram(say(++newestId));
  assertEquals(room.enter("bia").welcome.newestSeq, burst);
  room.clock.advance(1_000);
  for (let i = 0; i < 2 * perSecond; i++) guests[i % 50]!.sendDatagram(say(++newestId));
  assertEquals(room.enter("caio").welcome.newestSeq, burst + perSecond);
});

Deno.test("ServerCore gives many identities of one address no more than its share of the rest", () => {
  const { guests } = roomOf(50);
  const { burst, perSecond } = networkLimits.other;
  for (let i = 0; i < burst; i++) assertEquals(guests[i % 50]!.send({ kind: "pong" }), 0);
  assertEquals(guests[0]!.send({ kind: "pong" }), 1_000 / perSecond);
  guests[1]!.connection.take();
  guests[1]!.sendDatagram({ kind: "probe", number: 1, seq: 0 });
  assertEquals(guests[1]!.connection.takeOnly("heard"), []);
});

Deno.test("ServerCore lets nobody's share be used up by one member alone", () => {
  const { guests } = roomOf(2);
  for (let i = 0; i < floodLimits.say.burst; i++) assertEquals(sayOnce(guests[0]!), 0);
  assert(sayOnce(guests[0]!) > 0);
  assertEquals(sayOnce(guests[1]!), 0);
});
