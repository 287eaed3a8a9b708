import { assert, assertEquals, assertRejects } from "@std/assert";
import { readDatagramHeader } from "../../lib/codec/mod.ts";
import { maxDatagramPlaintextBytes } from "../../lib/crypto/mod.ts";
import { DatagramPath, type OutgoingDatagram, UdpSocket } from "../../lib/transport/mod.ts";
import { handshake } from "../crypto/handshake.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { MemoryDatagrams } from "../testing/memory_datagrams.ts";
import { settled } from "../testing/turns.ts";

const from: Deno.NetAddr = { transport: "udp", hostname: "192.0.2.1", port: 40_000 };

function newSocket(): { conn: MemoryDatagrams; socket: UdpSocket; clock: ManualClock } {
  const conn = new MemoryDatagrams();
  const clock = new ManualClock();
  return { conn, socket: new UdpSocket(conn, clock), clock };
}

/** A path to the port that is also its session's id. */
function pathTo(port: number): DatagramPath {
  return new DatagramPath(handshake().responder.datagrams(BigInt(port)), {
    hostname: "127.0.0.1",
    port,
  });
}

function pathsTo(count: number): DatagramPath[] {
  return Array.from({ length: count }, (_, i) => pathTo(i + 1));
}

function toAll(paths: readonly DatagramPath[], text: string): OutgoingDatagram[] {
  const plaintext = new TextEncoder().encode(text);
  return paths.map((path) => ({ path, plaintext }));
}

Deno.test("UdpSocket.send() seals for the path and sends to its address", async () => {
  const { conn, socket } = newSocket();
  const [path] = pathsTo(1);
  await socket.send({ path: path!, plaintext: Uint8Array.of(1, 2, 3) });
  const { bytes, to } = conn.sent[0]!;
  assertEquals(readDatagramHeader(bytes), { sessionId: 1n, counter: 0 });
  assertEquals([to.hostname, to.port], ["127.0.0.1", 1]);
});

Deno.test("UdpSocket.send() sends nothing where no address is known", async () => {
  const { conn, socket } = newSocket();
  const path = new DatagramPath(handshake().responder.datagrams(1n));
  await socket.send({ path, plaintext: new Uint8Array() });
  assertEquals(conn.sent, []);
});

Deno.test("UdpSocket.sendAll() sends each member one datagram, the longest too", async () => {
  const { conn, socket } = newSocket();
  const plaintext = new Uint8Array(maxDatagramPlaintextBytes);
  await socket.sendAll(pathsTo(3).map((path) => ({ path, plaintext })));
  assertEquals(conn.sent.map(({ to }) => to.port), [1, 2, 3]);
  assertEquals(conn.sent.map(({ bytes }) => bytes.length), [1_200, 1_200, 1_200]);
});

Deno.test("UdpSocket.sendAll() begins a datagram when the one before has left", async () => {
  const { conn, socket } = newSocket();
  const leaves = Promise.withResolvers<void>();
  conn.depart = ({ port }) => port === 2 ? leaves.promise : Promise.resolve();
  const paths = pathsTo(3);
  let isDone = false;
  const done = socket.sendAll([...toAll(paths, "a"), ...toAll(paths, "b")])
    .then(() => isDone = true);
  await settled();
  assertEquals([conn.sent.length, isDone], [2, false]);
  leaves.resolve();
  await done;
  assertEquals(conn.sent.map(({ to }) => to.port), [1, 2, 3, 1, 2, 3]);
  for (const path of paths) {
    const own = conn.sent.filter(({ to }) => BigInt(to.port) === path.sessionId);
    assertEquals(own.map(({ bytes }) => readDatagramHeader(bytes)?.counter), [0, 1]);
  }
});

Deno.test("UdpSocket.sendAll() lets other work have its turn every few milliseconds", async () => {
  const { conn, socket, clock } = newSocket();
  conn.depart = () => {
    clock.advance(1);
    return Promise.resolve();
  };
  let isDone = false;
  const done = socket.sendAll(toAll(pathsTo(20), "a")).then(() => isDone = true);
  await settled();
  let turns = 0;
  for (let before = 0; !isDone; before = conn.sent.length) {
    assert(conn.sent.length - before <= 10, "other work waits for too long");
    turns++;
    clock.advance(0);
    await settled();
  }
  await done;
  assert(turns > 1);
  assertEquals(conn.sent.length, 20);
});

Deno.test("UdpSocket.sendAll() goes on past destinations that fail", async () => {
  const { conn, socket } = newSocket();
  conn.depart = ({ port }) => port % 2 ? Promise.reject(new Error("no route")) : Promise.resolve();
  await socket.sendAll(toAll(pathsTo(10), "a"));
  assertEquals(conn.sent.length, 10);
});

Deno.test("UdpSocket.receive() hands over what comes, and from where", async () => {
  const { conn, socket } = newSocket();
  const received: [number[], number][] = [];
  const receiving = socket.receive((datagram, { port }) => received.push([[...datagram], port]));
  conn.deliver(Uint8Array.of(1, 2), from);
  conn.deliver(new Uint8Array(), from);
  conn.deliver(Uint8Array.of(3), { ...from, port: 40_001 });
  await settled();
  socket.close();
  await receiving;
  assertEquals(received, [[[1, 2], 40_000], [[], 40_000], [[3], 40_001]]);
});

Deno.test("UdpSocket.receive() outlives what the system says of one datagram", async () => {
  const { conn, socket, clock } = newSocket();
  let count = 0;
  const receiving = socket.receive(() => count++);
  conn.fail(new Deno.errors.ConnectionReset("ICMP"));
  await settled();
  clock.advance(0);
  conn.deliver(Uint8Array.of(1), from);
  await settled();
  socket.close();
  await receiving;
  assertEquals(count, 1);
});

Deno.test("UdpSocket.receive() does not hide a bug in the handler", async () => {
  const { conn, socket } = newSocket();
  const receiving = socket.receive(() => {
    throw new TypeError("a bug");
  });
  conn.deliver(Uint8Array.of(1), from);
  await assertRejects(() => receiving, TypeError);
});

Deno.test("UdpSocket.close() ends receive(), closes the socket, and may be called again", async () => {
  const conn = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const socket = new UdpSocket(conn, new ManualClock());
  assert(socket.port > 0);
  const receiving = socket.receive(() => {});
  socket.close();
  socket.close();
  await receiving;
  await socket.send({ path: pathTo(1), plaintext: Uint8Array.of(1) });
  await socket.sendAll(toAll(pathsTo(3), "a"));
});

Deno.test("UdpSocket.sendAll() survives real destinations that can't be", async () => {
  const conn = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const socket = new UdpSocket(conn, new ManualClock());
  const addresses = [
    { hostname: "127.0.0.1", port: 0 },
    { hostname: "::1", port: 1 },
    { hostname: "127.0.0.1", port: socket.port },
  ];
  const paths = addresses.map((address) =>
    new DatagramPath(handshake().responder.datagrams(9n), address)
  );
  const arrived = Promise.withResolvers<void>();
  const receiving = socket.receive(() => arrived.resolve());
  await socket.sendAll(toAll(paths, "a"));
  await arrived.promise;
  socket.close();
  await receiving;
});
