import { assert, assertEquals, assertThrows } from "@std/assert";
import { listen, type Listening } from "../../lib/server/listen.ts";

function portsOf({ listener, datagrams }: Listening): [number, number] {
  return [(listener.addr as Deno.NetAddr).port, (datagrams.addr as Deno.NetAddr).port];
}

function close({ listener, datagrams }: Listening): void {
  listener.close();
  datagrams.close();
}

Deno.test("listen() takes one free port for TCP and UDP", () => {
  const listening = listen("127.0.0.1", 0);
  const [tcp, udp] = portsOf(listening);
  assert(tcp > 0);
  assertEquals(udp, tcp);
  close(listening);
});

Deno.test("listen() says so where the port is taken", () => {
  const first = listen("127.0.0.1", 0);
  const [port] = portsOf(first);
  assertThrows(() => listen("127.0.0.1", port), Deno.errors.AddrInUse);
  close(first);
});

Deno.test("listen() leaves nothing open where only the UDP port is taken", () => {
  const free = listen("127.0.0.1", 0);
  const [port] = portsOf(free);
  free.listener.close();
  assertThrows(() => listen("127.0.0.1", port), Deno.errors.AddrInUse);
  free.datagrams.close();
});

Deno.test("listen() on every address is reached over IPv4", async () => {
  const listening = listen(undefined, 0);
  const [port] = portsOf(listening);
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  (await listening.listener.accept()).close();
  conn.close();
  close(listening);
});
