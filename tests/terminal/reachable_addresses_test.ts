import { assertEquals } from "@std/assert";
import {
  type InterfaceAddress,
  reachableAddresses,
} from "../../lib/terminal/reachable_addresses.ts";

const interfaces: readonly InterfaceAddress[] = [
  "::1",
  "127.0.0.1",
  "fe80::1",
  "2001:db8::5",
  "203.0.113.5",
  "172.32.0.1",
  "172.16.0.1",
  "169.254.3.4",
  "192.168.0.7",
  "10.0.0.7",
  "192.168.0.7",
].map((address) => ({ address, family: address.includes(":") ? "IPv6" : "IPv4" }));

const hosts: readonly { hostname: string; expected: readonly string[] }[] = [
  {
    hostname: "::",
    expected: [
      "172.16.0.1",
      "192.168.0.7",
      "10.0.0.7",
      "203.0.113.5",
      "172.32.0.1",
      "2001:db8::5",
      "127.0.0.1",
      "::1",
    ],
  },
  {
    hostname: "0.0.0.0",
    expected: [
      "172.16.0.1",
      "192.168.0.7",
      "10.0.0.7",
      "203.0.113.5",
      "172.32.0.1",
      "127.0.0.1",
    ],
  },
  { hostname: "192.168.0.7", expected: ["192.168.0.7"] },
  { hostname: "::ffff:192.168.0.7", expected: ["192.168.0.7"] },
  { hostname: "127.0.0.1", expected: ["127.0.0.1"] },
];

for (const { hostname, expected } of hosts) {
  Deno.test(`reachableAddresses() of ${hostname} begins with what clients can use`, () => {
    assertEquals(reachableAddresses(hostname, interfaces), expected);
  });
}
