import { assert, assertEquals } from "@std/assert";
import type { ClientEvent } from "../../lib/client/mod.ts";
import { ChatTerminal } from "../../lib/terminal/chat_terminal.ts";
import { english } from "../../lib/terminal/english.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { version } from "../../lib/version.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { settled } from "../testing/turns.ts";
import { FakeClient } from "./fake_client.ts";
import { FakeScreen } from "./fake_screen.ts";

const clock = new ManualClock();
const sentAt = clock.wallTime();

/** The last one that a date can tell, as it is shown. */
const lastMoment = new Date(8.64e15).toLocaleString("en", {
  day: "2-digit",
  month: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
});

/** A time of the day on which the tests are, as it is shown in Portuguese. */
function time(wallTime: number): string {
  return new Date(wallTime).toLocaleString("pt", { hour: "2-digit", minute: "2-digit" });
}

function dayAndTime(wallTime: number): string {
  return `${new Date(wallTime).toLocaleString("pt", { day: "2-digit", month: "2-digit" })}, ${
    time(wallTime)
  }`;
}

function past(seq: number, sentAt: number) {
  const said = { kind: "said", seq, from: "bia", text: `text ${seq}`, sentAt } as const;
  return { ...said, authenticity: "signed", isPast: true } as const;
}

const languages = { pt: portuguese, en: english } as const;

function start(tag: keyof typeof languages) {
  const client = new FakeClient();
  const screen = new FakeScreen();
  const terminal = new ChatTerminal(client, screen, languages[tag], clock);
  const over = terminal.showEvents();
  const finish = async () => {
    await terminal.unacknowledged.atMost(0);
    await client.close();
    await over;
  };
  return { client, screen, terminal, over, finish };
}

