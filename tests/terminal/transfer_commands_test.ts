import { assertEquals } from "@std/assert";
import {
  SourceError,
  type SourceErrorCode,
  TransferError,
  type TransferErrorCode,
  type TransferStatus,
} from "../../lib/client/mod.ts";
import { transferErrorCodes } from "../../lib/transfer/mod.ts";
import { ChatTerminal } from "../../lib/terminal/chat_terminal.ts";
import { english } from "../../lib/terminal/english.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { settled } from "../testing/turns.ts";
import { FakeClient } from "./fake_client.ts";
import { FakeScreen } from "./fake_screen.ts";

const languages = { pt: portuguese, en: english } as const;
const place = { home: "/home/ana", cwd: "/casa" };

const photo: TransferStatus = {
  ...{ number: 1, direction: "in", peer: "bia", name: "foto.jpg", entryKind: "file", others: 0 },
  ...{ files: 1, size: 2_400_000, state: "offered", bytes: 0 },
};

/** A screen that remembers its status too. */
class StatusScreen extends FakeScreen {
  readonly statuses: string[] = [];
  statusWidth = 60;

  showStatus(status: string): void {
    this.statuses.push(status);
  }
}

function start(
  tag: keyof typeof languages,
  earlier: readonly TransferStatus[] = [],
  hasStatus = false,
) {
  const client = new FakeClient();
  for (const transfer of earlier) client.receiveOffer(transfer);
  const screen = hasStatus ? new StatusScreen() : new FakeScreen();
  const clock = new ManualClock();
  const files = { downloads: "/home/ana/Downloads", acceptsFromVerified: true, place };
  const terminal = new ChatTerminal(client, screen, languages[tag], clock, files);
  const over = terminal.showEvents();
  /** Enters lines, each once what the last one brought has been shown. */
  const enter = async (...lines: string[]) => {
    for (const line of lines) {
      terminal.enter(line);
      await terminal.unacknowledged.atMost(0);
      await settled();
    }
  };
  /** What is shown because of this. */
  const shows = async (act: () => unknown) => {
    act();
    await settled();
    return screen.shown.splice(0);
  };
  const finish = async () => {
    await client.close();
    await over;
    assertEquals(clock.pending, 0);
  };
  return { client, screen, terminal, clock, enter, shows, finish };
}

