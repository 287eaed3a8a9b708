import { assert, assertEquals, assertThrows } from "@std/assert";
import { ServerPins } from "../../lib/client/server_pins.ts";
import { StoreError } from "../../lib/client/store.ts";
import { fingerprint } from "../../lib/crypto/mod.ts";
import { listDirectory, mayNotWrite, withDirectory } from "../testing/temporary_directory.ts";

const [first, second] = [1, 2].map((byte) => new Uint8Array(32).fill(byte)) as [
  Uint8Array,
  Uint8Array,
];

function test(name: string, body: (dataDir: string) => void): void {
  Deno.test({ name, ignore: mayNotWrite, fn: () => withDirectory((dir) => body(`${dir}/data`)) });
}

test("ServerPins.trust() trusts the first key, and no other from then on", (dataDir) => {
  assert(new ServerPins(dataDir).trust("chat.example", first));
  const again = new ServerPins(dataDir);
  assert(again.trust("Chat.Example:7700", first));
  assert(!again.trust("chat.example", second));
  assert(again.trust("chat.example", first));
  assert(again.trust("chat.example:7701", second));
  assertEquals(listDirectory(`${dataDir}/servers`), [
    "chat.example%3a7700.json",
    "chat.example%3a7701.json",
  ]);
});

test("ServerPins.trust() pins the key whose fingerprint was compared, in place of another", (dataDir) => {
  const pins = new ServerPins(dataDir);
  assert(pins.trust("chat.example", first));
  assert(!pins.trust("chat.example", second, fingerprint(first)));
  assert(pins.trust("chat.example", first));
  assert(pins.trust("chat.example", second, fingerprint(second)));
  assert(pins.trust("chat.example", second));
  assert(!pins.trust("chat.example", first));
});

test("ServerPins.trust() pins nothing where the first key isn't the one expected", (dataDir) => {
  const pins = new ServerPins(dataDir);
  assert(!pins.trust("chat.example", first, fingerprint(second)));
  assert(pins.trust("chat.example", second));
});

test("ServerPins.trust() doesn't take a damaged pin for none", (dataDir) => {
  const pins = new ServerPins(dataDir);
  pins.trust("chat.example", first);
  const path = `${dataDir}/servers/chat.example%3a7700.json`;
  const good = Deno.readTextFileSync(path);
  for (
    const { text, reason } of [
      { text: "", reason: "damaged" },
      { text: good.slice(0, -1), reason: "damaged" },
      { text: good.replace("chat.example", "evil.example"), reason: "damaged" },
      { text: good.replace(": 1,", ": 2,"), reason: "newerVersion" },
    ] as const
  ) {
    Deno.writeTextFileSync(path, text);
    const error = assertThrows(() => pins.trust("chat.example", first), StoreError);
    assertEquals([error.path, error.reason], [path, reason]);
    assertEquals(Deno.readTextFileSync(path), text);
  }
  Deno.writeTextFileSync(path, "");
  assert(pins.trust("chat.example", second, fingerprint(second)));
  assert(pins.trust("chat.example", second));
});

test("ServerPins.trust() says that a pin can't be kept", (dataDir) => {
  Deno.writeTextFileSync(dataDir, "a file");
  const error = assertThrows(() => new ServerPins(dataDir).trust("a", first), StoreError);
  assertEquals(error.reason, "unusable");
});
