import { assert, assertEquals, assertMatch } from "@std/assert";
import { maxStrangerLogLinesPerSecond } from "../../lib/limits.ts";
import type { ServerEvent } from "../../lib/server/mod.ts";
import { english } from "../../lib/terminal/english.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { ServerLog } from "../../lib/terminal/server_log.ts";
import { ManualClock } from "../testing/manual_clock.ts";

function start(language = english) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = new ServerLog({ clock, language, write: (line) => lines.push(line) });
  const texts = () => lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, ""));
  return { clock, lines, log, texts };
}

const address = "::ffff:192.168.0.9";

const events: readonly { name: string; event: ServerEvent; en: string; pt: string }[] = [
  {
    name: "joined",
    event: { kind: "joined", name: "ana", address, members: 2 },
    en: "ana joined from 192.168.0.9 (2 here)",
    pt: "ana entrou, de 192.168.0.9 (2 na sala)",
  },
  {
    name: "detached",
    event: { kind: "detached", name: "ana", reason: "silence", members: 2 },
    en: "ana is cut off and may return: stopped answering (2 here)",
    pt: "ana está sem conexão e pode voltar: parou de responder (2 na sala)",
  },
  {
    name: "resumed",
    event: { kind: "resumed", name: "ana", address, members: 2 },
    en: "ana is back, from 192.168.0.9 (2 here)",
    pt: "ana voltou, de 192.168.0.9 (2 na sala)",
  },
  {
    name: "left",
    event: { kind: "left", name: "ana", reason: "connectionLost", members: 0 },
    en: "ana left: the connection broke (0 here)",
    pt: "ana saiu: a conexão caiu (0 na sala)",
  },
  {
    name: "refused",
    event: { kind: "refused", address: "2001:db8::1", code: "nameTaken" },
    en: "2001:db8::1 refused: the name is already taken",
    pt: "2001:db8::1 recusado: o nome já está em uso",
  },
  {
    name: "violated by a stranger",
    event: { kind: "violated", address, name: undefined, code: "truncated" },
    en: "192.168.0.9 disconnected: sent a message cut short",
    pt: "192.168.0.9 desconectado: enviou uma mensagem cortada",
  },
  {
    name: "violated by a member",
    event: { kind: "violated", address, name: "eva", code: "badText" },
    en: "eva disconnected: sent a text that isn't UTF-8",
    pt: "eva desconectado: enviou um texto que não está em UTF-8",
  },
  {
    name: "exhausted",
    event: { kind: "exhausted" },
    en: "the machine takes no more connections for now",
    pt: "a máquina não aceita mais conexões por enquanto",
  },
  {
    name: "storageFailed",
    event: { kind: "storageFailed", path: "chat-data/chat.db" },
    en: "cannot read or write chat-data/chat.db: see to the disk, or names may be lost",
    pt: "não é possível ler ou gravar chat-data/chat.db: cuide do disco, ou nomes podem se perder",
  },
  {
    name: "fault",
    event: { kind: "fault", error: "boom\n12:00:00 ana left" },
    en: "internal fault, which cost one connection: boom 12:00:00 ana left",
    pt: "falha interna, que derrubou uma conexão: boom 12:00:00 ana left",
  },
];

for (const { name, event, en, pt } of events) {
  Deno.test(`ServerLog.report() writes ${name} behind the time of day`, () => {
    for (const [language, expected] of [[english, en], [portuguese, pt]] as const) {
      const { lines, log, texts } = start(language);
      log.report(event);
      log.close();
      assertEquals(texts(), [expected]);
      assertMatch(lines[0]!, /^\d\d:\d\d:\d\d \S/);
    }
  });
}

Deno.test("ServerLog.report() says where a fault was thrown, on one line", () => {
  const { log, texts } = start();
  log.report({ kind: "fault", error: new TypeError("boom") });
  assertMatch(texts()[0]!, /: TypeError: boom at .*server_log_test\.ts:\d+:\d+\)?$/);
});

Deno.test("ServerLog.report() lets strangers write so much, and members whatever happens", () => {
  const { clock, log, texts } = start();
  for (let i = 0; i < 100; i++) {
    log.report({ kind: "refused", address, code: "nameTaken" });
    log.report({ kind: "violated", address, name: undefined, code: "truncated" });
    log.report({ kind: "joined", name: `member${i}`, address, members: i });
  }
  const isStranger = (text: string) => text.startsWith("192.168.0.9");
  assertEquals(texts().filter(isStranger).length, maxStrangerLogLinesPerSecond);
  assertEquals(texts().filter((text) => text.startsWith("member")).length, 100);
  clock.advance(1_000);
  assertEquals(texts().at(-1), `${200 - maxStrangerLogLinesPerSecond} more lines suppressed`);
});

Deno.test("ServerLog.close() says what is owed", () => {
  const { clock, log, texts } = start();
  for (let i = 0; i <= maxStrangerLogLinesPerSecond; i++) log.report({ kind: "exhausted" });
  log.close();
  assert(texts().includes("1 more line suppressed"));
  assertEquals(clock.pending, 0);
});
