import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  ChatError,
  type ConnectOptions,
  generateIdentity,
  MemoryStore,
  type PassphraseSource,
} from "../../lib/client/mod.ts";
import { fingerprint } from "../../lib/crypto/mod.ts";
import { english } from "../../lib/terminal/english.ts";
import { Entrance } from "../../lib/terminal/entrance.ts";
import { FailureError } from "../../lib/terminal/failure.ts";
import { answering } from "./fake_secrets.ts";
import { FakeClient } from "./fake_client.ts";

const identity = generateIdentity();
const serverKey = new Uint8Array(32).fill(1);

/** An entrance whose profiles and server are the test's. */
function entranceWith(options: {
  expected?: string;
  isTrusted?: boolean;
  openProfile?: (passphrase: PassphraseSource) => unknown;
}) {
  const log: string[] = [];
  const connected: ConnectOptions[] = [];
  const client = new FakeClient();
  const { ask } = answering("segredo", "segredo");
  const entrance = new Entrance({
    server: "chat.example",
    fingerprint: options.expected,
    sealsNew: true,
    ask,
    language: english,
    async openProfile(name, passphrase) {
      await options.openProfile?.(passphrase);
      log.push(`open ${name}`);
      const close = () => void log.push(`close ${name}`);
      return { identity, store: new MemoryStore(), isNew: true, close };
    },
    pins: {
      trust(server, key, expected) {
        log.push(`trust ${server} ${fingerprint(key).slice(0, 4)} ${expected}`);
        return options.isTrusted ?? true;
      },
    },
    connect(options) {
      connected.push(options);
      const isTrusted = options.trustServer!(serverKey);
      return isTrusted
        ? Promise.resolve(client)
        : Promise.reject(new ChatError("serverKeyChanged"));
    },
  });
  return { entrance, log, connected, client };
}

Deno.test("Entrance.enter() enters with the profile, which stays open", async () => {
  const { entrance, log, connected, client } = entranceWith({});
  assertStrictEquals(await entrance.enter("ana", "AA"), client);
  const [{ server, name, invitation, identity: own }] = connected as [ConnectOptions];
  assertEquals([server, name, invitation], ["chat.example", "ana", "AA"]);
  assertStrictEquals(own, identity);
  assertEquals(log, [
    "open ana",
    `trust chat.example ${fingerprint(serverKey).slice(0, 4)} undefined`,
  ]);
  entrance.close();
  entrance.close();
  assertEquals(log.slice(2), ["close ana"]);
});

Deno.test("Entrance.enter() opens a profile once for each name in turn", async () => {
  const { entrance, log } = entranceWith({});
  for (const name of ["ana", "ana", "bia"]) await entrance.enter(name, undefined);
  assertEquals(log.filter((entry) => !entry.startsWith("trust")), [
    "open ana",
    "close ana",
    "open bia",
  ]);
});

Deno.test("Entrance.enter() asks for a passphrase where the profile wants one", async () => {
  let given: string | undefined;
  const { entrance } = entranceWith({
    openProfile: async (passphrase) => given = await passphrase("seal"),
  });
  await entrance.enter("ana", undefined);
  assertEquals(given, "segredo");
});

Deno.test("Entrance.enter() doesn't enter a server whose key has changed", async () => {
  const { entrance } = entranceWith({ isTrusted: false });
  const error = await assertRejects(() => entrance.enter("ana", undefined), ChatError);
  assertEquals(error.code, "serverKeyChanged");
});

Deno.test("Entrance.enter() says which fingerprint it found instead of the one expected", async () => {
  const { entrance, log } = entranceWith({ isTrusted: false, expected: "AAAA-…" });
  const error = await assertRejects(() => entrance.enter("ana", undefined), FailureError);
  assertEquals(error.failure, english.wrongFingerprint(fingerprint(serverKey)));
  assertEquals(log[1]?.endsWith(" AAAA-…"), true);
});
