import {
  defaultHistory,
  defaultMaxMembers,
  defaultPort,
  maxHistory,
  maxNameCharacters,
  maxTextBytes,
} from "../limits.ts";
import type { Language } from "./language.ts";
import { portugueseTransfers } from "./portuguese_transfers.ts";

const maxTextKiB = maxTextBytes / 1024;

/** Portuguese, as it is written in Brazil. */
export const portuguese: Language = {
  tag: "pt",
  privateFrom: (name) => `Privado de ${name}`,
  privateTo: (name) => `Privado para ${name}`,
  joined: (name) => `${name} entrou`,
  left: (name) => `${name} saiu`,
  caughtUp: "— até aqui, o que foi dito antes de você entrar —",
  missing: (count) => count === 1 ? "1 mensagem perdida" : `${count} mensagens perdidas`,
  overrun: (count) => `${count} linhas omitidas: a saída não deu conta`,
  unreadable: (from) => `uma mensagem privada de ${from} chegou ilegível`,
  delivered: (to, count, time) => {
    if (count > 1) return `${to} recebeu ${count} mensagens suas`;
    return time ? `${to} recebeu a sua mensagem de ${time}` : `${to} recebeu uma mensagem sua`;
  },
  undelivered: (to, reason, time) =>
    `sua mensagem ${time ? `de ${time} ` : ""}para ${to} não foi entregue: ${reason}`,
  doubts: { newKey: "chave nova", unsigned: "sem assinatura", forged: "assinatura falsa" },
  keyChanged: (name, verify, trust) =>
    `ATENÇÃO: a chave de ${name} mudou. Pode ser outra pessoa, ou ${name} em uma instalação nova. ` +
    `Nada privado será enviado a ${name} até você decidir: ${verify} ${name} para comparar as ` +
    `chaves, ou ${trust} ${name} para confiar na nova assim mesmo`,
  path: {
    udp: "o UDP voltou: as mensagens globais vão por ele",
    tcp: "o UDP não está passando: as mensagens globais vão por TCP",
  },
  disconnected: (reason) => `sem conexão (${reason}); tentando de novo…`,
  reconnected: "conexão restabelecida",

  entered: (server, name, fingerprint) =>
    `você entrou em ${server} como ${name} (impressão digital do servidor: ${fingerprint})`,
  members: (names) => `${names.length} aqui: ${names.join(", ")}`,
  reach: ({ count, present, lacking, unnamed }) => {
    if (present === 0) return "não há mais ninguém aqui";
    if (count >= present) return `✓ ${count}/${present} — todos receberam`;
    const others = unnamed > 0 ? ` e mais ${unnamed}` : "";
    const verb = present - count === 1 ? "falta" : "faltam";
    return `✓ ${count}/${present} — ${verb}: ${lacking.join(", ")}${others}`;
  },
  diagnosis: {
    title: (version) => `diagnóstico da conexão (versão ${version})`,
    direction: {
      toServer: "UDP daqui até o servidor",
      fromServer: "UDP do servidor até aqui",
    },
    state: { works: "funciona", blocked: "não passa", unknown: "ainda não se sabe" },
    arrived: (arrived, expected, lossPercent) =>
      `perda de ${lossPercent}% (chegaram ${arrived} de ${expected})`,
    roundTrip: (udp, tcp) => `ida e volta: ${udp} por UDP, ${tcp} por TCP`,
    unmeasured: "sem medida",
    transport: {
      udp: "suas mensagens globais vão por UDP",
      tcp: "suas mensagens globais vão por TCP",
      undecided: "suas mensagens globais vão por TCP até se saber se o UDP passa",
    },
    nat: {
      none: "NAT: nenhum entre você e o servidor",
      keeps: "NAT: há um no caminho, e ele se lembra de você",
      forgets: "NAT: há um no caminho, e ele às vezes se esquece de você",
      unknown: "NAT: ainda não se sabe",
    },
    advice: {
      disconnected: () =>
        "sem conexão com o servidor: veja se a sua rede funciona e se o servidor está ligado; " +
        "o cliente continua tentando sozinho",
      silent: () =>
        "o servidor não responde: pode estar parado, ou a rede caiu agora; se ele não voltar, " +
        "em meio minuto o cliente se reconecta sozinho",
      blockedBothWays: (port) =>
        `o UDP não passa em nenhum sentido: peça a quem cuida da rede para liberar UDP na porta ` +
        `${port}, de ida e de volta; até lá tudo vai por TCP, e nada se perde`,
      blockedToServer: (port) =>
        `o UDP não chega ao servidor: peça a quem cuida da rede, da sua ou da do servidor, para ` +
        `liberar UDP na porta ${port}; até lá tudo vai por TCP, e nada se perde`,
      blockedFromServer: (port) =>
        `o UDP que vem do servidor não chega aqui: peça a quem cuida da rede para deixar entrar as ` +
        `respostas UDP da porta ${port}; até lá elas vêm por TCP, e nada se perde`,
      highLoss: () =>
        "muita coisa se perde no caminho e tem de ser repetida, o que atrasa as mensagens: Wi-Fi " +
        "fraco ou rede cheia costumam ser a causa; chegue mais perto do roteador ou use um cabo",
      natForgets: () =>
        "um roteador no caminho se esquece de você depois de um silêncio, e a mensagem seguinte " +
        "demora um pouco mais: quem cuida dele pode aumentar o tempo do UDP para 60 s ou mais",
      untried: () => "ainda não há medidas bastantes: tente de novo daqui a pouco",
      allWell: () => "está tudo bem, não há o que fazer",
    },
  },
  transfers: portugueseTransfers,
  verificationCode: (name, code, confirm) =>
    `leia este código em voz alta com ${name}, por telefone ou pessoalmente:\n${code}\n` +
    `é igual para os dois? então: ${confirm}`,
  sameCode: ["igual", "same", "equal", "sim", "ok"],
  verified: (name) => `a chave de ${name} foi verificada`,
  trusted: (name) => `a nova chave de ${name} vale a partir de agora, mas não foi verificada`,
  nothingToTrust: (name) => `a chave de ${name} não mudou`,
  helpPointer: (command) => `${command} mostra os comandos`,
  kept: "sem conexão: o que você escrever será enviado quando ela voltar",
  notSent: (reason) => `mensagem não enviada: ${reason}`,
  notSentTo: (name, reason) => `mensagem para ${name} não enviada: ${reason}`,
  unsent: (count) =>
    count === 1 ? "1 mensagem não foi enviada" : `${count} mensagens não foram enviadas`,
  unsentPrivate: (count) =>
    count === 1
      ? "1 mensagem privada ainda não saiu; sai da próxima vez que você entrar"
      : `${count} mensagens privadas ainda não saíram; saem da próxima vez que você entrar`,
  unknownCommand: (command, suggestion) =>
    `o comando ${command} não existe${suggestion ? `; seria ${suggestion}?` : "; veja /ajuda"}`,
  misused: (usage) => `use assim: ${usage}`,
  inputNotUtf8: "uma linha da entrada não está em UTF-8 e foi ignorada",
  inputTooLong: `uma linha da entrada passa de ${maxTextKiB} KiB e foi ignorada`,

  commandHelp: {
    udp: "fala com todos",
    tcp: "fala só com alguém",
    members: "mostra quem está aqui",
    reach: "diz quem já tem a sua última mensagem",
    verify: "compara chaves, contra impostores",
    trust: "aceita a chave de alguém que mudou",
    file: "oferece arquivos e pastas a alguém",
    accept: "aceita arquivos (em DIR, se dado)",
    decline: "recusa arquivos",
    transfers: "mostra as transferências",
    cancel: "cancela uma transferência",
    doctor: "examina a conexão e diz o que fazer",
    help: "mostra esta ajuda",
    quit: "sai",
  },
  parameters: {
    member: "NOME",
    text: "TEXTO",
    answer: "",
    number: "[N]",
    directory: "[DIR]",
    paths: "CAMINHO…",
  },
  alsoNamed: (names) => `também ${names.join(", ")}`,
  otherInput: {
    bare: { example: "TEXTO", help: "o mesmo que /udp TEXTO" },
    slash: { example: "//TEXTO", help: "envia a todos um texto que começa com /" },
  },

  askName: "Seu nome: ",
  noName: {
    error: "falta o nome com que entrar",
    hint: "sem um terminal para perguntar, diga-o com --name NOME ou CHAT_NAME",
  },
  cannotEnter: (server, reason) => `não foi possível entrar em ${server}: ${reason}`,
  nameRefused: (name, reason) => `não dá para entrar como ${name}: ${reason}`,
  connectionOver: (reason) => `a conexão terminou: ${reason}`,
  reasons: {
    versionUnsupported: "o cliente e o servidor são de versões diferentes",
    nameTaken: "esse nome já está em uso",
    roomFull: "a sala está cheia",
    banned: "quem cuida do servidor baniu você",
    released: "quem cuida do servidor liberou o seu nome",
    registrationClosed: "o servidor não aceita nomes novos",
    invitationNeeded: "aqui, um nome novo precisa de um convite",
    invitationInvalid: "esse convite não existe ou já foi usado",
    notInRoom: "você não está na sala",
    transferBusy: "já há arquivos demais a caminho",
    transferTaken: "este arquivo já está a caminho por outra conexão",
    transferUnmatched: "o outro lado não veio buscar o arquivo",
    nameEmpty: "um nome tem pelo menos um caractere",
    nameTooLong: `um nome tem no máximo ${maxNameCharacters} caracteres`,
    nameBadCharacter: "um nome tem só letras, números, emojis e _ . - (sem espaços)",
    nameBadStart: "um nome começa com letra, número ou emoji",
    nameMixedScripts: "um nome não mistura letras de alfabetos diferentes",
    unknownMember: "ninguém usa esse nome neste servidor",
    memberLeft: "o destinatário saiu antes de confirmar; ela pode ter chegado",
    addresseeBusy: "já há mensagens demais esperando pelo destinatário",
    textEmpty: "o texto está vazio",
    unreadable: "o destinatário não consegue abri-la",
    unknownMessage: "o servidor não sabe nada dela",
    noSuchTransfer: "essa transferência não existe",
    whichTransfer: "pode ser mais de uma transferência: dê o número",
    quotaExceeded: "há mensagens suas demais esperando por quem está fora",
    expired: "o destinatário não voltou a tempo",
    storageFailed: "o servidor não consegue guardá-la: o disco falha ou está cheio",
    unreachable: "ninguém responde nesse endereço",
    notAServer: "quem responde lá não é um servidor de chat",
    serverKeyChanged: "a chave do servidor mudou: pode não ser mais o mesmo",
    replaced: "você entrou com o mesmo nome em outro lugar",
    memberKeyChanged: "a chave do destinatário mudou; veja /verificar e /confiar",
    memberKeyForged: "o servidor deu uma chave que não é do destinatário",
    noKeyPackage: "o programa do destinatário não tem chave para mensagens privadas",
    notCompared: "veja e compare primeiro o código, com /verificar NOME",
    storeUnusable: "não dá para gravar em disco o que precisa ser guardado",
    textTooLong: `um texto tem no máximo ${maxTextKiB} KiB`,
    nothingSaid: "você ainda não disse nada a todos",
    outboxFull: "há mensagens demais à espera da conexão",
    closed: "a conexão foi encerrada",
    leaving: "o servidor se despediu",
    serverStopping: "o servidor está parando",
    slowReader: "este computador não deu conta das mensagens que recebia",
    silence: "o servidor parou de responder",
    protocolViolation: "um dos lados não seguiu o protocolo",
    connectionLost: "a conexão caiu",
  },
  hints: {
    startServer:
      "veja se o servidor está ligado e se o endereço está certo (--server HOST[:PORTA])",
    checkAddress: "confira o endereço e a porta (--server HOST[:PORTA])",
    chooseName: "escolha outro nome (--name NOME)",
    useSameVersion: "use a mesma versão dos dois lados (--version mostra qual é)",
    tryLater: "tente de novo daqui a pouco",
    compareFingerprint:
      "por outro meio, peça a quem cuida do servidor a impressão digital dele e entre com --fingerprint XXXX-…",
    enterOnce: "para entrar nos dois lugares, use um nome em cada um",
    enterAgain: "entre de novo para ficar com ele, antes que outra pessoa o faça",
    askOperator: "fale com quem cuida do servidor",
    giveInvitation: "peça um a quem cuida do servidor e informe-o com --invite CÓDIGO",
    checkDisk: "veja se há espaço em disco e se o diretório de dados aceita escrita (--data DIR)",
    reportBug: "se acontecer de novo, avise quem cuida do servidor",
  },
  serverSent: (violation) => `o servidor enviou ${violation}`,
  violations: {
    truncated: "uma mensagem cortada",
    trailingBytes: "uma mensagem com bytes a mais",
    lengthOverLimit: "um tamanho acima do limite",
    unknownKind: "uma mensagem de tipo desconhecido",
    badText: "um texto que não está em UTF-8",
    badValue: "um valor inválido",
    unexpectedMessage: "uma mensagem fora de hora",
    versionUnsupported: "outra versão do protocolo",
    authenticationFailed: "dados que não se autenticam",
  },

  askInvitation: "Seu convite: ",
  askPassphrase: "Senha da sua identidade: ",
  askNewPassphrase: "Nova senha: ",
  askPassphraseAgain: "A mesma senha, outra vez: ",
  noIdentities: "ainda não há identidades aqui",
  isSealed: "com senha",
  isNotSealed: "sem senha",
  identityMade: (name, server, fingerprint) => `${name} em ${server} agora é ${fingerprint}`,
  identityExported: (path) =>
    `a identidade está em ${path}; com a senha, pode ser usada em outro lugar`,
  identityImported: (name, server, fingerprint) =>
    `${name} em ${server} é ${fingerprint} aqui também, com a mesma senha`,
  outputFailed: {
    error: "não dá para gravar a saída",
    hint: "veja se o disco para onde ela vai está cheio",
  },
  noDataDir: {
    error: "não há um diretório onde guardar a sua identidade",
    hint: "informe um com --data DIR ou CHAT_DATA",
  },
  passphraseGarbled: {
    error: "a senha não está em UTF-8",
    hint: "digite de novo; se errar uma letra acentuada, recomece em vez de apagar só ela",
  },
  noPassphrase: {
    error: "falta a senha",
    hint: "digite pelo menos um caractere; sem --passphrase, uma identidade nova não tem senha",
  },
  passphrasesDiffer: {
    error: "as duas senhas são diferentes",
    hint: "tente de novo e digite a mesma duas vezes",
  },
  passphraseNeedsTerminal: {
    error: "é preciso uma senha, e não há um terminal em que pedi-la",
    hint: "use um terminal; para conversar sem ele, use uma identidade sem senha (--name)",
  },
  wrongFingerprint: (actual) => ({
    error: `a impressão digital do servidor é ${actual}, e não a esperada`,
    hint: "por outro meio, pergunte a quem cuida do servidor qual é a certa",
  }),
  noIdentity: (name, server) => ({
    error: `não há uma identidade de ${name} em ${server}`,
    hint: "identity show mostra as que existem (--server, --name e --data dizem qual)",
  }),
  identityExists: (path) => ({
    error: `já existe uma identidade, que fica como está: ${path}`,
    hint: "escolha outro nome (--name NOME) ou outro diretório (--data DIR)",
  }),
  otherOwner: (name, server) => ({
    error: `o arquivo guarda a identidade de ${name} em ${server}`,
    hint: "tire --server e --name, ou informe estes",
  }),
  noFile: (path) => ({ error: `o arquivo ${path} não existe`, hint: "confira o nome dele" }),
  fileExists: (path) => ({
    error: `o arquivo ${path} já existe e fica como está`,
    hint: "escolha outro nome para ele",
  }),
  storeFailures: {
    unusable: (path) => ({
      error: `não é possível ler ou gravar ${path}`,
      hint: "confira as permissões e o espaço em disco, ou escolha um diretório com --data",
    }),
    damaged: (path) => ({
      error: `o arquivo ${path} está danificado ou não é o que deveria estar ali`,
      hint: "recupere-o de uma cópia; sem a identidade, você pode perder o nome",
    }),
    newerVersion: (path) => ({
      error: `o arquivo ${path} foi gravado por uma versão mais nova deste programa`,
      hint: "use essa versão ou escolha outro diretório com --data",
    }),
    wrongPassphrase: (path) => ({
      error: `a senha não abre ${path}`,
      hint: "tente de novo, com atenção às maiúsculas e ao idioma do teclado",
    }),
  },
  identityHelp: {
    show: "lista suas identidades",
    new: "cria uma sem entrar",
    export: "copia uma para um arquivo, com senha",
    import: "traz uma de um arquivo desses",
  },
  filePlaceholder: "ARQUIVO",

  usage: (program) => `Uso: ${program} [OPÇÕES]`,
  clientFlagHelp: {
    server: `o servidor (127.0.0.1, porta ${defaultPort})`,
    name: "o nome com que entrar (se faltar, o programa pergunta)",
    data: "o diretório onde ficam suas identidades",
    passphrase: "pede uma senha para proteger uma identidade nova",
    invite: "um convite, para um nome que é novo",
    fingerprint: "a impressão digital do servidor: nenhuma outra serve",
    history: `quantas mensagens anteriores mostrar ao entrar (${defaultHistory})`,
    downloads: "onde salvar o que você recebe (~/Downloads)",
    "accept-verified": "aceita sem perguntar os arquivos de quem tem ✓",
    "no-direct": "arquivos só pelo servidor, sem mostrar seu endereço",
    lang: "o idioma: pt ou en (o do sistema)",
    help: "mostra esta ajuda",
    version: "mostra a versão",
  },
  serverFlagHelp: {
    host: "o endereço em que escutar (todos)",
    port: `a porta, em TCP e UDP (${defaultPort}; 0: qualquer uma livre)`,
    data: "guarda a chave e os donos dos nomes (./chat-data)",
    "max-members": `quantas pessoas cabem na sala (${defaultMaxMembers})`,
    "max-transfer-rate": "arquivos de cada um, em bytes/s (sem limite)",
    registration: "quem ganha nome novo: open, invite, closed (open)",
    lang: "o idioma: pt ou en (o do sistema)",
    help: "mostra esta ajuda",
    version: "mostra a versão",
  },
  serverCommandHelp: {
    invite: "mostra um convite, que deixa entrar um nome novo",
    members: "mostra os nomes que têm dono",
    release: "libera um nome para outro dono e desfaz o banimento",
    ban: "bane o dono de um nome, com qualquer nome que use",
  },
  placeholders: {
    host: "ENDEREÇO",
    port: "PORTA",
    directory: "DIR",
    count: "N",
    history: "N",
    rate: "TAXA",
    language: "pt|en",
    registration: "QUEM",
    server: "HOST[:PORTA]",
    name: "NOME",
    invitation: "CÓDIGO",
    fingerprint: "XXXX-…",
    switch: "",
    none: "",
  },
  expected: {
    host: "espera-se um endereço desta máquina",
    port: "espera-se um número de 0 a 65535",
    directory: "espera-se um diretório",
    count: "espera-se um número inteiro a partir de 1",
    history: `espera-se um número inteiro de 0 a ${maxHistory}`,
    rate: "esperam-se bytes por segundo, de 8k para cima: 500k, 10M, 1G (ou 10Mi, de 1.024)",
    language: "espera-se pt ou en",
    registration: "espera-se open (todos), invite (só com convite) ou closed (ninguém)",
    server: "espera-se HOST ou HOST:PORTA, com a porta de 1 a 65535",
    name: "espera-se um nome",
    invitation: "espera-se um convite",
    fingerprint: "esperam-se cinco grupos de quatro letras e números: K7QD-2M5X-…",
    switch: "espera-se 1 (sim) ou 0 (não)",
    none: "esta opção não leva valor",
  },
  unknownFlag: (flag, suggestion) =>
    `a opção ${flag} não existe${suggestion ? `; seria ${suggestion}?` : ""}`,
  missingValue: (flag) => `falta o valor de ${flag}`,
  badValue: (flag, value) => `${flag} não aceita o valor ${value}`,
  strayArgument: (argument) => `o argumento ${argument} não era esperado`,
  noSuchCommand: (command, suggestion) =>
    `o comando ${command} não existe${suggestion ? `; seria ${suggestion}?` : ""}`,
  seeHelp: (program) => `${program} --help mostra as opções`,

  listening: (port) => `Escutando na porta ${port}, TCP e UDP, em:`,
  fingerprint: (fingerprint) => `Impressão digital: ${fingerprint}`,
  connectFromHere: "Para entrar, nesta máquina:",
  connectFromElsewhere: "Para entrar, em outra:",
  stopping: "parando…",
  memberJoined: (name, address, members) => `${name} entrou, de ${address} (${members} na sala)`,
  memberDetached: (name, reason, members) =>
    `${name} está sem conexão e pode voltar: ${reason} (${members} na sala)`,
  memberResumed: (name, address, members) => `${name} voltou, de ${address} (${members} na sala)`,
  memberLeft: (name, reason, members) => `${name} saiu: ${reason} (${members} na sala)`,
  refused: (address, reason) => `${address} recusado: ${reason}`,
  violated: (who, violation) => `${who} desconectado: enviou ${violation}`,
  exhausted: "a máquina não aceita mais conexões por enquanto",
  storageFailed: (path) =>
    `não é possível ler ou gravar ${path}: cuide do disco, ou nomes podem se perder`,
  fault: (error) => `falha interna, que derrubou uma conexão: ${error}`,
  suppressed: (count) => count === 1 ? "mais 1 linha omitida" : `mais ${count} linhas omitidas`,
  ownedName: (claimed, lastSeen, isBanned) =>
    `desde ${claimed}, visto em ${lastSeen}${isBanned ? ", banido" : ""}`,
  nameReleased: (name) => `o nome ${name} está livre: será de quem entrar com ele primeiro`,
  memberBanned: (name) => `${name} foi banido`,
  noOwner: (name) => ({
    error: `o nome ${name} não tem dono`,
    hint: "o comando members mostra os nomes que têm dono",
  }),
  refusals: {
    versionUnsupported: "fala outra versão do protocolo",
    nameTaken: "o nome já está em uso",
    roomFull: "a sala está cheia",
    banned: "foi banido",
    registrationClosed: "o nome é novo, e o servidor não aceita nomes novos",
    invitationNeeded: "o nome é novo e veio sem convite",
    invitationInvalid: "o nome é novo, e o convite não vale",
    notInRoom: "não está na sala",
    transferBusy: "já há arquivos demais a caminho",
    transferTaken: "o seu lado da transferência já veio",
    transferUnmatched: "o outro lado da transferência não veio",
    nameEmpty: "o nome é vazio",
    nameTooLong: "o nome é longo demais",
    nameBadCharacter: "o nome tem um caractere que não pode ter",
    nameBadStart: "o nome começa com um caractere que não pode",
    nameMixedScripts: "o nome mistura alfabetos",
  },
  leftReasons: {
    leaving: "despediu-se",
    serverStopping: "o servidor está parando",
    replaced: "entrou de novo por outra conexão",
    slowReader: "não deu conta das mensagens que recebia",
    silence: "parou de responder",
    protocolViolation: "não seguiu o protocolo",
    banned: "foi banido",
    released: "o nome foi liberado",
    connectionLost: "a conexão caiu",
  },
  serverFailures: {
    portTaken: (port) => ({
      error: `a porta ${port} já está em uso`,
      hint: "talvez o servidor já esteja ligado; senão, escolha outra com --port",
    }),
    portForbidden: (port) => ({
      error: `o sistema não permite usar a porta ${port}`,
      hint: "escolha uma porta a partir de 1024 com --port",
    }),
    addressUnavailable: (host) => ({
      error: `não é possível escutar no endereço ${host}`,
      hint: "--host leva um endereço desta máquina; sem ele, o servidor escuta em todos",
    }),
    dataDirUnusable: (path) => ({
      error: `não é possível ler ou gravar ${path}`,
      hint: "confira as permissões e o espaço livre, ou escolha outro diretório com --data",
    }),
    keyDamaged: (path) => ({
      error: `o arquivo ${path} não contém uma chave`,
      hint: "recupere-o de uma cópia; se o apagar, o servidor passa a ter outra identidade",
    }),
    databaseDamaged: (path) => ({
      error: `o arquivo ${path} está danificado ou não é do servidor`,
      hint: "recupere-o de uma cópia; se o apagar, todos os nomes ficam livres de novo",
    }),
    databaseNewer: (path) => ({
      error: `o arquivo ${path} é de uma versão mais nova do servidor`,
      hint: "use essa versão, ou outro diretório com --data",
    }),
    databaseMissing: (path) => ({
      error: `o arquivo ${path} não existe`,
      hint: "informe com --data o diretório de um servidor que já tenha sido iniciado",
    }),
  },
};