const transcripts: readonly {
  readonly name: string;
  readonly tag: keyof typeof languages;
  readonly offers?: readonly TransferStatus[];
  readonly typed: readonly string[];
  readonly sent: readonly string[];
  readonly shown: readonly string[];
}[] = [
  {
    name: "/arquivo, with quotes, escapes and the home directory",
    tag: "pt",
    typed: [
      "/arquivo bia foto.jpg",
      String.raw`/file bia ~/a.pdf "dia 1.jpg" 'dia 2.jpg' dia\ 3.jpg /etc/hosts`,
    ],
    sent: [
      "offer bia /casa/foto.jpg",
      "offer bia /home/ana/a.pdf | /casa/dia 1.jpg | /casa/dia 2.jpg | /casa/dia 3.jpg | /etc/hosts",
    ],
    shown: [
      "* [1] você ofereceu a bia foto.jpg (2,4 MB)",
      "* [2] você ofereceu a bia a.pdf e mais 4 (5 arquivos, 2,4 MB)",
    ],
  },
  {
    name: "/file without what it takes, or to nobody",
    tag: "en",
    typed: ["/file", "/file bia", '/file bia "a', "/file zoe a"],
    sent: ["offer zoe /casa/a"],
    shown: [
      "! error: use it like this: /file NAME PATH…",
      "! error: use it like this: /file NAME PATH…",
      "! error: use it like this: /file NAME PATH…",
      "! error: the offer to zoe hasn't left: nobody on this server has that name",
    ],
  },
  {
    name: "/aceitar of the only one",
    tag: "pt",
    offers: [photo],
    typed: ["/aceitar"],
    sent: ["accept 1 undefined"],
    shown: [
      "* [1] bia quer lhe enviar foto.jpg (2,4 MB): /aceitar 1 ou /recusar 1",
      "* [1] recebendo foto.jpg de bia; vai para ~/Downloads",
    ],
  },
  {
    name: "/accept into a directory, with and without a number",
    tag: "en",
    offers: [photo, { ...photo, number: 2, entryKind: "directory", name: "fotos", files: 1_000 }],
    typed: ["/accept", "/accept 2 'the photos'", "/accept ~/x", "/accept 7", "/accept 1 a b"],
    sent: ["accept 2 /casa/the photos", "accept 1 /home/ana/x"],
    shown: [
      "* [1] bia would like to send you foto.jpg (2.4 MB): /accept 1 or /decline 1",
      "* [2] bia would like to send you folder fotos (1,000 files, 2.4 MB): /accept 2 or /decline 2",
      "! error: more than one transfer could be meant: give its number",
      "* [2] receiving folder fotos from bia; it goes to the photos",
      "* [1] receiving foto.jpg from bia; it goes to ~/x",
      "! error: there is no such transfer",
      "! error: use it like this: /accept [N] [DIR]",
    ],
  },
  {
    name: "/recusar",
    tag: "pt",
    offers: [photo],
    typed: ["/recusar", "/recusar", "/recusar x"],
    sent: ["cancel 1"],
    shown: [
      "* [1] bia quer lhe enviar foto.jpg (2,4 MB): /aceitar 1 ou /recusar 1",
      "* [1] você recusou foto.jpg",
      "! error: essa transferência não existe",
      "! error: use assim: /recusar [N]",
    ],
  },
  {
    name: "/cancelar, /transferencias",
    tag: "pt",
    offers: [{ ...photo, others: 3, files: 4 }],
    typed: ["/transferencias", "/aceitar", "/transferencias", "/cancelar 1", "/transferencias"],
    sent: ["accept 1 undefined", "cancel 1"],
    shown: [
      "* [1] bia quer lhe enviar foto.jpg e mais 3 (4 arquivos, 2,4 MB): /aceitar 1 ou /recusar 1",
      "* 1 transferência:\n" +
      "    [1] ↓ foto.jpg e mais 3 (4 arquivos, 2,4 MB) de bia: /aceitar 1 ou /recusar 1",
      "* [1] recebendo foto.jpg e mais 3 de bia; vai para ~/Downloads",
      "* 1 transferência:\n    [1] ↓ foto.jpg e mais 3 (4 arquivos, 2,4 MB) de bia: à espera de bia",
      "* [1] você cancelou foto.jpg e mais 3",
      "* 1 transferência:\n    [1] ↓ foto.jpg e mais 3 (4 arquivos, 2,4 MB) de bia: cancelado",
    ],
  },
  {
    name: "/transfers where there are none, and /cancel of none",
    tag: "en",
    typed: ["/transfers", "/cancel"],
    sent: [],
    shown: ["* no transfers", "! error: there is no such transfer"],
  },
];

for (const { name, tag, offers = [], typed, sent, shown } of transcripts) {
  Deno.test(`ChatTerminal.enter() takes ${name}`, async () => {
    const { client, screen, enter, finish } = start(tag);
    for (const offer of offers) client.receiveOffer(offer);
    await settled();
    await enter(...typed);
    assertEquals(client.sent, sent);
    assertEquals(screen.shown, shown);
    await finish();
  });
}

Deno.test("ChatTerminal marks an offer that may not be by whom it seems", async () => {
  const { client, shows, finish } = start("pt");
  assertEquals(await shows(() => client.receiveOffer(photo, "newKey")), [
    "* [1] (chave nova) bia quer lhe enviar foto.jpg (2,4 MB): /aceitar 1 ou /recusar 1",
  ]);
  await finish();
});

