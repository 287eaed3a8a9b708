import { assertEquals } from "@std/assert";
import { mayNotWrite, withDirectory } from "../testing/temporary_directory.ts";
import { Program } from "./program.ts";

const ignore = mayNotWrite || Deno.permissions.querySync({ name: "run" }).state !== "granted";

/** A server, a directory for its clients, and one of its own for each. */
interface Room {
  readonly dir: string;
  /** A client, once it has entered. */
  enter(name: string, ...args: string[]): Promise<Program>;
}

function test(name: string, body: (room: Room) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs permission to run and to write)`,
    ignore,
    fn: () => withDirectory((dir) => withRoom(dir, body)),
  });
}

async function withRoom(dir: string, body: (room: Room) => Promise<void>): Promise<void> {
  const limits = ["--max-transfer-rate", "2M"]; // slow enough to be broken off
  const args = ["--host", "127.0.0.1", "--port", "0", "--data", `${dir}/server`, ...limits];
  const server = new Program("server", ...args);
  try {
    const [, port] = await server.prints(/na porta (\d+),/);
    const enter = async (name: string, ...args: string[]) => {
      const who = ["--server", `127.0.0.1:${port}`, "--name", name, "--data", `${dir}/${name}`];
      const client = new Program("client", ...who, "--downloads", `${dir}/${name}/in`, ...args);
      await client.enter("/usuarios");
      await client.prints(/^\* \d+ aqui: /);
      return client;
    };
    await body({ dir, enter });
  } finally {
    server.signal("SIGTERM");
    const { code, errors } = await server.finish();
    assertEquals([code, errors], [0, []]);
  }
}

test("chat-client sends files, and stays until they are received", async ({ dir, enter }) => {
  Deno.writeTextFileSync(`${dir}/uma nota.txt`, "Olá!");
  Deno.mkdirSync(`${dir}/fotos`);
  Deno.writeFileSync(`${dir}/fotos/a.jpg`, crypto.getRandomValues(new Uint8Array(50_000)));
  const bia = await enter("bia");
  const ana = await enter("ana");
  await ana.enter(`/arquivo bia "${dir}/uma nota.txt" ${dir}/fotos`);
  const sent = ana.finish();
  await bia.prints(
    /^\* \[1\] ana quer lhe enviar uma nota\.txt e mais 1 \(2 arquivos, 50 kB\): \/aceitar 1 ou /,
  );
  await bia.enter("/aceitar");
  const { code, output, errors } = await sent;
  assertEquals([code, errors], [0, []]);
  assertEquals(output.at(-1), "* [1] bia recebeu uma nota.txt e mais 1 em menos de 1 s");
  const end = await bia.finish();
  assertEquals([end.code, end.errors], [0, []]);
  assertEquals(Deno.readTextFileSync(`${dir}/bia/in/uma nota.txt`), "Olá!");
  assertEquals(
    Deno.readFileSync(`${dir}/bia/in/fotos/a.jpg`),
    Deno.readFileSync(`${dir}/fotos/a.jpg`),
  );
});

test("chat-client fails where what it sends is declined", async ({ dir, enter }) => {
  Deno.writeTextFileSync(`${dir}/a.txt`, "a");
  const bia = await enter("bia");
  const ana = await enter("ana");
  await ana.enter(`/arquivo bia ${dir}/a.txt`);
  await bia.prints(/quer lhe enviar a\.txt/);
  await bia.enter("/recusar 1");
  const { code, errors } = await ana.finish();
  assertEquals([code, errors], [1, ["error: [1] bia recusou a.txt"]]);
  assertEquals((await bia.finish()).code, 0);
});

test("chat-client goes on with a file after it was ended by a signal", async ({ dir, enter }) => {
  const content = new Uint8Array(6_000_000).map((_, i) => i % 251);
  Deno.writeFileSync(`${dir}/grande.bin`, content);
  const bia = await enter("bia");
  const ana = await enter("ana", "--no-direct");
  await ana.enter(`/arquivo bia ${dir}/grande.bin`);
  await bia.prints(/quer lhe enviar grande\.bin \(6 MB\)/);
  await bia.enter("/aceitar 1");
  await ana.prints(/^\* \[1\] bia aceitou grande\.bin$/);
  await begins(`${dir}/bia/in`);
  ana.signal("SIGINT");
  const { code, output } = await ana.finish();
  assertEquals(code, 130);
  const goesOn = "* 1 transferência não terminou; continua da próxima vez que você entrar";
  assertEquals(output.at(-1), goesOn);
  const again = await enter("ana", "--no-direct");
  await again.prints(/^\* \[1\] bia recebeu grande\.bin em /);
  assertEquals((await again.finish()).code, 0);
  await bia.prints(/^\* \[1\] recebido de ana em .*, salvo em .*grande\.bin$/);
  assertEquals((await bia.finish()).code, 0);
  assertEquals(Deno.readFileSync(`${dir}/bia/in/grande.bin`), content);
});

/** Resolves once something arrives in a directory. */
async function begins(directory: string): Promise<void> {
  for (;;) {
    try {
      if (Deno.readDirSync(directory).some(({ name }) => name.endsWith(".part"))) return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
