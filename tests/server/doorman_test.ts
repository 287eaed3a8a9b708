import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { maxConnectionsPerAddress, maxPendingHandshakes } from "../../lib/limits.ts";
import { Doorman, networkOf, type Visitor } from "../../lib/server/doorman.ts";

class Guest implements Visitor {
  isTurnedAway = false;

  constructor(readonly hostname: string, readonly since = 0) {}

  close(): void {
    this.isTurnedAway = true;
  }
}

function enterAndFinish(doorman: Doorman, guest: Guest): boolean {
  const isIn = doorman.enter(guest);
  if (isIn) doorman.finish(guest);
  return isIn;
}

Deno.test("Doorman.enter() lets in so many of one address, and none more", () => {
  const doorman = new Doorman();
  for (let i = 0; i < maxConnectionsPerAddress; i++) {
    assert(enterAndFinish(doorman, new Guest("192.0.2.1")));
  }
  assert(!doorman.enter(new Guest("192.0.2.1")));
  assert(doorman.enter(new Guest("192.0.2.2")));
});

Deno.test("Doorman.enter() counts an IPv6 /64 as one address", () => {
  const doorman = new Doorman();
  for (let i = 0; i < maxConnectionsPerAddress; i++) {
    assert(enterAndFinish(doorman, new Guest(`2001:db8:1:2:${i.toString(16)}::1`)));
  }
  assert(!doorman.enter(new Guest("2001:db8:1:2::ffff")));
  assert(doorman.enter(new Guest("2001:db8:1:3::1")));
});

for (const hostname of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
  Deno.test(`Doorman.enter() does not count ${hostname}`, () => {
    const doorman = new Doorman();
    for (let i = 0; i < 2 * maxConnectionsPerAddress; i++) {
      assert(enterAndFinish(doorman, new Guest(hostname)));
    }
  });
}

Deno.test("Doorman.enter() lets in again as many as have left", () => {
  const doorman = new Doorman();
  for (let time = 0; time < 3; time++) {
    const guests = Array.from({ length: maxConnectionsPerAddress }, () => new Guest("192.0.2.1"));
    for (const guest of guests) assert(enterAndFinish(doorman, guest));
    assert(!doorman.enter(new Guest("192.0.2.1")));
    for (const guest of guests) doorman.leave(guest);
  }
});

Deno.test("Doorman.enter() turns the oldest handshake away where there are too many", () => {
  const doorman = new Doorman();
  const guests = Array.from(
    { length: maxPendingHandshakes + 3 },
    (_, i) => new Guest(`192.0.2.${i % 200}`),
  );
  doorman.enter(guests[0]!);
  doorman.finish(guests[0]!); // it is through, so nobody turns it away
  for (const guest of guests.slice(1)) assert(doorman.enter(guest));
  const turnedAway = guests.flatMap((guest, i) => guest.isTurnedAway ? [i] : []);
  assertEquals(turnedAway, [1, 2]);
});

Deno.test("Doorman.turnAwayOlderThan() ends the handshakes that last too long", () => {
  const doorman = new Doorman();
  const guests = [0, 10, 20, 30].map((since) => new Guest("192.0.2.1", since));
  for (const guest of guests) doorman.enter(guest);
  doorman.finish(guests[1]!);
  doorman.turnAwayOlderThan(20);
  assertEquals(guests.map(({ isTurnedAway }) => isTurnedAway), [true, false, true, false]);
  doorman.turnAwayOlderThan(Infinity);
  assertEquals(guests.map(({ isTurnedAway }) => isTurnedAway), [true, false, true, true]);
});

Deno.test("Doorman forgets whoever has left, whatever came between", () => {
  const step = fc.record({ what: fc.constantFrom("enter", "finish", "leave"), which: fc.nat(20) });
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const doorman = new Doorman();
    const here: Guest[] = [];
    steps.forEach(({ what, which }, i) => {
      const guest = here[which % Math.max(1, here.length)];
      if (what === "enter") {
        const newcomer = new Guest("192.0.2.1", i);
        if (doorman.enter(newcomer)) here.push(newcomer);
      } else if (guest && what === "finish") doorman.finish(guest);
      else if (guest) {
        doorman.finish(guest);
        doorman.leave(guest);
        here.splice(here.indexOf(guest), 1);
      }
    });
    for (const guest of here) {
      doorman.finish(guest);
      doorman.leave(guest);
    }
    for (let i = 0; i < maxConnectionsPerAddress; i++) {
      assert(enterAndFinish(doorman, new Guest("192.0.2.1")));
    }
    assert(!doorman.enter(new Guest("192.0.2.1")));
  });
  fc.assert(property, { seed: 8, numRuns: 100 });
});

const networks: { hostname: string; network: string }[] = [
  { hostname: "192.0.2.1", network: "192.0.2.1" },
  { hostname: "::ffff:192.0.2.1", network: "::ffff:192.0.2.1" },
  { hostname: "2001:db8:1:2:3:4:5:6", network: "2001:db8:1:2::/64" },
  { hostname: "2001:db8:1:2::6", network: "2001:db8:1:2::/64" },
  { hostname: "2001:db8::6", network: "2001:db8:0:0::/64" },
  { hostname: "2001:db8::", network: "2001:db8:0:0::/64" },
  { hostname: "2001:db8:0:0:1::", network: "2001:db8:0:0::/64" },
  { hostname: "2001:db8::1:2:3:4:5", network: "2001:db8:0:1::/64" },
  { hostname: "fe80::1%eth0", network: "fe80:0:0:0::/64" },
  { hostname: "::1", network: "0:0:0:0::/64" },
  { hostname: "::", network: "0:0:0:0::/64" },
];

for (const { hostname, network } of networks) {
  Deno.test(`networkOf() gives ${network} for ${hostname}`, () => {
    assertEquals(networkOf(hostname), network);
  });
}
