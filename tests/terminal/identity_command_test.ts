import { assert, assertEquals } from "@std/assert";
import { IdentityFile, newSecrets, StoreError } from "../../lib/client/mod.ts";
import { fingerprint } from "../../lib/crypto/mod.ts";
import { english } from "../../lib/terminal/english.ts";
import { flagFailure } from "../../lib/terminal/flag_failure.ts";
import {
  type IdentityCommandOptions,
  type IdentityFiles,
  runIdentityCommand,
} from "../../lib/terminal/identity_command.ts";
import { parseIdentityCommand } from "../../lib/terminal/identity_words.ts";
import { answering } from "./fake_secrets.ts";

/** Files that are only there while the test is. */
class FakeFiles implements IdentityFiles {
  readonly texts = new Map<string, string>();

  paths(server: string, name: string) {
    const directory = `/data/${server}/${name.toLowerCase()}`;
    return { directory, identity: `${directory}/identity.json`, store: `${directory}/store` };
  }

  list(): string[] {
    return [...this.texts.keys()].filter((path) => path.startsWith("/data/"));
  }

  find(server: string, name: string): IdentityFile | undefined {
    return this.read(this.paths(server.includes(":") ? server : `${server}:7700`, name).identity);
  }

  add(file: IdentityFile): boolean {
    return this.write(this.paths(file.server, file.name).identity, file);
  }

  read(path: string): IdentityFile | undefined {
    if (path === "/forbidden") throw new StoreError(path, "unusable");
    const text = this.texts.get(path);
    return text === undefined ? undefined : IdentityFile.parse(text, path);
  }

  write(path: string, { text }: IdentityFile): boolean {
    if (this.texts.has(path)) return false;
    this.texts.set(path, text);
    return true;
  }
}

/** Runs one command; answers what it printed and why it failed. */
async function run(
  files: FakeFiles,
  line: string,
  options: Partial<IdentityCommandOptions> = {},
) {
  const printed: string[] = [];
  const command = parseIdentityCommand(`identity ${line}`.split(" "));
  assert(command.kind !== "error");
  const failure = await runIdentityCommand(command, {
    files,
    server: undefined,
    defaultServer: "127.0.0.1",
    name: undefined,
    sealsNew: false,
    ask: undefined,
    language: english,
    print: (text) => printed.push(text),
    ...options,
  });
  return { printed, failure };
}

const ana = { server: "chat.example", name: "Ana" };
const anaPath = "/data/chat.example:7700/ana/identity.json";

for (
  const { words, expected } of [
    { words: "start", expected: "unexpected argument start" },
    { words: "identity", expected: "identity needs a value" },
    { words: "identity toString", expected: "unexpected argument toString" },
    { words: "identity show me", expected: "unexpected argument me" },
    { words: "identity export", expected: "identity export needs a value" },
    { words: "identity import a b", expected: "unexpected argument b" },
  ]
) {
  Deno.test(`parseIdentityCommand() refuses ${words}`, () => {
    const command = parseIdentityCommand(words.split(" "));
    assert(command.kind === "error");
    assertEquals(flagFailure(command.error, "chat-client", english).error, expected);
  });
}

Deno.test("identity show lists identities, sealed or not, without a passphrase", async () => {
  const files = new FakeFiles();
  assertEquals((await run(files, "show")).printed, ["there are no identities here yet"]);
  await run(files, "new", ana);
  await run(files, "new", { name: "bia", sealsNew: true, ask: answering("x", "x").ask });
  const keys = files.list().map((path) => fingerprint(files.read(path)!.signingKey));
  assertEquals((await run(files, "show")).printed, [
    `chat.example:7700  Ana  ${keys[0]}  without a passphrase`,
    `127.0.0.1:7700  bia  ${keys[1]}  with a passphrase`,
  ]);
  assertEquals((await run(files, "show", { name: "BIA" })).printed.length, 1);
  assertEquals((await run(files, "show", { server: "CHAT.example:7700" })).printed.length, 1);
});

Deno.test("identity show lists the rest where a file is damaged, and says so", async () => {
  const files = new FakeFiles();
  files.texts.set("/data/x", "damaged");
  await run(files, "new", ana);
  const { printed, failure } = await run(files, "show");
  assertEquals(printed.length, 1);
  assertEquals(failure, english.storeFailures.damaged("/data/x"));
});

