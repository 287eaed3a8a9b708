import type { TransferWords } from "./transfer_words.ts";

/** What is said of files in Portuguese. */
export const portugueseTransfers: TransferWords = {
  folder: (name) => `pasta ${name}`,
  withOthers: (first, others) => `${first} e mais ${others}`,
  files: (count, shown) => count === 1 ? "1 arquivo" : `${shown} arquivos`,
  of: "de",
  timeLeft: (time) => `faltam ${time}`,

  offer: (peer, what, accept, decline) =>
    `${peer} quer lhe enviar ${what}: ${accept} ou ${decline}`,
  offerOfVerified: (peer, what) => `${peer} envia ${what}`,
  receiving: (peer, title, directory) => `recebendo ${title} de ${peer}; vai para ${directory}`,
  received: (peer, pace, paths) => `recebido de ${peer} ${pace}, salvo em ${paths}`,
  declinedByUs: (title) => `você recusou ${title}`,

  preparing: (peer, what) => `preparando ${what} para ${peer}…`,
  offered: (peer, what, isPresent) =>
    `você ofereceu a ${peer} ${what}` +
    (isPresent ? "" : `; ${peer} está fora e fica sabendo quando entrar`),
  leftOut: (paths) =>
    `ficam de fora (links, dispositivos, arquivos esparsos ou ilegíveis): ${paths}`,
  notOffered: (peer, reason) => `a oferta a ${peer} não saiu: ${reason}`,
  accepted: (peer, title) => `${peer} aceitou ${title}`,
  declined: (peer, title) => `${peer} recusou ${title}`,
  sent: (peer, pace, title) => `${peer} recebeu ${title} ${pace}`,

  waiting: (peer, title) => `${title}: à espera de ${peer}; começa sozinho assim que der`,
  paused: (title, percent) => `${title}: parou em ${percent}%; continua sozinho assim que der`,
  resumed: (title, percent) => `${title}: continua a partir de ${percent}%`,
  cancelled: (title) => `você cancelou ${title}`,
  cancelledBy: (peer, title) => `${peer} cancelou ${title}`,
  failed: (title, reason) => `${title}: ${reason}`,
  pace: (time, speed) => `em ${time}${speed ? ` (${speed})` : ""}`,
  underOneSecond: "menos de 1 s",
  goOn: (count) =>
    count === 1
      ? "1 transferência não terminou; continua da próxima vez que você entrar"
      : `${count} transferências não terminaram; continuam da próxima vez que você entrar`,

  list: (count) => {
    if (count === 0) return "nenhuma transferência";
    return count === 1 ? "1 transferência:" : `${count} transferências:`;
  },
  entry: {
    in: (peer, what) => `↓ ${what} de ${peer}`,
    out: (peer, what) => `↑ ${what} para ${peer}`,
  },
  states: {
    preparing: () => "em preparação",
    waiting: (peer) => `à espera de ${peer}`,
    done: () => "pronto",
    declined: () => "recusado",
    cancelled: () => "cancelado",
  },
  unanswered: {
    out: "ainda sem resposta",
    in: (accept, decline) => `${accept} ou ${decline}`,
  },

  sourceErrors: {
    notFound: (path) => `${path} não existe; confira o nome (com espaços, escreva-o entre aspas)`,
    unreadable: (path) => `não dá para ler ${path}; confira as permissões`,
    specialFile: (path) => `${path} não é um arquivo comum nem uma pasta`,
    sparseFile: (path) => `${path} é quase todo vazio (arquivo esparso); compacte-o antes`,
    tooMuch: (path) =>
      `é demais para uma só transferência (até ${path}); envie em partes ou compacte antes`,
    nothingToSend: () => "falta dizer o quê; informe um arquivo ou uma pasta",
  },
  transferErrors: {
    failed: {
      in: (peer) => `algo falhou de um dos lados; peça a ${peer} que envie de novo`,
      out: () => "algo falhou de um dos lados; envie de novo",
    },
    cancelled: {
      in: (peer) => `foi cancelado; se ainda o quiser, peça a ${peer} que envie de novo`,
      out: () => "foi cancelado; se ainda quiser, envie de novo",
    },
    declined: {
      in: (peer) => `foi recusado; se ainda o quiser, peça a ${peer} que envie de novo`,
      out: (peer) => `${peer} não quer; pergunte antes de enviar de novo`,
    },
    sourceChanged: {
      in: (peer) => `mudou no disco de ${peer} depois da oferta; peça que envie de novo`,
      out: () => "mudou no seu disco depois da oferta; envie de novo",
    },
    noSpace: {
      in: (_, accept) => `não há espaço no disco; libere algum, ou escolha outro lugar: ${accept}`,
      out: (peer) => `falta espaço no disco de ${peer}, que pode aceitar de novo depois`,
    },
    tooLarge: {
      in: (peer) => `é mais do que dá para receber de uma vez; peça a ${peer} que envie em partes`,
      out: (peer) => `é mais do que ${peer} pode receber de uma vez; envie em partes`,
    },
    badManifest: {
      in: (peer) =>
        `não é o que foi oferecido, e nada foi salvo; confirme com ${peer} se foi de propósito`,
      out: (peer) => `o lado de ${peer} não aceitou a lista de arquivos; usem a mesma versão`,
    },
    digestMismatch: {
      in: (peer) => `o que chegou não é o que foi oferecido, e foi apagado; avise ${peer}`,
      out: (peer) => `o que chegou a ${peer} não é o que foi oferecido; envie de novo`,
    },
    corrupt: {
      in: (_, accept) => `alguém no caminho altera os dados; tente por outra rede: ${accept}`,
      out: (peer) =>
        `alguém no caminho altera os dados; por outra rede, ${peer} pode aceitar de novo`,
    },
    interrupted: {
      in: (peer) => `a conexão com ${peer} caiu; peça que envie de novo`,
      out: () => "a conexão caiu; envie de novo",
    },
    peerGone: {
      in: (peer) => `${peer} não está mais lá; peça que envie de novo`,
      out: (peer) => `${peer} não está mais lá; envie de novo`,
    },
    versionUnsupported: {
      in: (peer) => `o programa de ${peer} é de outra versão; usem a mesma (--version)`,
      out: (peer) => `o programa de ${peer} é de outra versão; usem a mesma (--version)`,
    },
    unwritable: {
      in: (_, accept) => `não dá para gravar ali; escolha outro lugar: ${accept}`,
      out: (peer) => `não deu para gravar no disco de ${peer}, que pode aceitar de novo depois`,
    },
    busy: {
      in: () => "outro programa seu já está recebendo isto; deixe que ele termine",
      out: (peer) => `outro programa de ${peer} já está recebendo isto`,
    },
  },
};
