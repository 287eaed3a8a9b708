import { assertEquals } from "@std/assert";
import { datagramSilenceMs, newPortPauseMs } from "../../lib/limits.ts";
import { serverAddress } from "../testing/fake_session.ts";
import { TestClient } from "../testing/test_client.ts";

const probe = { kind: "probe", number: 1, seq: 0 } as const;

/** Lets time pass while the server hears every probe. */
function passHeard(client: TestClient, ms: number): void {
  for (let passed = 0; passed < ms; passed += 100) {
    client.pass(100);
    for (const number of client.session.takeProbes()) {
      client.core.receive({ kind: "heard", number, seq: 0 });
    }
  }
}

/** Lets time pass without any probe heard until the path is down; answers how long that took. */
function passUntilDown(client: TestClient): number {
  const start = client.clock.now();
  while (client.session.path.monitor.state !== "down") client.pass(10);
  return client.clock.now() - start;
}

Deno.test("ClientCore.tick() opens a new port once UDP is down, and probes from it at once", () => {
  const client = TestClient.enteredOverUdp();
  passUntilDown(client);
  assertEquals(client.session.portsOpened, 1);
  client.session.takeProbes();
  client.pass(0);
  assertEquals(client.session.portsOpened, 1);
  const { monitor } = client.session.path;
  assertEquals([monitor.state, monitor.nextProbeAt > client.clock.now()], ["down", true]);
});

Deno.test("ClientCore.tick() opens another port every newPortPauseMs while UDP stays down", () => {
  const client = TestClient.entered();
  passUntilDown(client);
  for (let opened = 1; opened < 5; opened++) {
    client.pass(newPortPauseMs - 20);
    assertEquals(client.session.portsOpened, opened);
    client.pass(20);
    assertEquals(client.session.portsOpened, opened + 1);
  }
});

Deno.test("ClientCore.tick() keeps the port once UDP is back", () => {
  const client = TestClient.enteredOverUdp();
  passUntilDown(client);
  for (let i = 0; i < 10; i++) {
    passHeard(client, 1_000);
    client.core.receiveDatagram(client.session.sealed(probe), serverAddress);
  }
  assertEquals(client.take(), [
    { kind: "path", transport: "tcp" },
    { kind: "path", transport: "udp" },
  ]);
  for (let i = 0; i < 10; i++) {
    passHeard(client, datagramSilenceMs - 100);
    client.core.receiveDatagram(client.session.sealed(probe), serverAddress);
  }
  assertEquals(client.session.portsOpened, 1);
});

Deno.test("ClientCore.tick() opens a new port where only nothing comes, and leaves the verdict", () => {
  const client = TestClient.enteredOverUdp();
  passHeard(client, 5_000);
  client.core.receiveDatagram(client.session.sealed(probe), serverAddress);
  passHeard(client, datagramSilenceMs - 100);
  assertEquals(client.session.portsOpened, 0);
  passHeard(client, 100);
  assertEquals(client.session.portsOpened, 1);
  passHeard(client, newPortPauseMs);
  assertEquals(client.session.portsOpened, 2);
  client.core.receiveDatagram(client.session.sealed(probe), serverAddress);
  passHeard(client, newPortPauseMs);
  assertEquals(client.session.portsOpened, 2);
  assertEquals(client.take(), []);
});

Deno.test("ClientCore.tick() takes no stranger's datagram for a sign of life", () => {
  const client = TestClient.enteredOverUdp();
  const replayed = client.session.sealed(probe);
  assertEquals(client.core.receiveDatagram(replayed, serverAddress), true);
  for (let i = 0; i < 5; i++) {
    passHeard(client, 5_000);
    assertEquals(client.core.receiveDatagram(replayed, serverAddress), false);
    assertEquals(client.core.receiveDatagram(new Uint8Array(60), serverAddress), false);
  }
  assertEquals(client.session.portsOpened, 1);
});

Deno.test("ClientCore.enter() begins with the new session's own port", () => {
  const client = TestClient.enteredOverUdp();
  passHeard(client, datagramSilenceMs - 1_000);
  client.core.exit();
  client.pass(10_000);
  client.enter();
  client.bringUdpUp();
  passHeard(client, datagramSilenceMs - 100);
  assertEquals(client.session.portsOpened, 0);
});