Deno.test("ChatTerminal tells a sender what becomes of an offer", async () => {
  const { client, terminal, clock, enter, shows, finish } = start("en");
  client.names.splice(1);
  client.names.push("caio");
  const offer = { ...photo, direction: "out", peer: "bia" } as const;
  assertEquals(await shows(() => client.move({ ...offer, state: "preparing" })), []);
  assertEquals(await shows(() => clock.advance(1_000)), [
    "* [1] preparing foto.jpg (2.4 MB) for bia…",
  ]);
  assertEquals(await shows(() => client.move(offer)), [
    "* [1] you have offered bia foto.jpg (2.4 MB); bia is away, and learns of it on coming in",
  ]);
  const waiting = { ...offer, state: "waiting" } as const;
  assertEquals(await shows(() => client.move(waiting)), ["* [1] bia has accepted foto.jpg"]);
  assertEquals(await shows(() => clock.advance(3_000)), [
    "* [1] foto.jpg: waiting for bia; it starts by itself",
  ]);
  const moving = { ...offer, state: "moving" } as const;
  assertEquals(await shows(() => client.move(moving)), []);
  clock.advance(1_000);
  assertEquals(await shows(() => client.move({ ...moving, bytes: 1_200_000 })), []);
  assertEquals(await shows(() => client.move({ ...waiting, bytes: 1_200_000 })), []);
  assertEquals(await shows(() => clock.advance(3_000)), [
    "* [1] foto.jpg: stopped at 50%; it goes on by itself",
  ]);
  assertEquals(await shows(() => client.move({ ...moving, bytes: 1_200_000 })), [
    "* [1] foto.jpg: goes on from 50%",
  ]);
  assertEquals(await shows(() => client.move({ ...offer, state: "done", bytes: 2_400_000 })), [
    "* [1] bia has received foto.jpg in 0:04 (600 kB/s)",
  ]);
  assertEquals(terminal.hasComplained, false);
  await enter("/file caio x");
  const [declined] = client.transfers().slice(-1);
  assertEquals(await shows(() => client.move({ ...declined!, state: "declined" })), [
    "* [2] you have offered caio x (2.4 MB)",
    "! error: [2] caio has declined x",
  ]);
  await finish();
});

Deno.test("ChatTerminal tells a sender what is left out of a folder", async () => {
  const { client, shows, finish } = start("en");
  const leftOut = ["/casa/a", "/casa/b/c", "/casa/d", "/casa/e", "/casa/f"];
  const offer = { ...photo, direction: "out", entryKind: "directory", name: "fotos" } as const;
  assertEquals(await shows(() => client.move({ ...offer, leftOut })), [
    "* [1] you have offered bia folder fotos (1 file, 2.4 MB)",
    "* [1] not sent (links, devices, sparse or unreadable files): a, b/c, d and 2 more",
  ]);
  await finish();
});

Deno.test("ChatTerminal tells a receiver where a file stands", async () => {
  const { client, clock, enter, shows, finish } = start("pt", [photo]);
  await enter("/aceitar 1");
  client.move({ ...photo, state: "moving" });
  await settled();
  clock.advance(41_000);
  const done = { ...photo, state: "done", bytes: 2_400_000 } as const;
  const lines = await shows(() =>
    client.move({ ...done, paths: ["/casa/downloads/foto (2).jpg"] })
  );
  assertEquals(
    lines.at(-1),
    "* [1] recebido de bia em 0:41 (59 kB/s), salvo em downloads/foto (2).jpg",
  );
  const many = ["a", "b", "c", "d", "e"].map((name) => `/home/ana/Downloads/${name}`);
  client.receiveOffer({ ...photo, number: 2 });
  client.move({ ...done, number: 2, paths: many });
  assertEquals(
    (await shows(() => {})).at(-1),
    "* [2] recebido de bia em menos de 1 s, salvo em ~/Downloads/a, " +
      "~/Downloads/b, ~/Downloads/c e mais 2",
  );
  await finish();
});

Deno.test("ChatTerminal shows, where there is a prompt, how far files are, at most twice a second", async () => {
  const { client, screen, clock, shows, finish } = start("pt", [photo], true);
  const { statuses } = screen as StatusScreen;
  const moving = { ...photo, state: "moving" } as const;
  await shows(() => client.move(moving));
  for (let i = 1; i <= 8; i++) {
    clock.advance(250);
    await shows(() => client.move({ ...moving, bytes: 150_000 * i }));
  }
  assertEquals(statuses, [
    "[1] foto.jpg ░░░░░░░░ 0%",
    "[1] foto.jpg ░░░░░░░░ 6%",
    "[1] foto.jpg ▓░░░░░░░ 18%",
    "[1] foto.jpg ▓▓░░░░░░ 31% 600 kB/s 0:03",
    "[1] foto.jpg ▓▓▓░░░░░ 43% 600 kB/s 0:02",
  ]);
  assertEquals(await shows(() => client.move({ ...photo, number: 2, state: "moving" })), []);
  clock.advance(500);
  assertEquals(statuses.at(-1), "[1] foto.jpg ▓▓▓▓░░░░ 50% 600 kB/s 0:02 +1");
  await shows(() => client.move({ ...photo, number: 2, state: "cancelled" }));
  await shows(() => client.move({ ...photo, state: "done" }));
  clock.advance(500);
  assertEquals(statuses.at(-1), "");
  await finish();
});

