import { assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { IdentityFile, newSecrets, ProfileFiles, type ProfilePaths } from "../../lib/client/mod.ts";
import { mayNotWrite, withDirectory } from "../testing/temporary_directory.ts";
import { Program } from "./program.ts";

const ignore = mayNotWrite || Deno.permissions.querySync({ name: "run" }).state !== "granted";
const nowhere = "127.0.0.1:1";

function test(name: string, fn: (dir: string) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs permission to run and to write)`,
    ignore,
    fn: () => withDirectory(fn),
  });
}

function client(dataDir: string, ...args: string[]): Program {
  return new Program("client", "--data", dataDir, "--name", "ana", ...args);
}

/** Runs a server in `dataDir`, at a port of its own or at that one. */
async function withServer<Result>(
  dataDir: string,
  port: string,
  body: (port: string, fingerprint: string) => Promise<Result>,
): Promise<Result> {
  const args = ["--host", "127.0.0.1", "--port", port, "--data", dataDir];
  const server = new Program("server", ...args);
  try {
    const [, bound] = await server.prints(/na porta (\d+),/);
    const [, fingerprint] = await server.prints(/^Impressão digital: (\S+)$/);
    return await body(bound!, fingerprint!);
  } finally {
    server.signal("SIGTERM");
    await server.finish();
  }
}

test("chat-client is the same person when it comes back, and a stranger elsewhere", async (dir) => {
  await withServer(`${dir}/server`, "0", async (port) => {
    const server = `127.0.0.1:${port}`;
    const key = async (dataDir: string) => {
      const { code, errors } = await client(dataDir, "--server", server).finish();
      assertEquals([code, errors], [0, []]);
      const shown = await new Program("client", "--data", dataDir, "identity", "show").finish();
      assertEquals(shown.output.length, 1);
      return shown.output[0];
    };
    const first = await key(`${dir}/a`);
    assertMatch(first!, /^127\.0\.0\.1:\d+ {2}ana {2}(?:[A-Z2-7]{4}-?){5} {2}sem senha$/);
    assertEquals(await key(`${dir}/a`), first);
    const stranger = await client(`${dir}/b`, "--server", server).finish();
    assertEquals([stranger.code, stranger.errors], [1, [
      "error: não dá para entrar como ana: esse nome já está em uso",
      "hint: escolha outro nome (--name NOME)",
    ]]);
  });
});

test("chat-client enters a server with another key only with its fingerprint", async (dir) => {
  const enter = async (port: string, ...args: string[]) => {
    const { code, errors } = await client(dir, "--server", `127.0.0.1:${port}`, ...args).finish();
    return [code, ...errors];
  };
  const port = await withServer(`${dir}/first`, "0", async (port) => {
    assertEquals(await enter(port), [0]);
    return port;
  });
  await withServer(`${dir}/second`, port, async (port, fingerprint) => {
    assertEquals(await enter(port), [
      1,
      `error: não foi possível entrar em 127.0.0.1:${port}: a chave do servidor mudou: ` +
      "pode não ser mais o mesmo",
      "hint: por outro meio, peça a quem cuida do servidor a impressão digital dele e entre com " +
      "--fingerprint XXXX-…",
    ]);
    const other = "AAAA-BBBB-CCCC-DDDD-EEEE";
    assertEquals((await enter(port, "--fingerprint", other)).slice(0, 2), [
      1,
      `error: a impressão digital do servidor é ${fingerprint}, e não a esperada`,
    ]);
    assertEquals((await enter(port))[0], 1);
    assertEquals(await enter(port, "--fingerprint", fingerprint.toLowerCase()), [0]);
    assertEquals(await enter(port), [0]);
  });
});

const damages: readonly {
  readonly what: string;
  readonly file: "identity" | "store";
  readonly damage: (paths: ProfilePaths) => unknown;
  readonly error: RegExp;
}[] = [
  {
    what: "a corrupt identity",
    file: "identity",
    damage: ({ identity }) => Deno.truncateSync(identity, 300),
    error: /^error: o arquivo .*identity\.json está danificado/,
  },
  {
    what: "a foreign file as identity",
    file: "identity",
    damage: ({ identity }) => Deno.writeFileSync(identity, new Uint8Array(100_000)),
    error: /^error: o arquivo .*identity\.json está danificado/,
  },
  {
    what: "a sealed identity without a terminal",
    file: "identity",
    async damage({ identity }) {
      const owner = { server: nowhere, name: "ana" };
      const { text } = await IdentityFile.of(owner, newSecrets(), "segredo");
      Deno.writeTextFileSync(identity, text);
    },
    error: /^error: é preciso uma senha, e não há um terminal em que pedi-la$/,
  },
  {
    what: "a database of a newer version",
    file: "store",
    damage({ store }) {
      const database = new DatabaseSync(store);
      database.exec("PRAGMA user_version = 1000");
      database.close();
    },
    error: /^error: o arquivo .*store\.sqlite foi gravado por uma versão mais nova/,
  },
  {
    what: "a foreign file as database",
    file: "store",
    damage: ({ store }) => Deno.writeTextFileSync(store, "no database ".repeat(100)),
    error: /^error: o arquivo .*store\.sqlite está danificado/,
  },
];

for (const { what, file, damage, error } of damages) {
  test(`chat-client refuses ${what} in two lines, and leaves it as it was`, async (dir) => {
    assertEquals((await client(dir, "--server", nowhere).finish()).errors.length, 2); // nobody is there
    const paths = new ProfileFiles(dir).paths(nowhere, "ana");
    await damage(paths);
    const before = Deno.readFileSync(paths[file]);
    const { code, output, errors } = await client(dir, "--server", nowhere).finish();
    assertEquals([code, output, errors.length], [1, [], 2]);
    assertMatch(errors[0]!, error);
    assertMatch(errors[1]!, /^hint: /);
    assertEquals(Deno.readFileSync(paths[file]), before);
  });
}

test("chat-client says that it can't keep anything where it should", async (dir) => {
  Deno.writeTextFileSync(`${dir}/file`, "");
  const { code, errors } = await client(`${dir}/file`, "--server", nowhere).finish();
  assertEquals([code, errors.length], [1, 2]);
  assertMatch(errors[0]!, /^error: não é possível ler ou gravar /);
});

test("chat-client identity makes, lists and imports, and exports only at a terminal", async (dir) => {
  const identity = async (...args: string[]) => {
    const { code, output, errors } = await new Program("client", "identity", ...args).finish();
    return { code, output, error: errors[0], lines: errors.length };
  };
  const made = await identity("new", "--name", "Ana", "--data", dir);
  assertMatch(made.output[0]!, /^Ana em 127\.0\.0\.1:7700 agora é /);
  const path = new ProfileFiles(dir).paths("127.0.0.1", "ana").identity;
  const text = Deno.readTextFileSync(path);
  const again = await identity("new", "--name", "ana", "--data", dir);
  assertEquals([again.code, again.lines], [1, 2]);
  assertEquals(Deno.readTextFileSync(path), text);

  const exported = await identity("export", `${dir}/copy`, "--name", "ana", "--data", dir);
  assertEquals([exported.code, exported.lines], [1, 2]);
  const imported = await identity("import", path, "--data", `${dir}/other`);
  assertEquals(imported.code, 0);
  const copy = new ProfileFiles(`${dir}/other`).paths("127.0.0.1", "ana").identity;
  assertEquals(Deno.readTextFileSync(copy), text);
  const unknown = await identity("remove", "--data", dir);
  assertEquals([unknown.code, unknown.error], [1, "error: o argumento remove não era esperado"]);
});
