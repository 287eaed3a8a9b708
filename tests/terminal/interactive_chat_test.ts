import { assert, assertEquals } from "@std/assert";
import { ChatError, type ChatErrorCode, type Client, StoreError } from "../../lib/client/mod.ts";
import type { Completion } from "../../lib/terminal/complete.ts";
import { chatInteractively, type InteractiveScreen } from "../../lib/terminal/interactive_chat.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { settled } from "../testing/turns.ts";
import { FakeClient } from "./fake_client.ts";
import { FakeScreen } from "./fake_screen.ts";

/** Somebody who answers and writes what the test has prepared, and then has had enough. */
class ScriptedScreen extends FakeScreen implements InteractiveScreen {
  readonly #ended = Promise.withResolvers<void>();
  complete: ((line: string) => Completion) | undefined;
  /** Whether the user has not had enough, with everything written. */
  staysOpen = false;

  constructor(readonly answers: string[], readonly typed: readonly string[]) {
    super();
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  ask(question: string): Promise<string | undefined> {
    const answer = this.answers.shift();
    this.shown.push(`${question}${answer ?? "^D"}`);
    return Promise.resolve(answer);
  }

  async *lines(complete: (line: string) => Completion): AsyncIterable<string> {
    this.complete = complete;
    for (const line of this.typed) {
      yield line;
      await settled();
    }
    if (this.staysOpen) await new Promise(() => {});
  }

  end(): void {
    this.#ended.resolve();
  }
}

interface Script {
  readonly name?: string;
  readonly answers?: string[];
  readonly typed?: readonly string[];
  /** What the server refuses each name, with its invitation, with. */
  readonly refusals?: Readonly<Record<string, ChatErrorCode>>;
}

function start({ name, answers = [], typed = [], refusals = {} }: Script) {
  const screen = new ScriptedScreen(answers, typed);
  const client = new FakeClient();
  const clock = new ManualClock();
  const entered: string[] = [];
  const enter = (name: string, invitation?: string): Promise<Client> => {
    const entry = invitation === undefined ? name : `${name} ${invitation}`;
    entered.push(entry);
    const code = refusals[entry];
    return code ? Promise.reject(new ChatError(code)) : Promise.resolve(client);
  };
  const options = { screen, enter, server: "127.0.0.1", name, language: portuguese, clock };
  return { screen, client, clock, entered, failure: chatInteractively(options) };
}

const greeting = [
  "* você entrou em 127.0.0.1 como ana (impressão digital do servidor: AAAA-BBBB-CCCC-DDDD-EEEE)",
  "* /ajuda mostra os comandos",
  "* 2 aqui: ana, bia",
];

Deno.test("chatInteractively() greets, takes lines, and leaves when there are no more", async () => {
  const { screen, client, failure, clock } = start({ name: "ana", typed: ["Olá!", "/x"] });
  assertEquals(await failure, undefined);
  assertEquals(client.sent, ["say Olá!"]);
  assertEquals(screen.shown, [
    ...greeting,
    "[UDP] ana: Olá!",
    "! error: o comando /x não existe; veja /ajuda",
  ]);
  assertEquals(screen.complete?.("/tcp b"), [["bia "], "b"]);
  assertEquals(clock.pending, 0);
});

Deno.test("chatInteractively() asks for a name until one is accepted", async () => {
  const { screen, entered, failure } = start({
    answers: ["", " bia ", "ana"],
    refusals: { "": "nameEmpty", bia: "nameTaken" },
  });
  assertEquals(await failure, undefined);
  assertEquals(entered, ["", "bia", "ana"]);
  assertEquals(screen.shown, [
    "Seu nome: ",
    "! error: um nome tem pelo menos um caractere",
    "Seu nome:  bia ",
    "! error: esse nome já está em uso",
    "Seu nome: ana",
    ...greeting,
  ]);
});

Deno.test("chatInteractively() asks for another name than the one given, where it is refused", async () => {
  const { entered, failure } = start({
    name: "bia",
    answers: ["ana"],
    refusals: { bia: "nameTaken" },
  });
  assertEquals(await failure, undefined);
  assertEquals(entered, ["bia", "ana"]);
});

Deno.test("chatInteractively() asks for an invitation until one is accepted", async () => {
  const { screen, entered, failure } = start({
    name: "ana",
    answers: ["AA", " BB "],
    refusals: { ana: "invitationNeeded", "ana AA": "invitationInvalid" },
  });
  assertEquals(await failure, undefined);
  assertEquals(entered, ["ana", "ana AA", "ana BB"]);
  assertEquals(screen.shown, [
    "! error: aqui, um nome novo precisa de um convite",
    "Seu convite: AA",
    "! error: esse convite não existe ou já foi usado",
    "Seu convite:  BB ",
    ...greeting,
  ]);
});

Deno.test("chatInteractively() goes without a word where no invitation is given", async () => {
  const { failure } = start({ name: "ana", refusals: { ana: "invitationNeeded" } });
  assertEquals(await failure, undefined);
});

Deno.test("chatInteractively() fails where the profile can't be opened", async () => {
  const failure = await chatInteractively({
    screen: new ScriptedScreen([], []),
    enter: () => Promise.reject(new StoreError("/d/identity.json", "damaged")),
    server: "127.0.0.1",
    name: "ana",
    language: portuguese,
    clock: new ManualClock(),
  });
  assertEquals(
    failure?.error,
    "o arquivo /d/identity.json está danificado ou não é o que deveria estar ali",
  );
});

Deno.test("chatInteractively() goes without a word where no name is given", async () => {
  const { screen, entered, failure } = start({ answers: [] });
  assertEquals(await failure, undefined);
  assertEquals(entered, []);
  assertEquals(screen.shown, ["Seu nome: ^D"]);
});

Deno.test("chatInteractively() fails where another name would not help", async () => {
  const { failure } = start({ name: "ana", refusals: { ana: "unreachable" } });
  assertEquals(
    (await failure)?.error,
    "não foi possível entrar em 127.0.0.1: ninguém responde nesse endereço",
  );
});

Deno.test("chatInteractively() leaves at /sair, whatever else is typed", async () => {
  const { client, failure } = start({ name: "ana", typed: ["/sair", "oi"] });
  assertEquals(await failure, undefined);
  assertEquals(client.sent, []);
});

Deno.test("chatInteractively() fails when the connection is over for good", async () => {
  const { screen, client, failure } = start({ name: "ana" });
  screen.staysOpen = true;
  await client.close("replaced");
  assert((await failure)?.error.startsWith("a conexão terminou:"));
  assertEquals(screen.shown, greeting);
});

Deno.test("chatInteractively() gives what was written last a moment to be acknowledged", async () => {
  const { screen, client, clock, failure } = start({ name: "ana", typed: ["oi", "/sair"] });
  client.isHolding = true;
  let isOver = false;
  void failure.then(() => isOver = true);
  for (let i = 0; i < 10; i++) await settled();
  assertEquals([isOver, clock.pending], [false, 1]);
  clock.advance(2_000);
  await failure;
  assertEquals(screen.shown, [...greeting, "! error: 1 mensagem não foi enviada"]);
});

Deno.test("chatInteractively() doesn't wait for a server that doesn't answer, once the user has had enough", async () => {
  const screen = new ScriptedScreen([], []);
  const failure = chatInteractively({
    screen,
    enter: () => new Promise(() => {}),
    server: "127.0.0.1",
    name: "ana",
    language: portuguese,
    clock: new ManualClock(),
  });
  screen.end();
  assertEquals(await failure, undefined);
});