Deno.test("ChatTerminal says, where there is no prompt, every 5 s how far files are", async () => {
  const { client, clock, shows, finish } = start("pt", [photo]);
  const moving = { ...photo, size: 30_000_000, state: "moving" } as const;
  await shows(() => client.move(moving));
  const shown: string[] = [];
  for (let i = 1; i <= 44; i++) {
    clock.advance(250);
    shown.push(...await shows(() => client.move({ ...moving, bytes: 500_000 * i })));
  }
  assertEquals(shown, [
    "* [1] foto.jpg: 31% de 30 MB, 2 MB/s, faltam 0:10",
    "* [1] foto.jpg: 65% de 30 MB, 2 MB/s, faltam 0:05",
  ]);
  await finish();
});

Deno.test("ChatTerminal.showUnfinished() tells of what an earlier start has left", async () => {
  const earlier = [photo, { ...photo, number: 2, direction: "out", state: "waiting" } as const];
  const { terminal, shows, finish } = start("pt", earlier);
  assertEquals(await shows(() => terminal.showUnfinished()), [
    "* [1] bia quer lhe enviar foto.jpg (2,4 MB): /aceitar 1 ou /recusar 1",
    "* [2] ↑ foto.jpg (2,4 MB) para bia: à espera de bia",
  ]);
  await finish();
});

Deno.test("ChatTerminal says what goes on with the next start", async () => {
  const { client, screen, shows, finish } = start("pt", [photo]);
  await shows(() => client.move({ ...photo, state: "moving" }));
  await finish();
  assertEquals(screen.shown, [
    "* 1 transferência não terminou; continua da próxima vez que você entrar",
  ]);
});

Deno.test("ChatTerminal.transfersSettled waits for what was asked for here, and for nothing else", async () => {
  const { client, terminal, enter, shows, finish } = start("pt", [photo]);
  await terminal.transfersSettled;
  await enter("/arquivo bia x");
  let isSettled = false;
  void terminal.transfersSettled.then(() => isSettled = true);
  const sent = client.transfers().at(-1)!;
  await shows(() => client.move({ ...sent, state: "waiting" }));
  await shows(() => client.move({ ...sent, state: "moving" }));
  assertEquals(isSettled, false);
  await shows(() => client.move({ ...sent, state: "done", bytes: sent.size }));
  assertEquals([isSettled, terminal.hasComplained], [true, false]);
  await enter("/arquivo bia y");
  const full = client.transfers().at(-1)!;
  await shows(() => client.move({ ...full, state: "waiting", failure: "noSpace" }));
  await terminal.transfersSettled;
  assertEquals(terminal.hasComplained, true);
  await enter("/arquivo bia z");
  const unanswered = terminal.transfersSettled;
  await finish();
  await unanswered;
});

Deno.test("ChatTerminal.transfersSettled waits for what was accepted twice at a time", async () => {
  const { client, terminal, screen, finish } = start("en", [photo]);
  for (let i = 0; i < 2; i++) terminal.enter("/accept 1");
  await settled();
  assertEquals(client.sent, ["accept 1 undefined"]);
  assertEquals(screen.shown.filter((line) => line.startsWith("!")), [
    "! error: there is no such transfer",
  ]);
  client.move({ ...photo, state: "done", bytes: photo.size });
  await terminal.transfersSettled;
  await finish();
});

const sourceErrorCodes = Object.keys(english.transfers.sourceErrors) as SourceErrorCode[];

