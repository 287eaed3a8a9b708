import { assert, assertEquals } from "@std/assert";
import { maxIdleNetworks, networkLimits, rememberNetworkMs } from "../../lib/limits.ts";
import { networkOf, Networks } from "../../lib/server/network.ts";

const hostname = "192.0.2.1";

Deno.test("Network.enter() lets a class of 200 reconnect at once, and five times", () => {
  const network = new Networks().of(hostname, 0)!;
  for (let time = 0; time < 5; time++) {
    for (let i = 0; i < 200; i++) assert(network.enter(time * 100));
    for (let i = 0; i < 200; i++) network.leave(time * 100 + 50);
  }
});

Deno.test("Network.enter() lets in so many at once, and so many a second after that", () => {
  const network = new Networks().of(hostname, 0)!;
  const { burst, perSecond } = networkLimits.entry;
  const enterAndLeave = (now: number) => {
    const isIn = network.enter(now);
    if (isIn) network.leave(now);
    return isIn;
  };
  for (let i = 0; i < burst; i++) assert(enterAndLeave(0));
  assert(!enterAndLeave(0));
  let entered = 0;
  for (let now = 1; now <= 10_000; now++) if (enterAndLeave(now)) entered++;
  assertEquals(entered, 10 * perSecond);
});

Deno.test("Networks.of() gives all of one network the same, and this machine none", () => {
  const networks = new Networks();
  assertEquals(networks.of("2001:db8::1", 0), networks.of("2001:db8::2", 9));
  assert(networks.of("2001:db8::1", 0) !== networks.of("2001:db8:0:1::1", 0));
  for (const loopback of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    assertEquals(networks.of(loopback, 0), undefined);
  }
});

Deno.test("Networks.forgetIdle() forgets who has been gone for long, and nobody else", () => {
  const networks = new Networks();
  const gone = networks.of("192.0.2.1", 0)!;
  const here = networks.of("192.0.2.2", 0)!;
  networks.of("192.0.2.3", 0);
  for (const network of [gone, here]) network.enter(0);
  gone.leave(1_000);
  networks.forgetIdle(1_000 + rememberNetworkMs);
  assertEquals(networks.size, 2);
  assertEquals(networks.of("192.0.2.1", 0), gone);
  networks.forgetIdle(1_001 + rememberNetworkMs);
  assertEquals(networks.size, 1);
  assertEquals(networks.of("192.0.2.2", 0), here);
});

Deno.test("Networks.of() remembers no more than maxIdleNetworks, and whoever is connected", () => {
  const networks = new Networks();
  const here = networks.of("192.0.2.1", 0)!;
  here.enter(0);
  for (let i = 0; i < 2 * maxIdleNetworks; i++) {
    networks.of(`10.${i >> 16}.${i >> 8 & 255}.${i & 255}`, 0);
    assert(networks.size <= maxIdleNetworks);
  }
  assertEquals(networks.of("192.0.2.1", 0), here);
});

Deno.test("rememberNetworkMs is long enough for every allowance to be full again", () => {
  for (const { burst, perSecond } of Object.values(networkLimits)) {
    assert(burst / perSecond * 1_000 < rememberNetworkMs);
  }
});

const names: { hostname: string; network: string }[] = [
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

for (const { hostname, network } of names) {
  Deno.test(`networkOf() gives ${network} for ${hostname}`, () => {
    assertEquals(networkOf(hostname), network);
  });
}