/** What users type, what leaves for the server, and what they see. */
const transcripts: readonly {
  readonly name: string;
  readonly tag: keyof typeof languages;
  readonly typed: readonly string[];
  readonly sent: readonly string[];
  readonly shown: readonly string[];
}[] = [
  {
    name: "a bare line",
    tag: "pt",
    typed: ["Olá, todos!"],
    sent: ["say Olá, todos!"],
    shown: ["[UDP] ana: Olá, todos!"],
  },
  {
    name: "/udp",
    tag: "pt",
    typed: ["/udp Olá, todos!", "/global de novo", "/UDP  e de novo"],
    sent: ["say Olá, todos!", "say de novo", "say e de novo"],
    shown: ["[UDP] ana: Olá, todos!", "[UDP] ana: de novo", "[UDP] ana: e de novo"],
  },
  {
    name: "/tcp",
    tag: "pt",
    typed: ["/tcp bia Olá, Bia!", "/privado bia  a  b", "/private bia 3", "/msg bia 4"],
    sent: ["tell bia Olá, Bia!", "tell bia a  b", "tell bia 3", "tell bia 4"],
    shown: [
      "[TCP] Privado para bia (✓✓): Olá, Bia!",
      "[TCP] Privado para bia (✓✓): a  b",
      "[TCP] Privado para bia (✓✓): 3",
      "[TCP] Privado para bia (✓✓): 4",
    ],
  },
  {
    name: "/verificar",
    tag: "pt",
    typed: [
      "/verificar bia igual",
      "/verificar bia",
      "/verificar bia igual",
      "/tcp bia oi",
      "/usuarios",
    ],
    sent: ["tell bia oi"],
    shown: [
      "! error: veja e compare primeiro o código, com /verificar NOME",
      `* leia este código em voz alta com bia, por telefone ou pessoalmente:
    01234 56789 01234 56789 01234 56789 01234 56789
    é igual para os dois? então: /verificar bia igual`,
      "* a chave de bia ✓ foi verificada",
      "[TCP] Privado para bia ✓ (✓✓): oi",
      "* 2 aqui: ana, bia ✓",
    ],
  },
  {
    name: "/verify of nobody, or with something else behind it",
    tag: "en",
    typed: ["/verify eva", "/verify bia perhaps"],
    sent: [],
    shown: [
      "! error: nobody on this server has that name",
      "! error: use it like this: /verify bia same",
    ],
  },
  {
    name: "/confiar",
    tag: "pt",
    typed: ["/confiar bia"],
    sent: [],
    shown: ["* a chave de bia não mudou"],
  },
  {
    name: "/tcp in English",
    tag: "en",
    typed: ["/tcp bia Olá, Bia!"],
    sent: ["tell bia Olá, Bia!"],
    shown: ["[TCP] Private to bia (✓✓): Olá, Bia!"],
  },
  {
    name: "/tcp to nobody",
    tag: "pt",
    typed: ["/tcp zé oi"],
    sent: ["tell zé oi"],
    shown: ["! error: mensagem para zé não enviada: ninguém usa esse nome neste servidor"],
  },
  {
    name: "/usuarios",
    tag: "pt",
    typed: ["/usuarios", "/usuários", "/who"],
    sent: [],
    shown: ["* 2 aqui: ana, bia", "* 2 aqui: ana, bia", "* 2 aqui: ana, bia"],
  },
  {
    name: "/alcance, once something is said",
    tag: "pt",
    typed: ["/alcance", "oi", "/alcance"],
    sent: ["say oi"],
    shown: [
      "! error: você ainda não disse nada a todos",
      "[UDP] ana: oi",
      "* ✓ 1/1 — todos receberam",
    ],
  },
  {
    name: "/diagnóstico, as one event",
    tag: "pt",
    typed: ["/diagnóstico"],
    sent: [],
    shown: [
      `* diagnóstico da conexão (versão ${version})
    UDP daqui até o servidor: funciona; perda de 0% (chegaram 24 de 24)
    UDP do servidor até aqui: funciona; perda de 2% (chegaram 63 de 64)
    ida e volta: < 1 ms por UDP, 11 ms por TCP
    suas mensagens globais vão por UDP
    NAT: nenhum entre você e o servidor
    → está tudo bem, não há o que fazer`,
    ],
  },
  {
    name: "/help",
    tag: "en",
    typed: ["/help"],
    sent: [],
    shown: [
      "  /udp TEXT          speaks to everyone (also /global)",
      "  /tcp NAME TEXT     speaks to one person alone (also /privado, /private, /msg)",
      "  /who               shows who is here (also /usuarios)",
      "  /reach             shows who has your newest message (also /alcance)",
      "  /verify NAME       compares keys, against impostors (also /verificar)",
      "  /trust NAME        accepts somebody's changed key (also /confiar)",
      "  /file NAME PATH…   offers somebody files and folders (also /arquivo)",
      "  /accept [N] [DIR]  accepts what is offered, into DIR if given (also /aceitar)",
      "  /decline [N]       declines what is offered (also /recusar)",
      "  /transfers         shows the transfers (also /transferencias)",
      "  /cancel [N]        stops a transfer (also /cancelar)",
      "  /doctor            examines the connection, and advises (also /diagnostico)",
      "  /help              shows this help (also /ajuda)",
      "  /quit              leaves (also /sair, /exit)",
      "  TEXT               the same as /udp TEXT",
      "  //TEXT             says a text that begins with /",
    ],
  },
  {
    name: "a text that begins with a slash",
    tag: "pt",
    typed: ["//etc/passwd"],
    sent: ["say /etc/passwd"],
    shown: ["[UDP] ana: /etc/passwd"],
  },
  {
    name: "a slip",
    tag: "pt",
    typed: ["/usurios", "/xyzzy", "/"],
    sent: [],
    shown: [
      "! error: o comando /usurios não existe; seria /usuarios?",
      "! error: o comando /xyzzy não existe; veja /ajuda",
      "! error: o comando / não existe; veja /ajuda",
    ],
  },
  {
    name: "commands without what they take",
    tag: "en",
    typed: ["/udp", "/udp  ", "/tcp", "/tcp bia", "/tcp bia ", "/quit now"],
    sent: [],
    shown: [
      "! error: use it like this: /udp TEXT",
      "! error: use it like this: /udp TEXT",
      "! error: use it like this: /tcp NAME TEXT",
      "! error: use it like this: /tcp NAME TEXT",
      "! error: use it like this: /tcp NAME TEXT",
      "! error: use it like this: /quit",
    ],
  },
  { name: "nothing", tag: "pt", typed: ["", "   ", "\t"], sent: [], shown: [] },
  {
    name: "control sequences in an unknown command",
    tag: "en",
    typed: ["/\x1b[31mred"],
    sent: [],
    shown: ["! error: there is no command /red; see /help"],
  },
];

