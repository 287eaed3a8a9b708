import { protocolVersion } from "../../lib/codec/mod.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { ChatError, type ChatErrorCode, connect } from "../../lib/client/mod.ts";
import type { ServerMessage } from "../../lib/codec/mod.ts";
import { handshakeTimeoutMs } from "../../lib/limits.ts";
import { closeQuietly, Link, respondToHandshake } from "../../lib/transport/mod.ts";
import { responderStatic } from "../crypto/handshake.ts";
import { serverHello } from "../testing/hellos.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { within } from "../testing/within.ts";

/** Connects to something that treats its one connection as `serve` does; answers how that fails. */
async function failureAt(
  serve: (conn: Deno.TcpConn, clock: ManualClock) => Promise<unknown>,
): Promise<ChatErrorCode> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const clock = new ManualClock();
  const serving = listener.accept().then(async (conn) => {
    await serve(conn, clock).catch(() => {});
    closeQuietly(conn);
  });
  const connecting = connect({ server: `127.0.0.1:${listener.addr.port}`, name: "ana", clock });
  const error = await within(assertRejects(() => connecting, ChatError), "connect() to fail");
  listener.close();
  await serving;
  assertEquals(clock.pending, 0);
  return error.code;
}

/** Waits until the client has closed the connection. */
async function readToEnd(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1_000);
  while (await conn.read(buffer) !== null) { /* more to come */ }
}

const garbage: { what: string; serve: (conn: Deno.TcpConn) => Promise<unknown> }[] = [
  { what: "closes at once", serve: () => Promise.resolve() },
  {
    what: "speaks HTTP",
    async serve(conn) {
      await conn.read(new Uint8Array(1_000));
      await conn.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
      await readToEnd(conn);
    },
  },
  {
    what: "sends back what it gets",
    async serve(conn) {
      const buffer = new Uint8Array(1_000);
      const count = await conn.read(buffer);
      await conn.write(buffer.subarray(0, count ?? 0));
      await readToEnd(conn);
    },
  },
  {
    what: "sends random bytes",
    async serve(conn) {
      await conn.write(crypto.getRandomValues(new Uint8Array(1_000)));
      await readToEnd(conn);
    },
  },
  {
    what: "hangs up after the handshake",
    serve: (conn) => respondToHandshake(conn, responderStatic, serverHello),
  },
  {
    what: "says something else than welcome",
    serve: (conn) => sendAfterHandshake(conn, { kind: "accepted", id: 1n }),
  },
  {
    what: "sends what is no message",
    async serve(conn) {
      const { handshaken } = await respondToHandshake(conn, responderStatic, serverHello);
      await conn.write(handshaken.transport.sealFrame(Uint8Array.of(255)));
      await readToEnd(conn);
    },
  },
];

async function sendAfterHandshake(conn: Deno.TcpConn, message: ServerMessage): Promise<void> {
  const authenticated = await respondToHandshake(conn, responderStatic, serverHello);
  const link = new Link(authenticated, new ManualClock());
  link.send(message);
  await link.flushed();
  await readToEnd(conn);
}

for (const { what, serve } of garbage) {
  Deno.test(`connect() finds no server in something that ${what}`, async () => {
    assertEquals(await failureAt(serve), "notAServer");
  });
}

Deno.test("connect() gives up a server that says nothing", async () => {
  const code = await failureAt(async (conn, clock) => {
    await conn.read(new Uint8Array(1_000));
    clock.advance(handshakeTimeoutMs);
    await readToEnd(conn);
  });
  assertEquals(code, "notAServer");
});

Deno.test("connect() gives up a server that never welcomes", async () => {
  const code = await failureAt(async (conn, clock) => {
    await respondToHandshake(conn, responderStatic, serverHello);
    clock.advance(handshakeTimeoutMs);
    await readToEnd(conn);
  });
  assertEquals(code, "notAServer");
});

Deno.test("connect() says that a server is of another version", async () => {
  const code = await failureAt((conn) =>
    respondToHandshake(conn, responderStatic, { ...serverHello, version: protocolVersion + 1 })
  );
  assertEquals(code, "versionUnsupported");
});

Deno.test("connect() says what a server refuses with", async () => {
  for (const code of ["nameTaken", "roomFull", "versionUnsupported", "nameBadStart"] as const) {
    const serve = (conn: Deno.TcpConn) => sendAfterHandshake(conn, { kind: "refused", code });
    assertEquals(await failureAt(serve), code);
  }
});

Deno.test("connect() says that nobody is there", async () => {
  const clock = new ManualClock();
  const options = { server: "127.0.0.1:1", name: "ana", clock }; // a port that nobody uses
  const error = await assertRejects(() => connect(options), ChatError);
  assertEquals(error.code, "unreachable");
  assertEquals(clock.pending, 0);
});

Deno.test("connect() refuses what is no address", async () => {
  await assertRejects(() => connect({ server: "a:b:c", name: "ana" }), TypeError);
});
