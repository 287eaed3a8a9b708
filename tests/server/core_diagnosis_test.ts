import { assertEquals } from "@std/assert";
import type { Diagnosis } from "../../lib/codec/mod.ts";
import { type Guest, TestRoom } from "../testing/test_room.ts";

const blank: Diagnosis = {
  kind: "diagnosis",
  tcpHost: "192.0.2.1",
  udpHost: "",
  udpPort: 0,
  moves: 0,
  arrived: 0,
  expected: 0,
  isUp: false,
};

function diagnosis(guest: Guest): Diagnosis | undefined {
  guest.connection.take();
  guest.send({ kind: "diagnose" });
  return guest.connection.takeOnly("diagnosis")[0];
}

Deno.test("ServerCore.receive() answers diagnose for a member without datagrams", () => {
  assertEquals(diagnosis(new TestRoom().enter("ana")), blank);
});

Deno.test("ServerCore.receive() answers diagnose with the datagrams' address, and its moves", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  ana.bringUdpUp();
  const { hostname: udpHost, port: udpPort } = ana.address;
  const { arrived, expected } = diagnosis(ana)!;
  const known = { ...blank, udpHost, udpPort, arrived, expected };
  assertEquals(diagnosis(ana), { ...known, isUp: true });
  const elsewhere = { hostname: "2001:db8::1", port: 5 };
  room.core.receiveDatagram(ana.sealed({ kind: "probe", number: 1, seq: 0 }), elsewhere);
  const moved = diagnosis(ana)!;
  assertEquals([moved.udpHost, moved.udpPort, moved.moves, moved.isUp], [
    "2001:db8::1",
    5,
    1,
    false,
  ]);
});

Deno.test("ServerCore.receive() answers diagnose with how many of the member's datagrams came", () => {
  const room = new TestRoom();
  const ana = room.enter("ana");
  for (let number = 0; number < 20; number++) {
    const datagram = ana.sealed({ kind: "probe", number, seq: 0 });
    if (number % 4 !== 0) room.core.receiveDatagram(datagram, ana.address); // the rest is lost
  }
  const { arrived, expected } = diagnosis(ana)!;
  assertEquals([arrived, expected], [15, 20]);
});