for (const { name, tag, typed, sent, shown } of transcripts) {
  Deno.test(`ChatTerminal.enter() takes ${name}`, async () => {
    const { client, screen, terminal, finish } = start(tag);
    for (const line of typed) {
      terminal.enter(line);
      await terminal.unacknowledged.atMost(0);
    }
    await finish();
    assertEquals(client.sent, sent);
    assertEquals(screen.shown, shown);
    assertEquals(terminal.hasComplained, shown.some((line) => line.startsWith("!")));
  });
}

const reaches: readonly {
  readonly tag: keyof typeof languages;
  readonly names: readonly string[];
  readonly lacking: readonly string[];
  readonly shown: string;
}[] = [
  { tag: "pt", names: [], lacking: [], shown: "* não há mais ninguém aqui" },
  { tag: "pt", names: ["bia", "caio"], lacking: ["bia"], shown: "* ✓ 1/2 — falta: bia" },
  {
    tag: "pt",
    names: ["bia", "caio"],
    lacking: ["bia", "caio"],
    shown: "* ✓ 0/2 — faltam: bia, caio",
  },
  { tag: "en", names: [], lacking: [], shown: "* nobody else is here" },
  { tag: "en", names: ["bia"], lacking: [], shown: "* ✓ 1/1 — everyone has it" },
  { tag: "en", names: ["bia", "caio"], lacking: ["bia"], shown: "* ✓ 1/2 — not yet: bia" },
];

for (const { tag, names, lacking, shown } of reaches) {
  Deno.test(`ChatTerminal.showReach() shows "${shown}"`, async () => {
    const { client, screen, terminal, finish } = start(tag);
    client.names.splice(1, Infinity, ...names);
    client.lacking.push(...lacking);
    terminal.enter("oi");
    terminal.enter("/reach"); // means what was just said, though it isn't numbered yet
    await finish();
    assertEquals(screen.shown, ["[UDP] ana: oi", shown]);
  });
}

Deno.test("portuguese.reach and english.reach count those whom the server doesn't name", () => {
  const reach = { count: 1, present: 500, lacking: ["bia", "caio"], unnamed: 497 };
  assertEquals(portuguese.reach(reach), "✓ 1/500 — faltam: bia, caio e mais 497");
  assertEquals(english.reach(reach), "✓ 1/500 — not yet: bia, caio and 497 more");
});

Deno.test("ChatTerminal.enter() leaves by each name of the command", () => {
  for (const line of ["/sair", "/quit", "/exit"]) {
    const { terminal } = start("pt");
    terminal.enter("oi");
    assert(!terminal.isLeaving);
    terminal.enter(line);
    assert(terminal.isLeaving);
  }
});

