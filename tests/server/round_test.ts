import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Message } from "../../lib/codec/mod.ts";
import { activeProbeMs, lostProbesUntilDown, maxDatagramBytes } from "../../lib/limits.ts";
import { say } from "../testing/says.ts";
import { type Guest, TestRoom } from "../testing/test_room.ts";

/** A room whose members have a working path each, unless named otherwise. */
function roomOf(options: { up: string[]; down?: string[] }): {
  room: TestRoom;
  guests: Guest[];
} {
  const room = new TestRoom();
  const guests = [...options.up, ...options.down ?? []].map((name) => room.enter(name));
  room.clock.advance(1_000);
  room.core.tick();
  for (const guest of guests) {
    if (options.up.includes(guest.member.name)) guest.bringUdpUp();
    guest.connection.take();
  }
  return { room, guests };
}

function seqs(messages: readonly Message[]): number[] {
  return messages.flatMap((message) => message.kind === "said" ? [message.seq] : []);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

Deno.test("Round puts small messages of the same moment into one datagram", () => {
  const { room, guests } = roomOf({ up: ["ana", "bia"] });
  for (let id = 1n; id <= 8n; id++) guests[0]!.send(say(id, "a".repeat(100)));
  room.fanOut();
  for (const { datagrams, connection } of guests) {
    assertEquals(datagrams.map(seqs), [upTo(8)]);
    assertEquals(connection.takeOnly("said"), []);
  }
});

Deno.test("Round fills datagrams to no more than maxDatagramBytes, in order", () => {
  const { room, guests: [ana] } = roomOf({ up: ["ana"] });
  for (let id = 1n; id <= 100n; id++) ana!.send(say(id, "a".repeat(100)));
  room.fanOut();
  assertEquals(seqs(ana!.datagrams.flat()), upTo(100));
  assertEquals(ana!.datagrams.length, 13);
  assert(ana!.datagramBytes.every((bytes) => bytes <= maxDatagramBytes));
});

Deno.test("Round sends over TCP what no datagram holds, and the rest over UDP", () => {
  const { room, guests: [ana] } = roomOf({ up: ["ana"] });
  ana!.send(say(1n));
  ana!.send(say(2n, "a".repeat(1_200)));
  ana!.send(say(3n));
  room.fanOut();
  assertEquals(seqs(ana!.connection.take()), [2]);
  assertEquals(ana!.datagrams.map(seqs), [[1, 3]]);
});

Deno.test("Round sends everything over TCP to a member without a working path", () => {
  const { room, guests } = roomOf({ up: ["ana"], down: ["bia"] });
  const [ana, bia] = guests;
  for (let id = 1n; id <= 3n; id++) ana!.send(say(id));
  room.fanOut();
  assertEquals(seqs(bia!.connection.take()), [1, 2, 3]);
  assertEquals(bia!.datagrams, []);
  assertEquals(seqs(ana!.datagrams.flat()), [1, 2, 3]);
});

Deno.test("Round leaves room for a probe, which rides along when it is due", () => {
  const { room, guests: [ana] } = roomOf({ up: ["ana"] });
  const overhead = 17 + 16; // header and tag
  const largest = maxDatagramBytes - overhead - 13 - 32; // a probe, and what is around the text
  ana!.send(say(1n, "a".repeat(largest)));
  room.fanOut();
  assertEquals(ana!.datagrams.flat().map(({ kind }) => kind), ["said"]);
  room.clock.advance(activeProbeMs);
  ana!.send(say(2n, "a".repeat(largest)));
  room.fanOut();
  assertEquals(ana!.datagrams[1]!.map(({ kind }) => kind), ["said", "probe"]);
  const probe = ana!.datagrams[1]![1]!;
  assert(probe.kind === "probe");
  assertEquals(probe.seq, 2);
  assertEquals(ana!.datagramBytes[1], maxDatagramBytes);
  ana!.send(say(3n, "a".repeat(largest + 1)));
  room.fanOut();
  assertEquals(seqs(ana!.connection.take()), [3]); // one byte more, and it is for TCP
});

Deno.test("Round goes over to TCP within 5 s of a path's end, and back once it returns", () => {
  const { room, guests: [ana] } = roomOf({ up: ["ana"] });
  let id = 0n;
  const sayEvery100Ms = (ms: number, works: boolean) => {
    for (let passed = 0; passed < ms; passed += 100) {
      room.clock.advance(100);
      ana!.send(say(++id));
      room.fanOut();
      room.core.tick();
      for (const message of works ? ana!.datagrams.flat() : []) {
        if (message.kind === "probe") ana!.send({ kind: "heard", number: message.number, seq: 0 });
      }
      if (works) ana!.datagrams = [];
    }
  };
  sayEvery100Ms(5_000, false);
  assert(!ana!.member.path.isUp);
  ana!.datagrams = [];
  ana!.connection.take();
  sayEvery100Ms(1_000, false);
  assertEquals(ana!.connection.takeOnly("said").length, 10);
  ana!.datagrams = [];
  sayEvery100Ms(10_000, true);
  assert(ana!.member.path.isUp);
  ana!.connection.take();
  sayEvery100Ms(500, false);
  assertEquals(ana!.connection.takeOnly("said"), []);
  assertEquals(seqs(ana!.datagrams.flat()).length, 5);
});

for (const path of ["up", "down"] as const) {
  Deno.test(`Round leaves a member out that doesn't keep up, its path ${path}, until it has drained`, () => {
    const names = path === "up" ? { up: ["bia", "ana"] } : { up: ["bia"], down: ["ana"] };
    const { room, guests: [bia, ana] } = roomOf(names);
    const { connection } = ana!;
    const got = () => [...seqs(connection.take()), ...seqs(ana!.datagrams.splice(0).flat())];
    const sayAndTick = (id: bigint) => {
      bia!.send(say(id));
      room.fanOut();
      room.core.tick();
    };
    connection.isCongested = true;
    connection.isDrained = false;
    sayAndTick(1n);
    assertEquals(got(), []);
    connection.isCongested = false;
    sayAndTick(2n);
    assertEquals(got(), []);
    connection.isDrained = true;
    room.core.tick();
    assertEquals(connection.takeOnly("newest"), [{ kind: "newest", seq: 2 }]);
    ana!.send({ kind: "repair", firstSeq: 1, lastSeq: 2 });
    assertEquals(got(), [1, 2]);
    sayAndTick(3n);
    assertEquals(got(), [3]);
    assertEquals(seqs(bia!.datagrams.flat()), [1, 2, 3]);
  });
}

Deno.test("ServerCore lets the repairs of a member wait that doesn't keep up", () => {
  const { room, guests: [ana] } = roomOf({ up: ["ana"] });
  ana!.send(say(1n));
  room.fanOut();
  ana!.connection.isCongested = true;
  ana!.connection.isDrained = false;
  ana!.connection.take();
  ana!.send({ kind: "repair", firstSeq: 1, lastSeq: 1 });
  room.core.tick();
  assertEquals(seqs(ana!.connection.take()), []);
  ana!.connection.isCongested = false;
  ana!.connection.isDrained = true;
  room.core.tick();
  assertEquals(seqs(ana!.connection.take()), [1]);
});

Deno.test("ServerCore.tick() goes on probing a path that is down", () => {
  const { room, guests: [ana] } = roomOf({ up: ["ana"] });
  for (let i = 0; i < 200; i++) {
    room.clock.advance(250);
    room.core.tick();
  }
  assert(!ana!.member.path.isUp);
  assert(ana!.datagrams.length > lostProbesUntilDown + 5);
});

Deno.test("ServerCore.tick() says over TCP what an unheard probe says, until the path is down", () => {
  const { room, guests: [ana] } = roomOf({ up: ["ana"] });
  room.clock.advance(1);
  ana!.send(say(1n));
  room.fanOut(); // whose datagram is lost, say
  ana!.connection.take();
  for (let i = 0; i < 60; i++) {
    room.clock.advance(100);
    room.core.tick();
  }
  assert(!ana!.member.path.isUp);
  const newest = ana!.connection.takeOnly("newest");
  assertEquals(newest.map(({ seq }) => seq), Array(lostProbesUntilDown).fill(1));
});

Deno.test("Round brings every message to every member once, in order on each transport", () => {
  const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.nat(1_300)), {
    minLength: 1,
    maxLength: 60,
  });
  const property = fc.property(lengths, fc.nat(4), (lengths, pauseEvery) => {
    const { room, guests } = roomOf({ up: ["ana", "bia"], down: ["caio"] });
    lengths.forEach((length, i) => {
      guests[0]!.send(say(BigInt(i + 1), "a".repeat(length + 1)));
      if (i % (pauseEvery + 1) === 0) room.fanOut();
    });
    room.fanOut();
    for (const { connection, datagrams, datagramBytes } of guests) {
      const overTcp = seqs(connection.take());
      const overUdp = seqs(datagrams.flat());
      assertEquals([...overTcp, ...overUdp].toSorted((a, b) => a - b), upTo(lengths.length));
      for (const order of [overTcp, overUdp]) {
        assertEquals(order, order.toSorted((a, b) => a - b));
      }
      assert(datagramBytes.every((bytes) => bytes <= maxDatagramBytes));
    }
  });
  fc.assert(property, { seed: 7, numRuns: 100 });
});
