import type { TransferWords } from "./transfer_words.ts";

/** What is said of files in English. */
export const englishTransfers: TransferWords = {
  folder: (name) => `folder ${name}`,
  withOthers: (first, others) => `${first} and ${others} more`,
  files: (count, shown) => count === 1 ? "1 file" : `${shown} files`,
  of: "of",
  timeLeft: (time) => `${time} left`,

  offer: (peer, what, accept, decline) =>
    `${peer} would like to send you ${what}: ${accept} or ${decline}`,
  offerOfVerified: (peer, what) => `${peer} sends ${what}`,
  receiving: (peer, title, directory) => `receiving ${title} from ${peer}; it goes to ${directory}`,
  received: (peer, pace, paths) => `received from ${peer} ${pace}, saved as ${paths}`,
  declinedByUs: (title) => `you have declined ${title}`,

  preparing: (peer, what) => `preparing ${what} for ${peer}…`,
  offered: (peer, what, isPresent) =>
    `you have offered ${peer} ${what}` +
    (isPresent ? "" : `; ${peer} is away, and learns of it on coming in`),
  leftOut: (paths) => `not sent (links, devices, sparse or unreadable files): ${paths}`,
  notOffered: (peer, reason) => `the offer to ${peer} hasn't left: ${reason}`,
  accepted: (peer, title) => `${peer} has accepted ${title}`,
  declined: (peer, title) => `${peer} has declined ${title}`,
  sent: (peer, pace, title) => `${peer} has received ${title} ${pace}`,

  waiting: (peer, title) => `${title}: waiting for ${peer}; it starts by itself`,
  paused: (title, percent) => `${title}: stopped at ${percent}%; it goes on by itself`,
  resumed: (title, percent) => `${title}: goes on from ${percent}%`,
  cancelled: (title) => `you have cancelled ${title}`,
  cancelledBy: (peer, title) => `${peer} has cancelled ${title}`,
  failed: (title, reason) => `${title}: ${reason}`,
  pace: (time, speed) => `in ${time}${speed ? ` (${speed})` : ""}`,
  underOneSecond: "less than 1 s",
  goOn: (count) =>
    count === 1
      ? "1 transfer isn't finished; it goes on the next time you enter"
      : `${count} transfers aren't finished; they go on the next time you enter`,

  list: (count) => {
    if (count === 0) return "no transfers";
    return count === 1 ? "1 transfer:" : `${count} transfers:`;
  },
  entry: {
    in: (peer, what) => `↓ ${what} from ${peer}`,
    out: (peer, what) => `↑ ${what} to ${peer}`,
  },
  states: {
    preparing: () => "being prepared",
    waiting: (peer) => `waiting for ${peer}`,
    done: () => "done",
    declined: () => "declined",
    cancelled: () => "cancelled",
  },
  unanswered: {
    out: "no answer yet",
    in: (accept, decline) => `${accept} or ${decline}`,
  },

  sourceErrors: {
    notFound: (path) => `there is no ${path}; check the name (quote one that has spaces)`,
    unreadable: (path) => `${path} can't be read; check its permissions`,
    specialFile: (path) => `${path} is neither a plain file nor a folder`,
    sparseFile: (path) => `${path} is nearly all holes (a sparse file); compress it first`,
    tooMuch: (path) =>
      `it is too much for one transfer (at ${path}); send it in parts, or compress it first`,
    nothingToSend: () => "there is nothing to send; name a file or a folder",
  },
  transferErrors: {
    failed: {
      in: (peer) => `something failed on one side; ask ${peer} to send it again`,
      out: () => "something failed on one side; send it again",
    },
    cancelled: {
      in: (peer) => `it was cancelled; if you still want it, ask ${peer} to send it again`,
      out: () => "it was cancelled; if you still want to, send it again",
    },
    declined: {
      in: (peer) => `it was declined; if you still want it, ask ${peer} to send it again`,
      out: (peer) => `${peer} doesn't want it; ask before you send it again`,
    },
    sourceChanged: {
      in: (peer) => `it changed on the disk of ${peer} after the offer; ask for it again`,
      out: () => "it changed on your disk after the offer; send it again",
    },
    noSpace: {
      in: (_, accept) => `the disk has no room; make some, or choose another place: ${accept}`,
      out: (peer) => `the disk of ${peer} has no room; ${peer} can accept it again later`,
    },
    tooLarge: {
      in: (peer) => `it is more than can be received at once; ask ${peer} to send it in parts`,
      out: (peer) => `it is more than ${peer} can receive at once; send it in parts`,
    },
    badManifest: {
      in: (peer) => `it isn't what was offered, and nothing was saved; ask ${peer} about it`,
      out: (peer) => `the side of ${peer} didn't take the list of files; use the same version`,
    },
    digestMismatch: {
      in: (peer) => `what came isn't what was offered, and was deleted; tell ${peer}`,
      out: (peer) => `what came to ${peer} isn't what was offered; send it again`,
    },
    corrupt: {
      in: (_, accept) => `somebody on the way alters the data; try another network: ${accept}`,
      out: (peer) =>
        `somebody on the way alters the data; ${peer} can accept it again by another network`,
    },
    interrupted: {
      in: (peer) => `the connection broke; ask ${peer} to send it again`,
      out: () => "the connection broke; send it again",
    },
    peerGone: {
      in: (peer) => `${peer} isn't there any more; ask for it again`,
      out: (peer) => `${peer} isn't there any more; send it again`,
    },
    versionUnsupported: {
      in: (peer) => `the program of ${peer} is of another version; use the same (--version)`,
      out: (peer) => `the program of ${peer} is of another version; use the same (--version)`,
    },
    unwritable: {
      in: (_, accept) => `nothing can be written there; choose another place: ${accept}`,
      out: (peer) => `the disk of ${peer} doesn't take it; ${peer} can accept it again later`,
    },
    busy: {
      in: () => "another program of yours is receiving it already; let it finish",
      out: (peer) => `another program of ${peer} is receiving it already`,
    },
  },
};
