import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { maxConnectionsPerAddress, maxPendingHandshakes } from "../../lib/limits.ts";
import { Doorman, type Visitor } from "../../lib/server/doorman.ts";
import { type Network, Networks } from "../../lib/server/network.ts";

let networks = new Networks();

class Guest implements Visitor {
  readonly network: Network | undefined;
  isTurnedAway = false;

  constructor(hostname: string, readonly since = 0) {
    this.network = networks.of(hostname, since);
  }

  close(): void {
    this.isTurnedAway = true;
  }
}

/** A doorman to whom nobody has come yet. */
function begin(): Doorman {
  networks = new Networks();
  return new Doorman();
}

function enterAndFinish(doorman: Doorman, guest: Guest): boolean {
  const isIn = doorman.enter(guest);
  if (isIn) doorman.finish(guest);
  return isIn;
}

Deno.test("Doorman.enter() lets in so many of one address, and none more", () => {
  const doorman = begin();
  for (let i = 0; i < maxConnectionsPerAddress; i++) {
    assert(enterAndFinish(doorman, new Guest("192.0.2.1")));
  }
  assert(!doorman.enter(new Guest("192.0.2.1")));
  assert(doorman.enter(new Guest("192.0.2.2")));
});

Deno.test("Doorman.enter() counts an IPv6 /64 as one address", () => {
  const doorman = begin();
  for (let i = 0; i < maxConnectionsPerAddress; i++) {
    assert(enterAndFinish(doorman, new Guest(`2001:db8:1:2:${i.toString(16)}::1`)));
  }
  assert(!doorman.enter(new Guest("2001:db8:1:2::ffff")));
  assert(doorman.enter(new Guest("2001:db8:1:3::1")));
});

for (const hostname of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
  Deno.test(`Doorman.enter() does not count ${hostname}`, () => {
    const doorman = begin();
    for (let i = 0; i < 2 * maxConnectionsPerAddress; i++) {
      assert(enterAndFinish(doorman, new Guest(hostname)));
    }
  });
}

Deno.test("Doorman.enter() lets in again as many as have left", () => {
  const doorman = begin();
  for (let time = 0; time < 3; time++) {
    const guests = Array.from({ length: maxConnectionsPerAddress }, () => new Guest("192.0.2.1"));
    for (const guest of guests) assert(enterAndFinish(doorman, guest));
    assert(!doorman.enter(new Guest("192.0.2.1")));
    for (const guest of guests) doorman.leave(guest, 0);
  }
});

Deno.test("Doorman.enter() turns the oldest handshake away where there are too many", () => {
  const doorman = begin();
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
  const doorman = begin();
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
    const doorman = begin();
    const here: Guest[] = [];
    steps.forEach(({ what, which }, i) => {
      const guest = here[which % Math.max(1, here.length)];
      if (what === "enter") {
        const newcomer = new Guest("192.0.2.1", i);
        if (doorman.enter(newcomer)) here.push(newcomer);
      } else if (guest && what === "finish") doorman.finish(guest);
      else if (guest) {
        doorman.finish(guest);
        doorman.leave(guest, 0);
        here.splice(here.indexOf(guest), 1);
      }
    });
    for (const guest of here) {
      doorman.finish(guest);
      doorman.leave(guest, 0);
    }
    for (let i = 0; i < maxConnectionsPerAddress; i++) {
      assert(enterAndFinish(doorman, new Guest("192.0.2.1")));
    }
    assert(!doorman.enter(new Guest("192.0.2.1")));
  });
  fc.assert(property, { seed: 8, numRuns: 100 });
});