Deno.test("identity new makes one, and leaves the one that is there alone", async () => {
  const files = new FakeFiles();
  const { printed, failure } = await run(files, "new", ana);
  const file = files.find("chat.example", "ana")!;
  assertEquals(failure, undefined);
  assertEquals(printed, [`Ana at chat.example:7700 is now ${fingerprint(file.signingKey)}`]);
  assertEquals((await run(files, "new", ana)).failure, english.identityExists(anaPath));
  assertEquals(files.texts.get(anaPath), file.text);
  assertEquals((await run(files, "new")).failure, english.noName);
});

Deno.test("identity new --passphrase makes none without a passphrase", async () => {
  const files = new FakeFiles();
  const { failure } = await run(files, "new", { ...ana, sealsNew: true });
  assertEquals(failure, english.passphraseNeedsTerminal);
  assertEquals(files.list(), []);
});

Deno.test("identity export and import take an identity elsewhere, sealed", async () => {
  const files = new FakeFiles();
  await run(files, "new", ana);
  const { ask, asked } = answering("segredo", "segredo");
  const exported = await run(files, "export /copy", { ...ana, ask });
  assertEquals(exported, {
    printed: ["the identity is in /copy; its passphrase opens it elsewhere"],
    failure: undefined,
  });
  assertEquals(asked, [english.askNewPassphrase, english.askPassphraseAgain]);
  assertEquals(files.read("/copy")!.isSealed, true);

  const elsewhere = new FakeFiles();
  elsewhere.texts.set("/copy", files.texts.get("/copy")!);
  const wrong = await run(elsewhere, "import /copy", { ask: answering("segreda").ask });
  assertEquals(wrong.failure, english.storeFailures.wrongPassphrase("/copy"));
  assertEquals(elsewhere.list(), []);
  const imported = await run(elsewhere, "import /copy", { ask: answering("segredo").ask });
  const key = fingerprint(files.find("chat.example", "ana")!.signingKey);
  assertEquals(imported, {
    printed: [`Ana at chat.example:7700 is ${key} here too, with the same passphrase`],
    failure: undefined,
  });
  const there = await elsewhere.find("chat.example", "ana")!.open("segredo");
  const here = await files.find("chat.example", "ana")!.open(undefined);
  assertEquals(there.storageKey, here.storageKey);
  const again = await run(elsewhere, "import /copy", { ask: answering("segredo").ask });
  assertEquals(again.failure, english.identityExists(anaPath));
});

Deno.test("identity export asks for the passphrase of a sealed identity first", async () => {
  const files = new FakeFiles();
  await run(files, "new", { ...ana, sealsNew: true, ask: answering("a", "a").ask });
  const { ask, asked } = answering("a", "b", "b");
  assertEquals((await run(files, "export /copy", { ...ana, ask })).failure, undefined);
  assertEquals(asked[0], english.askPassphrase);
  await files.read("/copy")!.open("b");
  const { failure } = await run(files, "export /other", { ...ana, ask: answering("b").ask });
  assertEquals(failure, english.storeFailures.wrongPassphrase(anaPath));
});

Deno.test("identity export refuses what it can't do, and writes nothing", async () => {
  const files = new FakeFiles();
  const { ask } = answering("x", "x");
  const before = await run(files, "export /copy", { ...ana, ask });
  assertEquals(before.failure, english.noIdentity("Ana", "chat.example"));
  await run(files, "new", ana);
  const unattended = await run(files, "export /copy", ana);
  assertEquals(unattended.failure, english.passphraseNeedsTerminal);
  files.texts.set("/taken", "somebody's");
  const taken = await run(files, "export /taken", { ...ana, ask });
  assertEquals(taken.failure, english.fileExists("/taken"));
  assertEquals([...files.texts.keys()], [anaPath, "/taken"]);
  assertEquals(files.texts.get("/taken"), "somebody's");
});

Deno.test("identity import refuses what isn't an identity, or isn't the one meant", async () => {
  const files = new FakeFiles();
  const owner = { server: "chat.example:7700", name: "Ana" };
  files.texts.set("/copy", (await IdentityFile.of(owner, newSecrets(), undefined)).text);
  files.texts.set("/text", "hello");
  const failures = [
    await run(files, "import /none"),
    await run(files, "import /text"),
    await run(files, "import /forbidden"),
    await run(files, "import /copy", { name: "bia" }),
    await run(files, "import /copy", { server: "other.example" }),
  ].map(({ failure }) => failure);
  assertEquals(failures, [
    english.noFile("/none"),
    english.storeFailures.damaged("/text"),
    english.storeFailures.unusable("/forbidden"),
    english.otherOwner("Ana", "chat.example:7700"),
    english.otherOwner("Ana", "chat.example:7700"),
  ]);
  assertEquals(files.list(), []);
});
