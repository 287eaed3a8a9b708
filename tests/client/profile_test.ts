import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ChatError } from "../../lib/client/mod.ts";
import { openProfile, type PassphraseSource, type Profile } from "../../lib/client/profile.ts";
import { ProfileFiles } from "../../lib/client/profile_files.ts";
import { StoreError } from "../../lib/client/store.ts";
import { listDirectory, mayNotWrite, withDirectory } from "../testing/temporary_directory.ts";
import { change, textOf } from "./store_contract.ts";

const server = "chat.example";

function test(name: string, body: (dataDir: string) => unknown): void {
  Deno.test({ name, ignore: mayNotWrite, fn: () => withDirectory((dir) => body(`${dir}/data`)) });
}

/** Opens a profile, looks at it, and closes it again. */
async function look<Result>(
  options: { dataDir: string; server?: string; name?: string; passphrase?: PassphraseSource },
  at: (profile: Profile) => Result,
): Promise<Result> {
  const profile = await openProfile({ server, name: "ana", ...options });
  try {
    return at(profile);
  } finally {
    profile.close();
  }
}

const keyOf = ({ identity }: Profile) => identity.signingKeyPair.publicKey.toBase64();

test("openProfile() makes an identity on first use, and finds it again", async (dataDir) => {
  const first = await look({ dataDir }, (profile) => {
    profile.store.commit([change("a", "1", 0)]);
    return { isNew: profile.isNew, key: keyOf(profile) };
  });
  const second = await look({ dataDir }, (profile) => ({
    isNew: profile.isNew,
    key: keyOf(profile),
    text: textOf(profile.store, "a"),
  }));
  assertEquals(first.isNew, true);
  assertEquals(second, { isNew: false, key: first.key, text: "1" });
});

test("openProfile() is another one for each server and name, but not for each way to write them", async (dataDir) => {
  const open = (server: string, name: string) => look({ dataDir, server, name }, keyOf);
  const ana = await open("Chat.Example", "Ana");
  for (const [server, name] of [["chat.example.:7700", "ANA"], ["CHAT.EXAMPLE", "ana"]] as const) {
    assertEquals(await open(server, name), ana);
  }
  for (const [server, name] of [["chat.example:7701", "ana"], ["chat.example", "ana1"]] as const) {
    assert(await open(server, name) !== ana);
  }
  assertEquals(await open("[0:0::1]", "ana"), await open("::1", "ana"));
  assertEquals(listDirectory(`${dataDir}/profiles/chat.example%3a7700`), ["ana", "ana1"]);
});

test("openProfile() refuses what isn't a name, and writes nothing", async (dataDir) => {
  for (const name of ["", "..", "a/b", "x".repeat(33)]) {
    await assertRejects(() => openProfile({ dataDir, server, name }), ChatError);
  }
  assertThrows(() => Deno.statSync(dataDir), Deno.errors.NotFound);
});

test("openProfile() asks for a passphrase to seal with, and then to open with", async (dataDir) => {
  const asked: string[] = [];
  const passphrase = (answer: string | undefined): PassphraseSource => (purpose) => {
    asked.push(purpose);
    return Promise.resolve(answer);
  };
  const key = await look({ dataDir, passphrase: passphrase("segredo") }, keyOf);
  assertEquals(await look({ dataDir, passphrase: passphrase("segredo") }, keyOf), key);
  assertEquals(asked, ["seal", "open"]);
  const { identity } = new ProfileFiles(dataDir).paths(server, "ana");
  const before = Deno.readTextFileSync(identity);
  for (const source of [passphrase("outro"), passphrase(undefined), undefined]) {
    const options = { dataDir, server, name: "ana", passphrase: source };
    const error = await assertRejects(() => openProfile(options), StoreError);
    assertEquals([error.path, error.reason], [identity, "wrongPassphrase"]);
  }
  assertEquals(Deno.readTextFileSync(identity), before);
});

test("openProfile() lets two processes that begin at once have the same identity", async (dataDir) => {
  const keys = await Promise.all(Array.from({ length: 4 }, () => look({ dataDir }, keyOf)));
  assertEquals(new Set(keys).size, 1);
});

test("openProfile() keeps to its owner", async (dataDir) => {
  await look({ dataDir }, () => {});
  if (Deno.build.os === "windows") return;
  const { directory, identity, store } = new ProfileFiles(dataDir).paths(server, "ana");
  const modes = [dataDir, directory, identity, store].map((path) =>
    Deno.statSync(path).mode! & 0o777
  );
  assertEquals(modes, [0o700, 0o700, 0o600, 0o600]);
  assertEquals(listDirectory(directory), ["identity.json", "store.sqlite"]);
});

const damages: readonly {
  readonly what: string;
  readonly file: "identity" | "store";
  readonly damage: (path: string, dataDir: string) => unknown;
  readonly reason: StoreError["reason"];
}[] = [
  {
    what: "a corrupt identity",
    file: "identity",
    damage: (path) => Deno.truncateSync(path, 100),
    reason: "damaged",
  },
  {
    what: "an identity of a newer version",
    file: "identity",
    damage: (path) =>
      Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace(": 1,", ": 2,")),
    reason: "newerVersion",
  },
  {
    what: "somebody else's identity",
    file: "identity",
    async damage(path, dataDir) {
      await look({ dataDir, name: "bia" }, () => {});
      Deno.copyFileSync(new ProfileFiles(dataDir).paths(server, "bia").identity, path);
    },
    reason: "damaged",
  },
  {
    what: "another identity than the one that sealed the store",
    file: "store",
    async damage(_path, dataDir) {
      Deno.removeSync(new ProfileFiles(dataDir).paths(server, "ana").identity);
      await look({ dataDir: `${dataDir}/other` }, () => {});
      Deno.copyFileSync(
        new ProfileFiles(`${dataDir}/other`).paths(server, "ana").identity,
        new ProfileFiles(dataDir).paths(server, "ana").identity,
      );
    },
    reason: "damaged",
  },
  {
    what: "a corrupt store",
    file: "store",
    damage: (path) => Deno.writeTextFileSync(path, "no database ".repeat(99)),
    reason: "damaged",
  },
];

for (const { what, file, damage, reason } of damages) {
  test(`openProfile() refuses ${what}, and leaves it as it was`, async (dataDir) => {
    await look({ dataDir }, ({ store }) => store.commit([change("a", "1", 0)]));
    const path = new ProfileFiles(dataDir).paths(server, "ana")[file];
    await damage(path, dataDir);
    const before = Deno.readFileSync(path);
    const options = { dataDir, server, name: "ana" };
    const error = await assertRejects(() => openProfile(options), StoreError);
    assertEquals([error.path, error.reason], [path, reason]);
    assertEquals(Deno.readFileSync(path), before);
  });
}

test("openProfile() says that a directory can't serve", async (dataDir) => {
  Deno.writeTextFileSync(dataDir, "a file");
  const error = await assertRejects(
    () => openProfile({ dataDir, server, name: "ana" }),
    StoreError,
  );
  assertEquals(error.reason, "unusable");
});
