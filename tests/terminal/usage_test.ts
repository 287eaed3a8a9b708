import { assert, assertEquals } from "@std/assert";
import { clientFlags } from "../../lib/terminal/client_flags.ts";
import { english } from "../../lib/terminal/english.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { serverFlags } from "../../lib/terminal/server_flags.ts";
import { clientUsage, serverUsage } from "../../lib/terminal/usage.ts";

Deno.test("serverUsage() explains every flag and its variable, and every command", () => {
  assertEquals(
    serverUsage("chat-server", english),
    `Usage: chat-server [OPTIONS]

  --host ADDRESS            the address to listen on (all of them) [CHAT_HOST]
  --port PORT               TCP and UDP port (7700; 0: any that is free) [CHAT_PORT]
  --data DIR                keeps its key and the owners of names (./chat-data) [CHAT_DATA]
  --max-members N           how many people fit in the room (10000) [CHAT_MAX_MEMBERS]
  --max-transfer-rate RATE  each member's files, in bytes/s (no limit) [CHAT_MAX_TRANSFER_RATE]
  --registration WHO        who may take new names: open, invite, closed (open) [CHAT_REGISTRATION]
  --lang pt|en              the language: pt or en (the system's) [CHAT_LANG]
  -h, --help                shows this help
  -V, --version             shows the version

  chat-server invite        prints an invitation, which lets one new name in
  chat-server members       shows the names that have an owner
  chat-server release NAME  sets a name free for somebody else, and lifts a ban
  chat-server ban NAME      bans a name's owner, whatever name it comes by`,
  );
});

Deno.test("clientUsage() explains every flag and every command", () => {
  assertEquals(
    clientUsage("chat-client", portuguese),
    `Uso: chat-client [OPÇÕES]

  --server HOST[:PORTA]  o servidor (127.0.0.1, porta 7700) [CHAT_SERVER]
  --name NOME            o nome com que entrar (se faltar, o programa pergunta) [CHAT_NAME]
  --data DIR             o diretório onde ficam suas identidades [CHAT_DATA]
  --passphrase           pede uma senha para proteger uma identidade nova
  --invite CÓDIGO        um convite, para um nome que é novo [CHAT_INVITE]
  --fingerprint XXXX-…   a impressão digital do servidor: nenhuma outra serve [CHAT_FINGERPRINT]
  --history N            quantas mensagens anteriores mostrar ao entrar (50) [CHAT_HISTORY]
  --downloads DIR        onde salvar o que você recebe (~/Downloads) [CHAT_DOWNLOADS]
  --accept-verified      aceita sem perguntar os arquivos de quem tem ✓ [CHAT_ACCEPT_VERIFIED]
  --no-direct            arquivos só pelo servidor, sem mostrar seu endereço [CHAT_NO_DIRECT]
  --lang pt|en           o idioma: pt ou en (o do sistema) [CHAT_LANG]
  -h, --help             mostra esta ajuda
  -V, --version          mostra a versão

  chat-client identity show            lista suas identidades
  chat-client identity new             cria uma sem entrar
  chat-client identity export ARQUIVO  copia uma para um arquivo, com senha
  chat-client identity import ARQUIVO  traz uma de um arquivo desses

  /udp TEXTO              fala com todos (também /global)
  /tcp NOME TEXTO         fala só com alguém (também /privado, /private, /msg)
  /usuarios               mostra quem está aqui (também /who)
  /alcance                diz quem já tem a sua última mensagem (também /reach)
  /verificar NOME         compara chaves, contra impostores (também /verify)
  /confiar NOME           aceita a chave de alguém que mudou (também /trust)
  /arquivo NOME CAMINHO…  oferece arquivos e pastas a alguém (também /file)
  /aceitar [N] [DIR]      aceita arquivos (em DIR, se dado) (também /accept)
  /recusar [N]            recusa arquivos (também /decline)
  /transferencias         mostra as transferências (também /transfers)
  /cancelar [N]           cancela uma transferência (também /cancel)
  /diagnostico            examina a conexão e diz o que fazer (também /doctor)
  /ajuda                  mostra esta ajuda (também /help)
  /sair                   sai (também /quit, /exit)
  TEXTO                   o mesmo que /udp TEXTO
  //TEXTO                 envia a todos um texto que começa com /`,
  );
});

Deno.test("serverUsage() and clientUsage() fit an 80-column terminal, variables aside", () => {
  for (const language of [portuguese, english]) {
    const text = [serverUsage("chat-server", language), clientUsage("chat-client", language)];
    for (const row of text.join("\n").split("\n")) {
      assert(row.replace(/ \[CHAT_.*/, "").length < 80, row);
    }
  }
});

Deno.test("serverFlags and clientFlags give every value a variable of its own", () => {
  for (const table of [serverFlags, clientFlags]) {
    for (const [name, flag] of Object.entries(table)) {
      const variable = "variable" in flag ? flag.variable : undefined;
      const expected = flag.value === "none" ? undefined : variableOf(name);
      assertEquals(variable, expected);
    }
  }
});

function variableOf(name: string): string {
  return `CHAT_${name.toUpperCase().replaceAll("-", "_")}`;
}
