import { assert, assertEquals } from "@std/assert";
import { datagramHeaderBytes, readDatagramHeader } from "../../lib/codec/mod.ts";
import { type DatagramAddress, DatagramPath } from "../../lib/transport/mod.ts";
import { handshake } from "../crypto/handshake.ts";
import { bitFlips } from "../testing/bit_flips.ts";

const home = { transport: "udp", hostname: "192.0.2.1", port: 40_000 } as const;
const elsewhere = { transport: "udp", hostname: "192.0.2.1", port: 40_001 } as const;
const away = { transport: "udp", hostname: "2001:db8::1", port: 40_000 } as const;
const hello = new TextEncoder().encode("hello");

/** The paths of a member and of the server, which knows no address yet. */
function pathPair(sessionId = 1n): { member: DatagramPath; server: DatagramPath } {
  const { initiator, responder } = handshake();
  return {
    member: new DatagramPath(initiator.datagrams(sessionId), home),
    server: new DatagramPath(responder.datagrams(sessionId)),
  };
}

function open(path: DatagramPath, datagram: Uint8Array, from: DatagramAddress): string | undefined {
  const header = readDatagramHeader(datagram);
  assert(header);
  const plaintext = path.open(header, datagram, from);
  return plaintext && new TextDecoder().decode(plaintext);
}

Deno.test("DatagramPath.open() gives the plaintext and learns the address", () => {
  const { member, server } = pathPair();
  assertEquals(server.address, undefined);
  assertEquals(open(server, member.seal(hello), home), "hello");
  assertEquals(server.address, home);
});

Deno.test("DatagramPath.open() follows the peer with each newer datagram", () => {
  const { member, server } = pathPair();
  for (const from of [home, elsewhere, away, home]) {
    open(server, member.seal(hello), from);
    assertEquals(server.address, from);
  }
  assertEquals(server.moves, 3);
});

Deno.test("DatagramPath.open() takes an older datagram, but does not follow it", () => {
  const { member, server } = pathPair();
  const older = member.seal(hello);
  open(server, member.seal(hello), home);
  assertEquals(open(server, older, elsewhere), "hello");
  assertEquals(server.address, home);
});

Deno.test("DatagramPath.open() neither takes nor follows a replay", () => {
  const { member, server } = pathPair();
  const datagram = member.seal(hello);
  open(server, datagram, home);
  assertEquals(open(server, datagram, elsewhere), undefined);
  assertEquals(server.address, home);
});

Deno.test("DatagramPath.open() neither takes nor follows a datagram with any bit flipped", () => {
  const { member, server } = pathPair();
  open(server, member.seal(hello), home);
  const datagram = member.seal(hello);
  for (const { bit, flipped } of bitFlips(datagram)) {
    const header = readDatagramHeader(flipped);
    if (!header) continue; // another type, or no counter
    assertEquals(server.open(header, flipped, elsewhere), undefined, `bit ${bit}`);
  }
  assertEquals(server.address, home);
  assertEquals(open(server, datagram, elsewhere), "hello"); // and none of them used its counter up
  assertEquals(server.address, elsewhere);
});

Deno.test("DatagramPath.open() takes nothing cut short", () => {
  const { member, server } = pathPair();
  const datagram = member.seal(hello);
  for (let length = datagramHeaderBytes; length < datagram.length; length++) {
    assertEquals(open(server, datagram.subarray(0, length), home), undefined);
  }
  assertEquals(server.address, undefined);
});

Deno.test("DatagramPath.open() takes neither another session's datagrams nor its own", () => {
  const { member, server } = pathPair();
  const stranger = pathPair();
  assertEquals(open(server, stranger.member.seal(hello), elsewhere), undefined);
  assertEquals(open(server, server.seal(hello), elsewhere), undefined);
  assertEquals(open(member, member.seal(hello), elsewhere), undefined);
  assertEquals(server.address, undefined);
  assertEquals(member.address, home);
});

Deno.test("DatagramPath.isUp wants an address and a probe heard", () => {
  const { member, server } = pathPair();
  for (const path of [member, server]) assertEquals(path.isUp, false);
  open(server, member.seal(hello), home);
  assertEquals(server.isUp, false);
  server.monitor.hear(server.monitor.sendProbe(0));
  assertEquals(server.isUp, true);
  member.monitor.hear(member.monitor.sendProbe(0));
  assertEquals(member.isUp, true);
});

Deno.test("DatagramPath.isUp wants a new address to prove itself", () => {
  const { member, server } = pathPair();
  open(server, member.seal(hello), home);
  server.monitor.hear(server.monitor.sendProbe(0));
  const sentHome = server.monitor.sendProbe(0);
  open(server, member.seal(hello), elsewhere); // which the member may have forged
  assertEquals(server.isUp, false);
  server.monitor.hear(sentHome);
  assertEquals(server.isUp, false);
  server.monitor.hear(server.monitor.sendProbe(0));
  assertEquals(server.isUp, true);
});

Deno.test("DatagramPath.arrived() counts authentic datagrams alone, from wherever they come", () => {
  const { member, server } = pathPair();
  const [first, , third] = [member.seal(hello), member.seal(hello), member.seal(hello)];
  open(server, first!, home);
  open(server, first!, home);
  open(server, server.seal(hello), home);
  assertEquals(server.arrived(), { arrived: 1, expected: 1 });
  open(server, third!, elsewhere);
  assertEquals(server.arrived(), { arrived: 2, expected: 3 });
});