/** What the client reports, and what users see of it. */
const reports: readonly {
  readonly name: string;
  readonly tag: keyof typeof languages;
  readonly events: readonly ClientEvent[];
  readonly shown: readonly string[];
}[] = [
  {
    name: "a global message",
    tag: "pt",
    events: [{
      kind: "said",
      seq: 1,
      from: "bia",
      text: "Olá!",
      sentAt,
      authenticity: "signed",
      isPast: false,
    }],
    shown: ["[UDP] bia: Olá!"],
  },
  {
    name: "a private message",
    tag: "pt",
    events: [{
      kind: "told",
      id: 1n,
      from: "ana",
      text: "Olá, Bia!",
      sentAt,
      authenticity: "signed",
    }],
    shown: ["[TCP] Privado de ana: Olá, Bia!"],
  },
  {
    name: "a private message in English",
    tag: "en",
    events: [{
      kind: "told",
      id: 1n,
      from: "ana",
      text: "Olá, Bia!",
      sentAt,
      authenticity: "signed",
    }],
    shown: ["[TCP] Private from ana: Olá, Bia!"],
  },
  {
    name: "messages that may not be by whom they seem",
    tag: "pt",
    events: [
      {
        kind: "said",
        seq: 1,
        from: "bia",
        text: "a",
        sentAt,
        authenticity: "forged",
        isPast: false,
      },
      {
        kind: "said",
        seq: 2,
        from: "bia",
        text: "b",
        sentAt,
        authenticity: "unsigned",
        isPast: false,
      },
      {
        kind: "said",
        seq: 3,
        from: "bia",
        text: "c",
        sentAt,
        authenticity: "newKey",
        isPast: false,
      },
      { kind: "told", id: 1n, from: "bia", text: "d", sentAt, authenticity: "newKey" },
      { kind: "repeated", seq: 4, from: "bia" },
    ],
    shown: [
      "[UDP] (assinatura falsa) bia: a",
      "[UDP] (sem assinatura) bia: b",
      "[UDP] (chave nova) bia: c",
      "[TCP] (chave nova) Privado de bia: d",
    ],
  },
  {
    name: "messages of another time",
    tag: "en",
    events: [
      {
        kind: "said",
        seq: 1,
        from: "bia",
        text: "a",
        sentAt: sentAt - 299_000,
        authenticity: "signed",
        isPast: false,
      },
      {
        kind: "said",
        seq: 2,
        from: "bia",
        text: "b",
        sentAt: 2 ** 53 - 1,
        authenticity: "signed",
        isPast: false,
      },
    ],
    shown: ["[UDP] bia: a", `[UDP] bia (${lastMoment}): b`],
  },
  {
    name: "what was said before we came, each with its time, and where that is over",
    tag: "pt",
    events: [
      past(1, sentAt - 60_000),
      past(2, sentAt - 40 * 86_400_000),
      { kind: "caughtUp" },
      { ...past(3, sentAt), isPast: false },
    ],
    shown: [
      `[UDP] bia (${time(sentAt - 60_000)}): text 1`,
      `[UDP] bia (${dayAndTime(sentAt - 40 * 86_400_000)}): text 2`,
      "* — até aqui, o que foi dito antes de você entrar —",
      "[UDP] bia: text 3",
    ],
  },
  {
    name: "no end of a past that there isn't",
    tag: "pt",
    events: [{ kind: "caughtUp" }],
    shown: [],
  },
  {
    name: "a member's changed key, so that nobody overlooks it",
    tag: "pt",
    events: [{ kind: "keyChanged", name: "bia" }],
    shown: [`!!! ${portuguese.keyChanged("bia", "/verificar", "/confiar")}`],
  },
  {
    name: "a text that would pass for somebody else's",
    tag: "pt",
    events: [
      {
        kind: "said",
        seq: 1,
        from: "eva",
        text: "oi\r\n[UDP] bob: pago\u2028\x1b[A…",
        sentAt,
        authenticity: "signed",
        isPast: false,
      },
    ],
    shown: ["[UDP] eva: oi\n    [UDP] bob: pago\n    …"],
  },
  {
    name: "a name that no server should let in",
    tag: "pt",
    events: [{ kind: "joined", name: "eva\n\x1b[2J[UDP] bob: pago" }],
    shown: ["* eva [UDP] bob: pago entrou"],
  },
  {
    name: "who comes and goes",
    tag: "pt",
    events: [{ kind: "joined", name: "bia" }, { kind: "left", name: "bia" }],
    shown: ["* bia entrou", "* bia saiu"],
  },
  {
    name: "what is missing",
    tag: "pt",
    events: [
      { kind: "missing", firstSeq: 1, lastSeq: 3 },
      { kind: "missing", firstSeq: 4, lastSeq: 4 },
    ],
    shown: ["* 3 mensagens perdidas", "* 1 mensagem perdida"],
  },
  {
    name: "what became of private messages of an earlier run, where it is bad news",
    tag: "en",
    events: [
      { kind: "undelivered", to: "bia", id: 2n, code: "expired" },
      { kind: "unreadable", from: "bia", id: 3n },
    ],
    shown: [
      "* your message to bia wasn't delivered: the addressee didn't come back in time",
      "* a private message from bia can't be read",
    ],
  },
  {
    name: "a change of path, but not the first one to UDP",
    tag: "pt",
    events: [
      { kind: "path", transport: "udp" },
      { kind: "path", transport: "tcp" },
      { kind: "path", transport: "udp" },
    ],
    shown: [
      "* o UDP não está passando: as mensagens globais vão por TCP",
      "* o UDP voltou: as mensagens globais vão por ele",
    ],
  },
  {
    name: "a lost connection once, however often it is tried",
    tag: "pt",
    events: [
      { kind: "disconnected", code: "connectionLost", retryInMs: 500 },
      { kind: "disconnected", code: "unreachable", retryInMs: 1_000 },
      { kind: "disconnected", code: "unreachable", retryInMs: 2_000 },
      { kind: "reconnected" },
      { kind: "disconnected", code: "badText", retryInMs: 500 },
    ],
    shown: [
      "* sem conexão (a conexão caiu); tentando de novo…",
      "* conexão restabelecida",
      "* sem conexão (o servidor enviou um texto que não está em UTF-8); tentando de novo…",
    ],
  },
];

