import {
  defaultHistory,
  defaultMaxMembers,
  defaultPort,
  maxHistory,
  maxNameCharacters,
  maxTextBytes,
} from "../limits.ts";
import { englishTransfers } from "./english_transfers.ts";
import type { Language } from "./language.ts";

const maxTextKiB = maxTextBytes / 1024;

export const english: Language = {
  tag: "en",
  privateFrom: (name) => `Private from ${name}`,
  privateTo: (name) => `Private to ${name}`,
  joined: (name) => `${name} joined`,
  left: (name) => `${name} left`,
  caughtUp: "— up to here, what was said before you came —",
  missing: (count) => count === 1 ? "1 message missing" : `${count} messages missing`,
  overrun: (count) => `${count} lines left out: the output didn't keep up`,
  unreadable: (from) => `a private message from ${from} can't be read`,
  delivered: (to, count, time) => {
    if (count > 1) return `${to} has ${count} messages of yours`;
    return time ? `${to} has your message of ${time}` : `${to} has a message of yours`;
  },
  undelivered: (to, reason, time) =>
    `your message ${time ? `of ${time} ` : ""}to ${to} wasn't delivered: ${reason}`,
  doubts: { newKey: "new key", unsigned: "unsigned", forged: "forged" },
  keyChanged: (name, verify, trust) =>
    `WARNING: the key of ${name} has changed. This may be somebody else, or ${name} on a new ` +
    `installation. Nothing private is sent to ${name} until you decide: ${verify} ${name} to ` +
    `compare keys, or ${trust} ${name} to trust the new one as it is`,
  path: {
    udp: "UDP is back: global messages go over it",
    tcp: "UDP doesn't get through: global messages go over TCP",
  },
  disconnected: (reason) => `disconnected (${reason}); trying again…`,
  reconnected: "connected again",

  entered: (server, name, fingerprint) =>
    `you have entered ${server} as ${name} (server fingerprint: ${fingerprint})`,
  members: (names) => `${names.length} here: ${names.join(", ")}`,
  reach: ({ count, present, lacking, unnamed }) => {
    if (present === 0) return "nobody else is here";
    if (count >= present) return `✓ ${count}/${present} — everyone has it`;
    const others = unnamed > 0 ? ` and ${unnamed} more` : "";
    return `✓ ${count}/${present} — not yet: ${lacking.join(", ")}${others}`;
  },
  diagnosis: {
    title: (version) => `diagnosis of the connection (version ${version})`,
    direction: {
      toServer: "UDP from here to the server",
      fromServer: "UDP from the server to here",
    },
    state: { works: "works", blocked: "doesn't get through", unknown: "not known yet" },
    arrived: (arrived, expected, lossPercent) =>
      `${lossPercent}% lost (${arrived} of ${expected} arrived)`,
    roundTrip: (udp, tcp) => `round trip: ${udp} over UDP, ${tcp} over TCP`,
    unmeasured: "not measured",
    transport: {
      udp: "your global messages go over UDP",
      tcp: "your global messages go over TCP",
      undecided: "your global messages go over TCP until it is known whether UDP gets through",
    },
    nat: {
      none: "NAT: none between you and the server",
      keeps: "NAT: there is one on the way, and it remembers you",
      forgets: "NAT: there is one on the way, and now and then it forgets you",
      unknown: "NAT: not known yet",
    },
    advice: {
      disconnected: () =>
        "no connection to the server: see that your network works and that the server is running; " +
        "the client goes on trying by itself",
      silent: () =>
        "the server doesn't answer: it may have stopped, or the network has just failed; if it " +
        "doesn't come back, the client reconnects by itself in half a minute",
      blockedBothWays: (port) =>
        `UDP gets through in neither direction: ask whoever runs the network to allow UDP on port ` +
        `${port}, both ways; until then everything goes over TCP, and nothing is lost`,
      blockedToServer: (port) =>
        `UDP doesn't get to the server: ask whoever runs the network, yours or the server's, to ` +
        `allow UDP on port ${port}; until then everything goes over TCP, and nothing is lost`,
      blockedFromServer: (port) =>
        `UDP from the server doesn't get here: ask whoever runs the network to let in the UDP ` +
        `answers from port ${port}; until then they come over TCP, and nothing is lost`,
      highLoss: () =>
        "much is lost on the way and has to be repeated, which makes messages late: weak Wi-Fi or " +
        "a busy network is the usual cause; go nearer to the router, or use a cable",
      natForgets: () =>
        "a router on the way forgets you after a silence, and the next message takes a little " +
        "longer: whoever runs it can raise its UDP timeout to 60 s or more",
      untried: () => "there isn't enough to measure yet: try again in a little while",
      allWell: () => "all is well, there is nothing to do",
    },
  },
  transfers: englishTransfers,
  verificationCode: (name, code, confirm) =>
    `read this code aloud with ${name}, by telephone or in person:\n${code}\n` +
    `the same for both? then: ${confirm}`,
  sameCode: ["same", "equal", "igual", "yes", "ok"],
  verified: (name) => `${name} is verified`,
  trusted: (name) => `the new key of ${name} is trusted from now on, but not verified`,
  nothingToTrust: (name) => `the key of ${name} hasn't changed`,
  helpPointer: (command) => `${command} shows the commands`,
  kept: "no connection: what you write will be sent when it is back",
  notSent: (reason) => `message not sent: ${reason}`,
  notSentTo: (name, reason) => `message to ${name} not sent: ${reason}`,
  unsent: (count) => count === 1 ? "1 message was not sent" : `${count} messages were not sent`,
  unsentPrivate: (count) =>
    count === 1
      ? "1 private message hasn't left yet; it leaves the next time you enter"
      : `${count} private messages haven't left yet; they leave the next time you enter`,
  unknownCommand: (command, suggestion) =>
    `there is no command ${command}${suggestion ? `; did you mean ${suggestion}?` : "; see /help"}`,
  misused: (usage) => `use it like this: ${usage}`,
  inputNotUtf8: "a line of the input isn't UTF-8 and was skipped",
  inputTooLong: `a line of the input is over ${maxTextKiB} KiB and was skipped`,

  commandHelp: {
    udp: "speaks to everyone",
    tcp: "speaks to one person alone",
    members: "shows who is here",
    reach: "shows who has your newest message",
    verify: "compares keys, against impostors",
    trust: "accepts somebody's changed key",
    file: "offers somebody files and folders",
    accept: "accepts what is offered, into DIR if given",
    decline: "declines what is offered",
    transfers: "shows the transfers",
    cancel: "stops a transfer",
    doctor: "examines the connection, and advises",
    help: "shows this help",
    quit: "leaves",
  },
  parameters: {
    member: "NAME",
    text: "TEXT",
    answer: "",
    number: "[N]",
    directory: "[DIR]",
    paths: "PATH…",
  },
  alsoNamed: (names) => `also ${names.join(", ")}`,
  otherInput: {
    bare: { example: "TEXT", help: "the same as /udp TEXT" },
    slash: { example: "//TEXT", help: "says a text that begins with /" },
  },

  askName: "Your name: ",
  noName: {
    error: "there is no name to enter under",
    hint: "without a terminal to ask on, give it with --name NAME or CHAT_NAME",
  },
  cannotEnter: (server, reason) => `cannot enter ${server}: ${reason}`,
  nameRefused: (name, reason) => `cannot enter as ${name}: ${reason}`,
  connectionOver: (reason) => `the connection is over: ${reason}`,
  reasons: {
    versionUnsupported: "client and server are of different versions",
    nameTaken: "the name is already taken",
    roomFull: "the room is full",
    banned: "whoever runs the server has banned you",
    released: "whoever runs the server has set your name free",
    registrationClosed: "the server takes no new names",
    invitationNeeded: "a new name needs an invitation here",
    invitationInvalid: "this invitation doesn't exist, or has been used",
    notInRoom: "you aren't in the room",
    transferBusy: "too many files are on their way already",
    transferTaken: "this file is on its way by another connection already",
    transferUnmatched: "the other side didn't come for the file",
    nameEmpty: "a name has at least one character",
    nameTooLong: `a name has at most ${maxNameCharacters} characters`,
    nameBadCharacter: "a name has only letters, digits, emoji and _ . - (no spaces)",
    nameBadStart: "a name begins with a letter, a digit or an emoji",
    nameMixedScripts: "a name doesn't mix letters of different alphabets",
    unknownMember: "nobody on this server has that name",
    memberLeft: "the addressee left before confirming it; it may have arrived",
    addresseeBusy: "too many messages already wait for the addressee",
    textEmpty: "the text is empty",
    unreadable: "the addressee can't open it",
    unknownMessage: "the server knows nothing of it",
    noSuchTransfer: "there is no such transfer",
    whichTransfer: "more than one transfer could be meant: give its number",
    quotaExceeded: "too many of your messages wait for people who are away",
    expired: "the addressee didn't come back in time",
    storageFailed: "the server can't keep it: its disk fails or is full",
    unreachable: "nobody answers there",
    notAServer: "what answers there isn't a chat server",
    serverKeyChanged: "the server's key has changed: it may not be the same one",
    replaced: "you have entered under the same name somewhere else",
    memberKeyChanged: "the addressee's key has changed; see /verify and /trust",
    memberKeyForged: "the server gave out a key that isn't the addressee's",
    noKeyPackage: "the addressee's program has no key for private messages",
    notCompared: "see and compare the code first, with /verify NAME",
    storeUnusable: "what has to be kept can't be written to disk",
    textTooLong: `a text has at most ${maxTextKiB} KiB`,
    nothingSaid: "you haven't said anything to everyone yet",
    outboxFull: "too many messages are waiting for the connection",
    closed: "the connection was closed",
    leaving: "the server said goodbye",
    serverStopping: "the server is stopping",
    slowReader: "this computer didn't keep up with what it received",
    silence: "the server stopped answering",
    protocolViolation: "one side didn't keep to the protocol",
    connectionLost: "the connection broke",
  },
  hints: {
    startServer: "see that the server is running and the address is right (--server HOST[:PORT])",
    checkAddress: "check the address and the port (--server HOST[:PORT])",
    chooseName: "choose another name (--name NAME)",
    useSameVersion: "use the same version on both sides (--version shows which it is)",
    tryLater: "try again in a little while",
    compareFingerprint:
      "over another channel, ask whoever runs the server for its fingerprint, and enter with --fingerprint XXXX-…",
    enterOnce: "to be in both places, use a name for each",
    enterAgain: "enter again to have it anew, before somebody else does",
    askOperator: "ask whoever runs the server",
    giveInvitation: "ask whoever runs the server for one, and give it with --invite CODE",
    checkDisk: "see that the disk has room and that the data directory can be written (--data DIR)",
    reportBug: "if it happens again, tell whoever runs the server",
  },
  serverSent: (violation) => `the server sent ${violation}`,
  violations: {
    truncated: "a message cut short",
    trailingBytes: "a message with bytes left over",
    lengthOverLimit: "a length over the limit",
    unknownKind: "a message of an unknown kind",
    badText: "a text that isn't UTF-8",
    badValue: "an invalid value",
    unexpectedMessage: "a message out of turn",
    versionUnsupported: "another version of the protocol",
    authenticationFailed: "data that can't be authenticated",
  },

  askInvitation: "Your invitation: ",
  askPassphrase: "Passphrase of your identity: ",
  askNewPassphrase: "New passphrase: ",
  askPassphraseAgain: "The same again: ",
  noIdentities: "there are no identities here yet",
  isSealed: "with a passphrase",
  isNotSealed: "without a passphrase",
  identityMade: (name, server, fingerprint) => `${name} at ${server} is now ${fingerprint}`,
  identityExported: (path) => `the identity is in ${path}; its passphrase opens it elsewhere`,
  identityImported: (name, server, fingerprint) =>
    `${name} at ${server} is ${fingerprint} here too, with the same passphrase`,
  outputFailed: {
    error: "the output can't be written",
    hint: "see whether the disk that it goes to is full",
  },
  noDataDir: {
    error: "there is no directory to keep your identity in",
    hint: "give one with --data DIR or CHAT_DATA",
  },
  passphraseGarbled: {
    error: "the passphrase isn't UTF-8",
    hint: "type it again, from the beginning where an accented letter has to be corrected",
  },
  noPassphrase: {
    error: "there is no passphrase",
    hint: "type at least one character; without --passphrase, a new identity needs none",
  },
  passphrasesDiffer: {
    error: "the two passphrases differ",
    hint: "try again, and type the same twice",
  },
  passphraseNeedsTerminal: {
    error: "a passphrase is needed, and there is no terminal to ask for it on",
    hint:
      "run it at a terminal; to chat without one, use an identity without a passphrase (--name)",
  },
  wrongFingerprint: (actual) => ({
    error: `the server's fingerprint is ${actual}, not the one expected`,
    hint: "over another channel, ask whoever runs the server which one is right",
  }),
  noIdentity: (name, server) => ({
    error: `there is no identity of ${name} at ${server}`,
    hint: "identity show lists those that there are (--server, --name and --data say which)",
  }),
  identityExists: (path) => ({
    error: `there is an identity already, and it stays as it is: ${path}`,
    hint: "choose another name (--name NAME) or another directory (--data DIR)",
  }),
  otherOwner: (name, server) => ({
    error: `the file keeps the identity of ${name} at ${server}`,
    hint: "leave out --server and --name, or give these",
  }),
  noFile: (path) => ({ error: `there is no file ${path}`, hint: "check its name" }),
  fileExists: (path) => ({
    error: `the file ${path} is there already, and stays as it is`,
    hint: "choose another name for it",
  }),
  storeFailures: {
    unusable: (path) => ({
      error: `cannot read or write ${path}`,
      hint: "check its permissions and the space on the disk, or choose a directory with --data",
    }),
    damaged: (path) => ({
      error: `the file ${path} is damaged, or isn't what should be there`,
      hint: "restore it from a copy; without its identity, a name may be lost to you",
    }),
    newerVersion: (path) => ({
      error: `the file ${path} was written by a newer version of this program`,
      hint: "use that version, or choose another directory with --data",
    }),
    wrongPassphrase: (path) => ({
      error: `the passphrase doesn't open ${path}`,
      hint: "try again, minding capitals and the keyboard's language",
    }),
  },
  identityHelp: {
    show: "lists your identities",
    new: "makes one without entering",
    export: "copies one to a file, with a passphrase",
    import: "takes one from such a file",
  },
  filePlaceholder: "FILE",

  usage: (program) => `Usage: ${program} [OPTIONS]`,
  clientFlagHelp: {
    server: `the server (127.0.0.1, port ${defaultPort})`,
    name: "the name to enter under (asked for when missing)",
    data: "the directory that keeps your identities",
    passphrase: "asks for a passphrase to seal a new identity with",
    invite: "an invitation, for a name that is new",
    fingerprint: "the server's fingerprint: no other will do",
    history: `how many earlier messages to show on entering (${defaultHistory})`,
    downloads: "where to save what you receive (~/Downloads)",
    "accept-verified": "accepts files of those with a ✓ without asking",
    "no-direct": "files only through the server: hides your address",
    lang: "the language: pt or en (the system's)",
    help: "shows this help",
    version: "shows the version",
  },
  serverFlagHelp: {
    host: "the address to listen on (all of them)",
    port: `TCP and UDP port (${defaultPort}; 0: any that is free)`,
    data: "keeps its key and the owners of names (./chat-data)",
    "max-members": `how many people fit in the room (${defaultMaxMembers})`,
    "max-transfer-rate": "each member's files, in bytes/s (no limit)",
    registration: "who may take new names: open, invite, closed (open)",
    lang: "the language: pt or en (the system's)",
    help: "shows this help",
    version: "shows the version",
  },
  serverCommandHelp: {
    invite: "prints an invitation, which lets one new name in",
    members: "shows the names that have an owner",
    release: "sets a name free for somebody else, and lifts a ban",
    ban: "bans a name's owner, whatever name it comes by",
  },
  placeholders: {
    host: "ADDRESS",
    port: "PORT",
    directory: "DIR",
    count: "N",
    history: "N",
    rate: "RATE",
    language: "pt|en",
    registration: "WHO",
    server: "HOST[:PORT]",
    name: "NAME",
    invitation: "CODE",
    fingerprint: "XXXX-…",
    switch: "",
    none: "",
  },
  expected: {
    host: "it takes an address of this machine",
    port: "it takes a number from 0 to 65535",
    directory: "it takes a directory",
    count: "it takes a whole number from 1 up",
    history: `it takes a whole number from 0 to ${maxHistory}`,
    rate: "it takes bytes a second, from 8k up: 500k, 10M, 1G (or 10Mi, of 1,024)",
    language: "it takes pt or en",
    registration: "it takes open, invite or closed",
    server: "it takes HOST or HOST:PORT, with a port from 1 to 65535",
    name: "it takes a name",
    invitation: "it takes an invitation",
    fingerprint: "it takes five groups of four letters and digits: K7QD-2M5X-…",
    switch: "it takes 1 (yes) or 0 (no)",
    none: "it takes no value",
  },
  unknownFlag: (flag, suggestion) =>
    `there is no option ${flag}${suggestion ? `; did you mean ${suggestion}?` : ""}`,
  missingValue: (flag) => `${flag} needs a value`,
  badValue: (flag, value) => `${flag} can't be ${value}`,
  strayArgument: (argument) => `unexpected argument ${argument}`,
  noSuchCommand: (command, suggestion) =>
    `there is no command ${command}${suggestion ? `; did you mean ${suggestion}?` : ""}`,
  seeHelp: (program) => `${program} --help shows the options`,

  listening: (port) => `Listening on port ${port}, TCP and UDP, at:`,
  fingerprint: (fingerprint) => `Fingerprint: ${fingerprint}`,
  connectFromHere: "To enter, on this machine:",
  connectFromElsewhere: "To enter, on another one:",
  stopping: "stopping…",
  memberJoined: (name, address, members) => `${name} joined from ${address} (${members} here)`,
  memberDetached: (name, reason, members) =>
    `${name} is cut off and may return: ${reason} (${members} here)`,
  memberResumed: (name, address, members) => `${name} is back, from ${address} (${members} here)`,
  memberLeft: (name, reason, members) => `${name} left: ${reason} (${members} here)`,
  refused: (address, reason) => `${address} refused: ${reason}`,
  violated: (who, violation) => `${who} disconnected: sent ${violation}`,
  exhausted: "the machine takes no more connections for now",
  storageFailed: (path) => `cannot read or write ${path}: see to the disk, or names may be lost`,
  fault: (error) => `internal fault, which cost one connection: ${error}`,
  suppressed: (count) => count === 1 ? "1 more line suppressed" : `${count} more lines suppressed`,
  ownedName: (claimed, lastSeen, isBanned) =>
    `since ${claimed}, last here ${lastSeen}${isBanned ? ", banned" : ""}`,
  nameReleased: (name) => `${name} is free: whoever enters by it first owns it`,
  memberBanned: (name) => `${name} is banned`,
  noOwner: (name) => ({
    error: `nobody owns the name ${name}`,
    hint: "the command members shows the names that have an owner",
  }),
  refusals: {
    versionUnsupported: "it speaks another version of the protocol",
    nameTaken: "the name is already taken",
    roomFull: "the room is full",
    banned: "it is banned",
    registrationClosed: "the name is new, and no new ones are taken",
    invitationNeeded: "the name is new, and no invitation came with it",
    invitationInvalid: "the name is new, and the invitation isn't valid",
    notInRoom: "it isn't in the room",
    transferBusy: "too many files are on their way already",
    transferTaken: "its side of the transfer has come already",
    transferUnmatched: "the other side of the transfer didn't come",
    nameEmpty: "the name is empty",
    nameTooLong: "the name is too long",
    nameBadCharacter: "the name has a character that it may not have",
    nameBadStart: "the name begins with a character that it may not",
    nameMixedScripts: "the name mixes alphabets",
  },
  leftReasons: {
    leaving: "said goodbye",
    serverStopping: "the server is stopping",
    replaced: "entered again by another connection",
    slowReader: "didn't keep up with what it received",
    silence: "stopped answering",
    protocolViolation: "didn't keep to the protocol",
    banned: "has been banned",
    released: "the name has been set free",
    connectionLost: "the connection broke",
  },
  serverFailures: {
    portTaken: (port) => ({
      error: `port ${port} is already in use`,
      hint: "perhaps the server is already running; otherwise choose another port with --port",
    }),
    portForbidden: (port) => ({
      error: `the system doesn't allow port ${port}`,
      hint: "choose a port from 1024 up with --port",
    }),
    addressUnavailable: (host) => ({
      error: `cannot listen at the address ${host}`,
      hint:
        "--host takes an address of this machine; without it, the server listens at all of them",
    }),
    dataDirUnusable: (path) => ({
      error: `cannot read or write ${path}`,
      hint: "check its permissions and the free space, or choose another directory with --data",
    }),
    keyDamaged: (path) => ({
      error: `the file ${path} doesn't hold a key`,
      hint: "restore it from a copy; if you delete it, the server gets another identity",
    }),
    databaseDamaged: (path) => ({
      error: `the file ${path} is damaged, or isn't the server's`,
      hint: "restore it from a copy; if you delete it, every name is free again",
    }),
    databaseNewer: (path) => ({
      error: `the file ${path} is from a newer version of the server`,
      hint: "use that version, or another directory with --data",
    }),
    databaseMissing: (path) => ({
      error: `there is no file ${path}`,
      hint: "give the directory of a server that has run before with --data",
    }),
  },
};