for (const language of [portuguese, english]) {
  Deno.test(`ChatTerminal has words in ${language.tag} for why nothing can be sent`, async () => {
    const { client, enter, screen, finish } = start(language.tag);
    for (const code of sourceErrorCodes) {
      client.offerError = new SourceError(code, "/casa/a\x1b[2Jb");
      await enter("/file bia x");
    }
    const { notOffered, sourceErrors } = language.transfers;
    assertEquals(
      screen.shown,
      sourceErrorCodes.map((code) => `! error: ${notOffered("bia", sourceErrors[code]("ab"))}`),
    );
    await finish();
  });

  Deno.test(`ChatTerminal has words in ${language.tag} for each way in which a transfer fails`, async () => {
    for (const failure of transferErrorCodes) {
      for (const direction of ["in", "out"] as const) {
        const { client, shows, finish } = start(language.tag);
        const failed = { ...photo, direction, state: "failed", failure } as const;
        const lines = await shows(() => client.move(failed));
        const accept = language.tag === "pt" ? "/aceitar 1 DIR" : "/accept 1 DIR";
        const reason = language.transfers.transferErrors[failure][direction]("bia", accept);
        assertEquals(lines, [`! error: [1] foto.jpg: ${reason}`]);
        await finish();
      }
    }
  });
}

const noSpace: TransferErrorCode = "noSpace";

Deno.test("ChatTerminal says why nothing can be accepted", async () => {
  const { client, enter, shows, finish } = start("en", [photo]);
  client.acceptError = new TransferError(noSpace, "");
  await shows(() => {});
  const lines = await shows(() => void enter("/accept"));
  const reason = english.transfers.transferErrors.noSpace.in("bia", "/accept 1 DIR");
  assertEquals(lines, [`! error: [1] foto.jpg: ${reason}`]);
  await finish();
});

Deno.test("ChatTerminal asks nothing about files of a verified member that are accepted at once", async () => {
  const { client, shows, finish } = start("pt");
  client.verified.add("bia");
  const offered = await shows(() => client.receiveOffer(photo));
  const waiting = await shows(() => client.move({ ...photo, state: "waiting" }));
  assertEquals([...offered, ...waiting], [
    "* [1] bia ✓ envia foto.jpg (2,4 MB)",
    "* [1] recebendo foto.jpg de bia ✓; vai para ~/Downloads",
  ]);
  assertEquals(await shows(() => client.receiveOffer({ ...photo, number: 2 }, "newKey")), [
    "* [2] (chave nova) bia quer lhe enviar foto.jpg (2,4 MB): /aceitar 2 ou /recusar 2",
  ]);
  await finish();
});

Deno.test("ChatTerminal shows how far what is prepared is, once that takes long", async () => {
  const { client, screen, clock, shows, finish } = start("pt", [], true);
  const preparing = { ...photo, direction: "out", state: "preparing" } as const;
  await shows(() => client.move(preparing));
  await shows(() => clock.advance(999));
  assertEquals((screen as StatusScreen).statuses, []);
  await shows(() => clock.advance(1));
  await shows(() => client.move({ ...preparing, bytes: 1_200_000 }));
  await shows(() => clock.advance(500));
  assertEquals(
    (screen as StatusScreen).statuses.at(-1),
    "[1] em preparação ▓▓▓▓░░░░ 50% 1,2 MB/s 0:01",
  );
  await shows(() => client.move({ ...preparing, state: "cancelled" }));
  await shows(() => clock.advance(500));
  assertEquals((screen as StatusScreen).statuses.at(-1), "");
  await finish();
});

Deno.test("ChatTerminal forgets what was prepared and couldn't be offered", async () => {
  const { client, clock, enter, shows, finish } = start("pt");
  client.emit({ kind: "transfer", transfer: { ...photo, direction: "out", state: "preparing" } });
  await shows(() => {});
  client.offerError = new TransferError("sourceChanged", "");
  await enter("/arquivo bia x");
  assertEquals(await shows(() => clock.advance(2_000)), [
    "! error: a oferta a bia não saiu: mudou no seu disco depois da oferta; envie de novo",
  ]);
  await finish();
});

Deno.test("ChatTerminal.acceptFiles() means what is unanswered rather than what has failed", async () => {
  const failed = { ...photo, state: "failed", failure: "noSpace" } as const;
  const { client, enter, finish } = start("en", [failed, { ...photo, number: 2 }]);
  await enter("/accept", "/accept", "/decline 1", "/accept 1");
  assertEquals(client.sent, ["accept 2 undefined", "accept 1 undefined"]);
  await finish();
});
