import { assert, assertEquals } from "@std/assert";
import { maxTextBytes } from "../../lib/limits.ts";
import { type Outcome, Program } from "./program.ts";

const mayRun = Deno.permissions.querySync({ name: "run" }).state === "granted" &&
  Deno.permissions.querySync({ name: "write" }).state === "granted";

/** A test that needs processes of its own, and a directory for the server. */
function test(name: string, body: (room: Room) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs permission to run and to write)`,
    ignore: !mayRun,
    async fn() {
      const dataDir = await Deno.makeTempDir();
      const server = new Program("server", "--host", "127.0.0.1", "--port", "0", "--data", dataDir);
      try {
        const [, port] = await server.prints(/na porta (\d+),/);
        await body(new Room(server, `127.0.0.1:${port}`, `${dataDir}/clients`));
      } finally {
        server.signal("SIGTERM");
        const { code, errors } = await server.finish();
        await Deno.remove(dataDir, { recursive: true });
        assertEquals([code, errors], [0, []]);
      }
    },
  });
}

/** A server and those who enter it. */
class Room {
  #clients = 0;

  constructor(
    readonly server: Program,
    readonly address: string,
    /** Where clients keep what they must remember. */
    readonly clientsDir: string,
  ) {}

  /** A client, once it has entered. */
  async enter(name: string, ...args: string[]): Promise<Program> {
    const client = this.client(name, ...args);
    await client.enter("/usuarios");
    await client.prints(/^\* \d+ (aqui|here): /);
    return client;
  }

  /** A client in a directory of its own, unless `args` say otherwise. */
  client(name: string, ...args: string[]): Program {
    const dataDir = `${this.clientsDir}/${++this.#clients}`;
    const options = ["--server", this.address, "--name", name, "--data", dataDir];
    return new Program("client", ...options, ...args);
  }
}

/** What was said, without who came and went, and however quickly it was delivered. */
function messages({ output }: Outcome): string[] {
  return output.filter((line) => !line.startsWith("* ")).map((line) =>
    line.replace(" (✓✓): ", " (✓): ")
  );
}

test("chat-client gives a global message to all, and a private one to its addressee", async (room) => {
  const ana = await room.enter("ana");
  const bia = await room.enter("bia");
  const caio = await room.enter("caio", "--lang", "en");
  await ana.prints(/^\* caio entrou$/);

  await ana.enter("/udp Olá, todos!");
  for (const client of [ana, bia, caio]) await client.prints(/^\[UDP\] ana: Olá, todos!$/);
  await ana.enter("/tcp bia Olá, Bia!");
  await bia.prints(/^\[TCP\] Privado de ana: Olá, Bia!$/);
  await bia.enter("/tcp caio Hi!");
  await caio.prints(/^\[TCP\] Private from bia: Hi!$/);

  const [anasEnd, biasEnd, caiosEnd] = [
    await ana.finish(),
    await bia.finish(),
    await caio.finish(),
  ];
  const said = "[UDP] ana: Olá, todos!";
  assertEquals(messages(anasEnd), [said, "[TCP] Privado para bia (✓): Olá, Bia!"]);
  assertEquals(messages(biasEnd), [
    said,
    "[TCP] Privado de ana: Olá, Bia!",
    "[TCP] Privado para caio (✓): Hi!",
  ]);
  assertEquals(messages(caiosEnd), [said, "[TCP] Private from bia: Hi!"]);
  for (const { code, errors } of [anasEnd, biasEnd, caiosEnd]) {
    assertEquals([code, errors], [0, []]);
  }
});

test("chat-client says one line about each mistake and goes on", async (room) => {
  const ana = await room.enter("ana");
  for (
    const line of [
      "/tcp zoe oi",
      "/foo",
      "/tcp bia",
      "x".repeat(maxTextBytes + 1),
      "x".repeat(maxTextBytes),
    ]
  ) {
    await ana.enter(line);
  }
  const { code, output, errors } = await ana.finish();
  assertEquals(code, 1);
  assertEquals(errors.toSorted(), [
    "error: mensagem não enviada: um texto tem no máximo 16 KiB",
    "error: mensagem para zoe não enviada: ninguém usa esse nome neste servidor",
    "error: o comando /foo não existe; veja /ajuda",
    "error: use assim: /tcp NOME TEXTO",
  ]);
  assertEquals(output, ["* 1 aqui: ana", `[UDP] ana: ${"x".repeat(maxTextBytes)}`]);
});

test("chat-client is refused a name that is taken or isn't one", async (room) => {
  const ana = await room.enter("Ana");
  const refusals = [
    { name: "ana", expected: "não dá para entrar como ana: esse nome já está em uso" },
    {
      name: "a b",
      expected: "não dá para entrar como a b: um nome tem só letras, números, emojis e " +
        "_ . - (sem espaços)",
    },
  ];
  for (const { name, expected } of refusals) {
    const { code, output, errors } = await room.client(name).finish();
    assertEquals([code, output], [1, []]);
    assertEquals(errors, [`error: ${expected}`, "hint: escolha outro nome (--name NOME)"]);
  }
  await room.server.prints(/recusado: o nome já está em uso$/);
  assertEquals((await ana.finish()).code, 0);
});

test("chat-client shows who comes later what was said before, and none of it where it isn't wanted", async (room) => {
  const ana = await room.enter("ana");
  for (const text of ["um", "dois", "três"]) await ana.enter(text);
  await ana.prints(/três$/);
  assertEquals((await ana.finish()).code, 0);
  const bia = await room.client("bia", "--history", "2").finish();
  assertEquals(bia.output.map((line) => line.replace(/\(.*?\)/, "(TIME)")), [
    "[UDP] ana (TIME): dois",
    "[UDP] ana (TIME): três",
    "* — até aqui, o que foi dito antes de você entrar —",
  ]);
  const caio = await room.client("caio", "--history", "0").finish();
  assertEquals([bia.code, caio.code, caio.output], [0, 0, []]);
});

test("chat-client keeps the order of more lines than it may send ahead", async (room) => {
  const bia = await room.enter("bia");
  const ana = await room.enter("ana");
  const lines = Array.from({ length: 400 }, (_, i) => `linha ${i + 1}`);
  await ana.enter(lines.join("\r\n"));
  const expected = lines.map((line) => `[UDP] ana: ${line}`);
  assertEquals(messages(await ana.finish()), expected);
  await bia.prints(/linha 400$/);
  assertEquals(messages(await bia.finish()), expected);
});

test("chat-client ends with the reason where no server answers", async (room) => {
  const nowhere = room.client("ana", "--server", "127.0.0.1:1");
  const { code, output, errors } = await nowhere.finish();
  assertEquals([code, output], [1, []]);
  assertEquals(errors.length, 2);
  assert(errors[0]!.startsWith("error: não foi possível entrar em 127.0.0.1:1: "));
  assert(errors[1]!.startsWith("hint: "));
  const nameless = new Program("client", "--server", room.address);
  assertEquals((await nameless.finish()).errors[0], "error: falta o nome com que entrar");
});

test("chat-server refuses a port that is taken", async (room) => {
  const [, port] = room.address.split(":");
  const dataDir = await Deno.makeTempDir();
  const second = new Program("server", "--host", "127.0.0.1", "--port", port!, "--data", dataDir);
  const { code, errors } = await second.finish();
  await Deno.remove(dataDir, { recursive: true });
  assertEquals(code, 1);
  assertEquals(errors[0], `error: a porta ${port} já está em uso`);
});
