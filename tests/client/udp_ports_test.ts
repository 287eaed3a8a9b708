import { assertEquals } from "@std/assert";
import { UdpPorts } from "../../lib/client/udp_ports.ts";
import { DatagramPath } from "../../lib/transport/mod.ts";
import { handshake } from "../crypto/handshake.ts";
import { serverAddress } from "../testing/fake_session.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { MemoryDatagrams } from "../testing/memory_datagrams.ts";
import { settled } from "../testing/turns.ts";

/** What a stranger's datagram begins with here; any other is the server's. */
const stranger = 0;

/** Ports in memory, the sockets that were opened for them, and what came. */
function newPorts(): { ports: UdpPorts; conns: MemoryDatagrams[]; received: number[] } {
  const conns: MemoryDatagrams[] = [];
  const received: number[] = [];
  const listen = () => {
    if (conns.length === 5) throw new Deno.errors.AddrInUse("no port left");
    const conn = new MemoryDatagrams();
    conns.push(conn);
    return conn;
  };
  const ports = new UdpPorts(listen, new ManualClock(), ([first]) => {
    received.push(first!);
    return first !== stranger;
  });
  return { ports, conns, received };
}

async function deliver(conn: MemoryDatagrams, first: number): Promise<void> {
  conn.deliver(Uint8Array.of(first), serverAddress);
  await settled();
}

function openOnes(conns: MemoryDatagrams[]): number[] {
  return conns.flatMap(({ isClosed }, i) => isClosed ? [] : [i]);
}

function send(ports: UdpPorts): void {
  const path = new DatagramPath(handshake().initiator.datagrams(1n), serverAddress);
  ports.send({ path, plaintext: Uint8Array.of(1) });
}

Deno.test("UdpPorts.renew() sends from another port, and lets one go that nothing came to", async () => {
  const { ports, conns } = newPorts();
  send(ports);
  ports.renew();
  send(ports);
  send(ports);
  assertEquals(conns.map(({ sent }) => sent.length), [1, 2]);
  assertEquals(openOnes(conns), [1]);
  await ports.close();
});

Deno.test("UdpPorts.renew() keeps the port that was last heard until a newer one is", async () => {
  const { ports, conns, received } = newPorts();
  await deliver(conns[0]!, 1);
  ports.renew();
  ports.renew();
  assertEquals(openOnes(conns), [0, 2]);
  await deliver(conns[0]!, 2);
  assertEquals(openOnes(conns), [0, 2]);
  await deliver(conns[2]!, 3);
  assertEquals(openOnes(conns), [2]);
  assertEquals(received, [1, 2, 3]);
  await ports.close();
});

Deno.test("UdpPorts.renew() keeps the old port where only a stranger speaks to the new one", async () => {
  const { ports, conns } = newPorts();
  await deliver(conns[0]!, 1);
  ports.renew();
  await deliver(conns[1]!, stranger);
  assertEquals(openOnes(conns), [0, 1]);
  await ports.close();
});

Deno.test("UdpPorts.renew() goes on as before where the system has no port left", async () => {
  const { ports, conns } = newPorts();
  for (let i = 0; i < 10; i++) ports.renew();
  send(ports);
  assertEquals(openOnes(conns), [4]);
  assertEquals(conns[4]!.sent.length, 1);
  await ports.close();
});

Deno.test("UdpPorts does without where the system has no port at all, and takes one when it has", async () => {
  let isExhausted = true;
  const conn = new MemoryDatagrams();
  const listen = () => {
    if (isExhausted) throw new Deno.errors.AddrInUse("no port left");
    return conn;
  };
  const ports = new UdpPorts(listen, new ManualClock(), () => true);
  send(ports);
  assertEquals(ports.port, 0);
  isExhausted = false;
  ports.renew();
  send(ports);
  assertEquals(conn.sent.length, 1);
  await ports.close();
});

Deno.test("UdpPorts.close() closes all of them, and hands nothing on any more", async () => {
  const { ports, conns } = newPorts();
  await deliver(conns[0]!, 1);
  ports.renew();
  await ports.close();
  assertEquals(openOnes(conns), []);
});
