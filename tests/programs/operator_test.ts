import { assertEquals, assertMatch } from "@std/assert";
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";
import { Program } from "./program.ts";

const mayRun = mayUseFiles && Deno.permissions.querySync({ name: "run" }).state === "granted";

/** A test that needs processes of its own, and a directory for the server. */
function test(name: string, fn: (dataDir: string) => Promise<void>): void {
  const title = `${name} (needs permission to run and to write)`;
  Deno.test({ name: title, ignore: !mayRun, fn: () => withDataDir(fn) });
}

function operate(dataDir: string, ...args: string[]) {
  return new Program("server", ...args, "--data", dataDir).finish();
}

test("chat-server takes commands while it runs", async (dataDir) => {
  const server = new Program("server", "--host", "127.0.0.1", "--port", "0", "--data", dataDir);
  await server.prints(/na porta (\d+),/);
  const invited = await operate(dataDir, "invite");
  assertEquals([invited.code, invited.errors], [0, []]);
  assertMatch(invited.output.join("\n"), /^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/);
  const banned = await operate(dataDir, "ban", "ana");
  assertEquals(banned, {
    code: 1,
    output: [],
    errors: [
      "error: o nome ana não tem dono",
      "hint: o comando members mostra os nomes que têm dono",
    ],
  });
  server.signal("SIGTERM");
  assertEquals((await server.finish()).errors, []);
  assertEquals((await operate(dataDir, "members")).code, 0);
});

test("chat-server says what is wrong with its database", async (dataDir) => {
  const missing = await operate(dataDir, "members");
  assertEquals(missing.code, 1);
  assertEquals(missing.errors[0], `error: o arquivo ${dataDir}/chat.db não existe`);
  const nonsense = "no database ".repeat(1_000);
  await Deno.writeTextFile(`${dataDir}/chat.db`, nonsense);
  for (const args of [["members"], ["--host", "127.0.0.1", "--port", "0"]]) {
    const { code, output, errors } = await operate(dataDir, ...args);
    assertEquals([code, output, errors.length], [1, [], 2]);
    const expected = `error: o arquivo ${dataDir}/chat.db está danificado ou não é do servidor`;
    assertEquals(errors[0], expected);
  }
  assertEquals(await Deno.readTextFile(`${dataDir}/chat.db`), nonsense);
});
