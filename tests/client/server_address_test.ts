import { assertEquals, assertThrows } from "@std/assert";
import { formatServerAddress, parseServerAddress } from "../../lib/client/mod.ts";
import { defaultPort } from "../../lib/limits.ts";

const addresses: { text: string; hostname: string; port?: number; written?: string }[] = [
  { text: "chat.example", hostname: "chat.example" },
  { text: "chat.example:1234", hostname: "chat.example", port: 1234 },
  { text: "localhost:7700", hostname: "localhost" },
  { text: "192.0.2.7", hostname: "192.0.2.7" },
  { text: "192.0.2.7:1", hostname: "192.0.2.7", port: 1 },
  { text: "192.0.2.7:65535", hostname: "192.0.2.7", port: 65_535 },
  { text: "::1", hostname: "::1" },
  { text: "::", hostname: "::" },
  { text: "2001:db8::1", hostname: "2001:db8::1" },
  { text: "2001:DB8:0:0:1:2:3:4", hostname: "2001:DB8:0:0:1:2:3:4" },
  { text: "fe80::1%eth0", hostname: "fe80::1%eth0" },
  { text: "::ffff:192.0.2.7", hostname: "::ffff:192.0.2.7" },
  { text: "0:0:0:0:0:ffff:192.0.2.7", hostname: "0:0:0:0:0:ffff:192.0.2.7" },
  { text: "[::1]", hostname: "::1" },
  { text: "[::1]:1234", hostname: "::1", port: 1234 },
  { text: "[fe80::1%eth0]:1234", hostname: "fe80::1%eth0", port: 1234 },
];

for (const { text, hostname, port = defaultPort } of addresses) {
  Deno.test(`parseServerAddress() reads ${text}`, () => {
    assertEquals(parseServerAddress(text), { hostname, port });
  });

  Deno.test(`formatServerAddress() writes what ${text} is, to be read again`, () => {
    const written = formatServerAddress({ hostname, port });
    assertEquals(parseServerAddress(written), { hostname, port });
  });
}

const wrong = [
  "",
  ":7700",
  "chat.example:",
  "chat.example:0",
  "chat.example:65536",
  "chat.example:99999999999999999999",
  "chat.example:-1",
  "chat.example:port",
  "chat.example:1:2",
  "192.0.2.7:7700:",
  "a:b:c",
  "chat example",
  "[]",
  "[::1",
  "::1]",
  "[::1]7700",
  "[::1]:",
  "http://chat.example",
];

for (const text of wrong) {
  Deno.test(`parseServerAddress() refuses ${JSON.stringify(text)}`, () => {
    assertThrows(() => parseServerAddress(text), TypeError, "HOST[:PORT]");
  });
}