for (const { name, tag, events, shown } of reports) {
  Deno.test(`ChatTerminal.show() tells of ${name}`, async () => {
    const { screen, terminal } = start(tag);
    for (const event of events) await terminal.show(event);
    assertEquals(screen.shown, shown);
  });
}

Deno.test("ChatTerminal.enter() says once that what is written while apart is kept", async () => {
  const { client, screen, terminal, finish } = start("pt");
  await terminal.show({ kind: "disconnected", code: "silence", retryInMs: 500 });
  client.isHolding = true;
  terminal.enter("um");
  terminal.enter("dois");
  await terminal.show({ kind: "reconnected" });
  client.acknowledge();
  await finish();
  assertEquals(screen.shown, [
    "* sem conexão (o servidor parou de responder); tentando de novo…",
    "* sem conexão: o que você escrever será enviado quando ela voltar",
    "* conexão restabelecida",
    "[UDP] ana: um",
    "[UDP] ana: dois",
  ]);
});

Deno.test("ChatTerminal.showEvents() says what a closed connection cost, and what is kept", async () => {
  const { client, screen, terminal, over } = start("pt");
  client.isHolding = true;
  terminal.enter("um");
  terminal.enter("/tcp bia dois");
  await client.close("replaced");
  await over;
  assertEquals(screen.shown, [
    "! error: 1 mensagem não foi enviada",
    "! error: 1 mensagem privada ainda não saiu; sai da próxima vez que você entrar",
  ]);
  assertEquals(terminal.closedBy, "replaced");
});

Deno.test("ChatTerminal.tell() shows how far a message has come, and later that it has arrived", async () => {
  const { client, screen, terminal, over } = start("en");
  client.names.push("caio");
  client.away.push("caio");
  terminal.enter("/tcp caio hi");
  terminal.enter("/tcp bia hello");
  await settled();
  clock.advance(250);
  await terminal.unacknowledged.atMost(0);
  client.emit({ kind: "delivered", to: "caio", id: 1n });
  client.emit({ kind: "delivered", to: "caio", id: 99n });
  await client.close();
  await over;
  assertEquals(screen.shown, [
    "[TCP] Private to caio (✓): hi",
    "[TCP] Private to bia (✓✓): hello",
    "* ✓✓ caio has 2 messages of yours",
  ]);
  assertEquals(clock.pending, 0);
});

Deno.test("ChatTerminal.showEvents() promises to keep nothing where nothing can be kept", async () => {
  const { client, screen, terminal, over } = start("en");
  client.isHolding = true;
  terminal.enter("/tcp bia two");
  await client.close("storeUnusable");
  await over;
  assertEquals(screen.shown, ["! error: 1 message was not sent"]);
});

for (const code of ["textTooLong", "outboxFull", "addresseeBusy", "memberLeft"] as const) {
  Deno.test(`ChatTerminal.enter() explains ${code} and goes on`, async () => {
    const { client, screen, terminal, finish } = start("en");
    client.refusal = code;
    terminal.enter("first");
    await terminal.unacknowledged.atMost(0);
    client.refusal = undefined;
    terminal.enter("second");
    await finish();
    assertEquals(screen.shown, [
      `! error: message not sent: ${english.reasons[code]}`,
      "[UDP] ana: second",
    ]);
  });
}
