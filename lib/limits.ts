/**
 * Every limit of the system with its reason, in one place.
 *
 * The first part is protocol: both sides must agree on it, and docs/PROTOCOL.md repeats it. The rest
 * is tuning: a server or a client may choose otherwise and still be understood.
 *
 * @module
 */

// ---------------------------------------------------------------------------------------- protocol

/** TCP and UDP port a server listens on unless told otherwise. */
export const defaultPort = 7700;

/** A Noise message is at most this long (Noise §3), so a frame's 2-byte length can say nothing larger. */
export const maxFrameBytes = 65_535;

/** A handshake message carries three keys, two tags, a name and a few numbers; more is an attack. */
export const maxHandshakeFrameBytes = 512;

/** A text in UTF-8: about five printed pages, and four of them still fit in one frame. */
export const maxTextBytes = 16_384;

/** An envelope is an encrypted text: room for the text, post-quantum key material and padding. */
export const maxEnvelopeBytes = 32_768;

/** An Ed25519 public key (RFC 8032 §5.1.5). */
export const signingKeyBytes = 32;

/** An Ed25519 signature (RFC 8032 §5.1.6). */
export const signatureBytes = 64;

/** An invitation code: 24 characters and their hyphens, and room for other servers' ideas of one. */
export const maxInvitationBytes = 64;

/** Names a transfer: random, so that nobody guesses whom else's to join. */
export const transferIdBytes = 16;

/** A key package with X-Wing keys and its owner's name takes 2.7 KiB. */
export const maxKeyPackageBytes = 4_096;

/** Key packages in one `publish`, so that the message stays within a frame. */
export const maxKeyPackagesPerMessage = 10;

/** Private messages sealed in one group: what a stolen state can open is that many at most. */
export const maxMessagesPerGroup = 100;

/** A Welcome into a group of two with names of full length takes 4.5 KiB. */
export const maxWelcomeBytes = 5_120;

/** A datagram that crosses every usual link unfragmented: IPv6's 1,280 less headers and tunnels. */
export const maxDatagramBytes = 1_200;

/** A name in Unicode characters: longer ones push the text off the line. */
export const maxNameCharacters = 32;

/** A name in UTF-8: four bytes a character is the most that encoding takes. */
export const maxNameBytes = 4 * maxNameCharacters;

/** An IP address as text, of either family: the longest has 45 characters, and a zone may follow. */
export const maxHostBytes = 64;

/** A SHA-256 digest. */
export const transferDigestBytes = 32;

/** What Linux and macOS take, in UTF-8; Windows takes 255 UTF-16 units, which are never more. */
export const maxFileNameBytes = 255;

/** Addresses at which a receiver waits for a direct connection: of both families, on two networks. */
export const maxDirectAddresses = 4;

/** Names in one `members` or `presence` message, so that the message stays within a frame. */
export const maxNamesPerMessage = 400;

/** Datagrams a receiver tells apart from replays: 50 ms of a saturated path, out of order. */
export const replayWindowSize = 2_048;

/** Frames sealed with one key before both sides derive the next (Noise §11.3); GCM allows 2^32. */
export const framesPerKey = 65_536;

/** Datagrams sealed in one session: with 75 blocks each, GCM's bound is still below 2^-40. */
export const maxDatagramsPerSession = 2 ** 36;

/** The random secret of one transfer: AES-256 deserves as much. */
export const fileKeyBytes = 32;

/**
 * Content in one record of a transfer: what a cut costs at most. With half of it a CPU has a fifth more to do for
 * each byte; with twice as much nothing is won.
 */
export const transferChunkBytes = 131_072;

/** The names, sizes and dates of what one transfer brings: of some ten thousand files. */
export const maxManifestBytes = 1_048_576;

/** Content of one transfer: sealed with one key, it leaves GCM's bound below 2^-48. */
export const maxTransferBytes = 2 ** 44;

/** A side of a transfer that has had nothing to say for this long says so: two may get lost in a pause. */
export const transferAliveMs = 10_000;

/**
 * Without a whole record from the other side for this long, while it waits for one, a side gives a transfer up. What
 * has come of a record gives it more time: see {@linkcode minTransferBytesPerSecond}.
 */
export const transferSilenceMs = 30_000;

/** A stream that is this slow, in bytes a second, isn't taken for a silent one. */
export const minTransferBytesPerSecond = 1_000;

// ------------------------------------------------------------------------------ what a transfer holds

/** Files and directories in one: more would be names of a few letters only. */
export const maxManifestEntries = 16_384;

/** Directories within directories: deeper than what people make by hand, less than what tires a file manager. */
export const maxManifestDepth = 32;

/** A path within a transfer, in UTF-8: macOS takes 1,024 with the directory that it is received in. */
export const maxManifestPathBytes = 768;

/** The last ms that `Date` can tell (ECMA-262 §21.4.1.1). */
export const maxModifiedAtMs = 8.64e15;

// --------------------------------------------------------------------------------- members and time

/** Silence that ends a handshake: a slow phone needs two seconds, an attacker wants forever. */
export const handshakeTimeoutMs = 5_000;

/** Connections in the middle of their handshake; one more closes the oldest of them. */
export const maxPendingHandshakes = 512;

/**
 * Connections from one address (IPv6: one /64): a school behind one router fits, and one address alone
 * can't hold all handshakes. Loopback is exempt.
 */
export const maxConnectionsPerAddress = 256;

/** Members in the room: at 30 KiB each the server stays below 400 MB. */
export const defaultMaxMembers = 10_000;

/** Without a word for this long, a client asks whether the connection still lives. */
export const pingAfterMs = 10_000;

/**
 * A client that awaits an answer over TCP, and hears nothing for this long, asks once more; after the same time
 * again it connects anew. Within 5 s TCP has repeated a lost packet four times (0.2 s, doubling, on Linux).
 */
export const answerTimeoutMs = 5_000;

/** What a client counts on at least while it waits: 8 KB/s, a poor mobile link. */
export const slowestLinkBytesPerMs = 8;

/** Without a word for this long, the connection is given up, on either side. */
export const silenceTimeoutMs = 30_000;

/**
 * A member whose connection has broken stays in the room for this long: a phone between two networks, or
 * a client that tries again every 4 s at the most, is back by then, and nobody has to hear of it.
 */
export const resumeMs = 60_000;

/**
 * Datagrams go on to such a member for this long after the last one from it: three of its probes. Who has
 * shut its machine down doesn't send any.
 */
export const detachedDatagramsMs = 5_000;

/** A write that the peer has not taken for this long: it has stopped reading. */
export const writeTimeoutMs = 15_000;

/** An acknowledgement waits this long for company: half of all writes are saved, and nobody sees it. */
export const lazyMs = 5;

/** Bytes waiting for a slow reader: 120 of the longest texts, or the names of a full room. */
export const maxQueuedBytes = 2_097_152;

/**
 * With so much waiting for a slow reader, it gets no global messages until it has drained: it finds them
 * in the history, and what is left of the queue serves what is kept nowhere else. Twice what one answer to
 * its own request brings.
 */
export const congestedBytes = 524_288;

/** The same for a write that the peer has not taken for this long: a lost packet of a slow phone's takes less. */
export const congestedWriteMs = 2_000;

/** With so little left in its queue it has drained: a frame, which goes out in one write. */
export const drainedBytes = 65_536;

/** A server that stops says so to everybody and then waits this long for the words to leave. */
export const farewellTimeoutMs = 1_000;

// -------------------------------------------------------------------------------------------- floods

/** A global message counts as one for each so many characters of its text: about what a datagram holds. */
export const saidCharactersPerToken = 1_000;

/**
 * Of what is said to everybody, so many bytes wait for the next round. With more, those who say more have to wait, over
 * UDP as if it were lost: a room that takes more than it sends would only grow slower.
 */
export const maxUnsentBytes = 524_288;

/** Who says something over TCP meanwhile isn't read from for this long. */
export const busyRoomPauseMs = 250;

/** Token buckets of one member: so many at once, then so many a second. */
export const floodLimits = {
  /** Each global message costs the server one delivery a member, a long one more: see {@linkcode saidCharactersPerToken}. */
  say: { burst: 500, perSecond: 100 },
  /** Private messages, and the small change of the protocol, cost one delivery each. */
  other: { burst: 4_000, perSecond: 2_000 },
  /**
   * Bytes of old messages: at once a quarter of all that is kept, which a busy room says in minutes. It
   * doesn't count with the others, so whoever catches up can talk, and talkers can catch up.
   */
  repair: { burst: 2_097_152, perSecond: 262_144 },
} as const;

/** Requests for old messages of one member that wait for its allowance: the oldest gaps, which hold up the rest. */
export const maxWaitingRepairs = 4;

/**
 * The same for all who come from one IPv4 address, or one IPv6 /64, together: otherwise whoever makes
 * identities has the limits as often as it likes. A class of 200 behind one router must not notice,
 * neither when it talks nor when all of it reconnects at once. Loopback is exempt.
 */
export const networkLimits = {
  /** The class tries again five times before the first second is over; then 2 % of a core for handshakes. */
  entry: { burst: 1_000, perSecond: 20 },
  /** Five members' worth: a dozen messages of everybody at once, and then 150 a minute of each. */
  say: { burst: 2_500, perSecond: 500 },
  /** As well: new keys and greetings of everybody at once, of 300 tokens each, and then 50 a second of each. */
  other: { burst: 60_000, perSecond: 10_000 },
} as const;

/** A network is forgotten so long after its last connection: twice what its slowest allowance takes to fill. */
export const rememberNetworkMs = 120_000;

/** Networks remembered, at some 500 bytes each: beyond it, those without a connection are forgotten. */
export const maxIdleNetworks = 20_000;

/** Lines the server logs a second about strangers; what is over is counted and said in one line. */
export const maxStrangerLogLinesPerSecond = 10;

/** The same about members, whom a class that comes in together must not exceed. */
export const maxMemberLogLinesPerSecond = 100;

/** A client asks again whose a name is no sooner than this: a flood of forgeries must not hold up a room. */
export const askAgainMs = 30_000;

/** A client gives the server keys no more often than this, whatever the server says that it lacks. */
export const supplyPauseMs = 10_000;

/** Last resorts whose secrets a client keeps: others may have fetched the older ones. */
export const maxKeptLastResorts = 8;

/** Authors of whom a client remembers which messages it has shown: a tenth of a full server. */
export const maxAuthorsRemembered = 1_000;

/**
 * Who has just come in publishes its keys a moment later: whoever wants to write to it asks again after so
 * long, doubling, so many times. In all it is 3 s, which a slow phone needs for its first keys.
 */
export const keyPackagePatience = { firstPauseMs: 50, pauses: 6 } as const;

/** Times that a private message is sealed anew because its addressee couldn't open it. */
export const maxSealings = 4;

/** Private messages of which a client remembers that it couldn't open them, to say so the second time. */
export const maxUnreadableRemembered = 256;

/**
 * Envelopes that wait to be opened: 32 times what a server may have on its way to a member, and less than fills
 * a client's memory. Each counts as so many bytes more than it has.
 */
export const maxUnopenedBytes = 16_777_216;
export const unopenedOverheadBytes = 512;

/** A message whose time is further off is shown with it: what clocks may differ by (RFC 4120 §5.2.6). */
export const maxClockSkewMs = 300_000;

/** Names of members that a client keeps: more than fit a server, less than fill its memory. */
export const maxRollNames = 100_000;

/**
 * After a round of global messages the next begins no sooner than this, for each member present: what
 * comes meanwhile goes out together and shares datagrams. The first after a silence goes out at once.
 */
export const roundMsPerMember = 0.1;

/** The same for a crowd: a tenth of a second is where people begin to notice. */
export const maxRoundMs = 100;

/** How often a server looks after its members: probes, stalled writes, silences. */
export const tickMs = 250;

/** News of who came and went wait this long for each member present: a crowd is told in batches. */
export const presencePauseMsPerMember = 0.5;

/** Members told at a time who came and went, before the machine's other work gets its turn. */
export const membersToldAtOnce = 100;

// ------------------------------------------------------------------------------- names and their keys

/** Names a server binds to their owners: ten full rooms; beyond, somebody is collecting them. */
export const maxOwners = 100_000;

/** One-use key packages kept for an owner: as many new acquaintances may write while it is away. */
export const maxKeyPackagesPerOwner = 20;

/** At so few left the owner is told, and publishes more, so that the next acquaintances find some too. */
export const keyPackagesLow = 5;

/**
 * Key packages that one member may use up: a whole room of acquaintances at once, and so many a second
 * after that. Who asks for more is given last resorts, and uses up nobody's supply.
 */
export const keyPackageLimit = { burst: 100, perSecond: 1 } as const;

/** What publishing key packages costs of a member's allowance: a second of it is 256 KiB. */
export const publishedBytesPerToken = 128;

/**
 * The same for a `publish` of whatever size, since each is a transaction: 0.3 ms of the server, as long as a
 * hundred private messages. A client publishes when it starts, and then hardly ever.
 */
export const publishTokens = 100;

/** What an `identify` counts for of a member's allowance: it looks into the database. */
export const identifyTokens = 4;

/** When an owner was last there is written down no more often than this: each write costs the disk. */
export const touchEveryMs = 60_000;

/** An invitation is this many random bytes: 120 bits, which nobody guesses, in 24 characters. */
export const invitationBytes = 15;

/** A process waits this long for another's write to the database: each takes a few ms. */
export const databaseBusyMs = 2_000;

// ------------------------------------------------------------------------------------ private messages

/**
 * Private messages that wait for their addressees, and bytes of envelopes in them. All together they fill
 * no disk of today, and from half of that on (`full`) only those who have little waiting may add; a busy
 * author, or one who is after somebody's mailbox, leaves room for others.
 */
export const mailLimits = {
  all: { messages: 200_000, bytes: 2_147_483_648 },
  full: { messages: 100_000, bytes: 1_073_741_824 },
  ofAuthor: { messages: 1_024, bytes: 8_388_608 },
  ofAddressee: { messages: 4_096, bytes: 33_554_432 },
  ofPair: { messages: 512, bytes: 2_097_152 },
} as const;

/** Private messages handed to one member and not yet acknowledged; bytes are a quarter of what may wait in a connection. */
export const maxHandedOver = { messages: 1_024, bytes: 524_288 } as const;

/** One that was handed over goes to the disk when it is unacknowledged for so long: a round trip to most places. */
export const handedOverMs = 50;

/** Private messages read from the disk at a time: the largest are half of what may be under way. */
export const handedOverAtOnce = 8;

/** Ends of private messages that their authors have yet to hear; beyond, the oldest ask, and send them again. */
export const maxUnheardConclusions = 100_000;

/** A private message whose addressee doesn't come is given up after 30 days. */
export const letterLifeMs = 30 * 86_400_000;

/** How often the server looks for such ones. */
export const expireEveryMs = 60_000;

/** And how many it gives up at a time, in some ms. */
export const lettersExpiredAtOnce = 1_000;

// ------------------------------------------------------------------------------------------ transfers

/** One end of a transfer waits so long for the other: time for a lost connection to be noticed and replaced. */
export const transferWaitMs = 60_000;

/** No byte in either direction for so long ends a transfer: the same, or a disk that has to wake up. */
export const transferIdleMs = 60_000;

/** Transfer connections of one member, those that wait included: a few files each way. */
export const maxTransferConnectionsPerMember = 8;

/** The same of all members: 256 transfers, with 64 MiB of buffers where all go at full speed one way. */
export const maxTransferConnections = 512;

/** Read at a time in a transfer: from here on more gains nothing, and holds up chat for longer. */
export const transferBufferBytes = 262_144;

/** The same in a direction that has little to say, such as acknowledgements. */
export const quietTransferBufferBytes = 1_024;

/** The lowest rate that a member's transfers can be held to, in bytes a second: none of them seems silent then. */
export const minTransferRate = maxTransferConnectionsPerMember * minTransferBytesPerSecond;

/** Reads a second of a transfer whose rate is limited: few enough to cost little, enough to look steady. */
export const limitedReadsPerSecond = 10;

// -------------------------------------------------------------------------------------------- history

/** An author is told for so long whom its newest message has reached: who lacks it then has gone. */
export const reachMs = 60_000;

/** Members gone through to answer who lacks a message, for each token: some µs of the server's. */
export const reachedMembersPerToken = 100;

/** Global messages the server can repeat to a member that missed them. */
export const historyMessages = 4_096;

/** The same in bytes, for a room that writes novels. */
export const historyBytes = 8_388_608;

/** Message ids of one author that are remembered, so that a repeat is not a second message. */
export const rememberedIds = 1_024;

/** Time for which an absent author's ids are remembered: longer than a client's longest pause. */
export const rememberIdsMs = 300_000;

/** Absent authors that are remembered: two full rooms. */
export const maxAbsentAuthors = 20_000;

/** Ids of theirs that are remembered in all: some 60 MB. */
export const maxAbsentIds = 1_000_000;

// ----------------------------------------------------------------------------------------------- path

/** A quiet path is probed this often, so that routers keep its mapping (the usual limit is 30 s). */
export const idleProbeMs = 20_000;

/** A path that carried a message since its last probe is probed this often. */
export const activeProbeMs = 1_500;

/** A probe that was not heard after this long is lost: twice what a word from the other side of the world takes. */
export const probeTimeoutMs = 500;

/** After a lost probe the next ones follow this soon: within {@linkcode tickMs}, so a server sends one a look. */
export const doubtProbeMs = 200;

/** A path that is down is probed this often, until one is heard. */
export const downProbeMs = 1_000;

/** Probes that a verdict on a path rests on: the last ones. */
export const probeWindow = 12;

/**
 * Lost ones among them that mean that a path is down. With the numbers above, a cut is noticed 4.0 s after the
 * last probe that was heard, by a server 4.5 s; at 30 % random loss a path in use is thought down once in 40 h.
 */
export const lostProbesUntilDown = 11;

/**
 * Heard ones among them that mean that a path which was down is up again: 3 s after its return, and within 10 s
 * 99.7 times in 100 where it loses a fifth. Fewer, and a path that loses most would come and go.
 */
export const heardProbesUntilUp = 9;

/** No datagram for this long, while a server probes every {@linkcode idleProbeMs}: 20 probes were lost. */
export const datagramSilenceMs = 25_000;

/** From one new port of a client to the next, while UDP is broken: a port that works is known to within 10 s. */
export const newPortPauseMs = 12_000;

/** Datagrams over which it is told how many arrive: enough for a percentage, few enough to be news. */
export const arrivalSpan = 256;

/**
 * The pause before an author's first repeat of a global message; doubled each time. In between it follows the
 * round trip: the shortest is what a busy machine may be late by, the longest where nothing was measured.
 */
export const firstRepeatMs = { shortest: 40, longest: 250 } as const;

/** Tries over UDP before a global message goes over TCP. */
export const maxDatagramTries = 4;

/**
 * A gap in the room's numbers may be mere reordering for this long; then the server is asked. What comes later
 * than its successor by itself does so by a few ms, and to ask in vain costs one message over TCP, while
 * everything behind a gap waits so much longer.
 */
export const gapPatienceMs = 20;

/**
 * Gaps that the server is asked for at a time: what is lost on a bad path within a long round trip, and as many
 * small requests as it takes in a tenth of a second.
 */
export const maxRepairsInFlight = 256;

/** Bytes of old messages in answer to one request; the member asks again for the rest. */
export const maxRepairBytes = 262_144;

/** Messages from before it came that a client can ask for: a quarter of what the server keeps. */
export const maxHistory = 1_000;

/** What the terminal asks for unless told otherwise: two screenfuls, to see what the talk is about. */
export const defaultHistory = 50;

/** Messages held back behind a gap; beyond it the gap is shown and the rest goes on. */
export const maxHeldBack = 4_096;

// ------------------------------------------------------------------------------------------ transfers

/** Records of a transfer sealed, or opened, at a time: two keep two cores busy, the rest smooths the flow. */
export const transferRecordsAhead = 4;

/** A receiver says this often how much it has written: what people see as steady. */
export const transferProgressMs = 250;

// --------------------------------------------------------------------------------------------- client

/** Private messages on their way at a time; the rest waits in the outbox. */
export const maxSendsInFlight = 256;

/** The same in bytes, well below what the link takes for a peer that has stopped reading. */
export const maxSendBytesInFlight = 262_144;

/**
 * Private messages to one addressee who is present, in bytes of envelopes, that aren't delivered yet; the rest
 * waits here: it will not be long, and one author must not fill the mailbox. For who is absent the server keeps all,
 * up to a quota.
 */
export const maxUndeliveredBytes = 262_144;

/** Global messages that travel together over TCP; over UDP it is as many as share a datagram. */
export const maxSaysInFlight = 64;

/** The same in bytes, for the same reason as with private messages. */
export const maxSayBytesInFlight = 262_144;

/** Messages of ours that aren't settled: global ones not yet numbered, private ones not yet delivered. */
export const maxOutbox = 10_000;

/** The same of private ones in bytes, with their envelopes: what a client holds in memory, and on its disk. */
export const maxOutboxBytes = 67_108_864;

/** What may be lost when the process is killed is written this much later, all of it at once. */
export const outboxLazyMs = 500;

/**
 * This long after a connection stands, a client looks once more for what another process, which it has taken over
 * from, has left in the outbox: that one stops as soon as it is told.
 */
export const takeOverMs = 3_000;

/** Private messages that the server is asked about at a time, on a new connection: two frames of questions. */
export const maxInquiriesInFlight = 256;

/**
 * Pauses between attempts to reconnect: the first, and the longest (each drawn at random below it). A server
 * that is back has everybody back within 10 s, and a full room's handshakes still spread over several.
 */
export const reconnectPauseMs = { first: 500, longest: 4_000 } as const;

/** A connection that has stood for so long is a success: the next pause is a first one again. */
export const stableConnectionMs = 10_000;

/** A client says by itself how far it has everything, where no probe has said so for this long: as often as those. */
export const haveAfterMs = 1_500;

/** A probe's answer is given this long before the server is asked what it has counted: people wait meanwhile. */
export const probeAnswerMs = 400;

/** A server that hasn't said for this long how it sees the way to it doesn't answer. */
export const checkupPatienceMs = 5_000;

/** Events that wait for a reader of `events()`; beyond it, whoever reads is not reading: the oldest go. */
export const maxQueuedEvents = 20_000;

// ---------------------------------------------------------------------------------- transfers, in a client

/** A direct connection is tried for so long before the server's way: a LAN answers within a few ms. */
export const directHeadStartMs = 300;

/** Where the server's way is barred, a direct connection is waited for so long: its sender may have just been told. */
export const directGraceMs = 3_000;

/** Connections to a transfer's port that haven't proved yet that they belong to it; more are a scan. */
export const maxDirectStrangers = 4;

/** Pauses between attempts to go on with a transfer: the first, and the longest. */
export const transferPauseMs = { first: 250, longest: 10_000 } as const;

/** How often a receiver looks whether the sender is in the room again. */
export const awaitPeerMs = 1_000;

/** Attempts in a row that somebody in between has spoilt; a broken network interrupts, it doesn't alter. */
export const maxCorruptAttempts = 3;

/** Offers of one member that nobody has answered; more are a nuisance, and take up disk. */
export const maxUnansweredOffers = 64;

/** What a transfer has left in a directory, and no client knows of, is removed when nobody has tried it for so long. */
export const abandonedTransferMs = 30 * 86_400_000;

/** Transfers of one run that are listed; beyond it, the oldest of those that are over are forgotten. */
export const maxTransfersRemembered = 1_000;

/** How often a program is told how far a transfer is. */
export const transferEventMs = 250;

// ------------------------------------------------------------------------------- end-to-end encryption

/** New keys at least this often, though few messages be written. */
export const groupLifeMs = 86_400_000;

/** Groups kept to open one member's messages: what is on its way when the author starts anew several times. */
export const maxIncomingGroupsPerMember = 8;

/** The same of all members, at up to 8 KiB each: beyond it, whose oldest go has to write anew. */
export const maxIncomingGroups = 1_000;

/** A message that is older than this is no longer on its way. */
export const incomingGroupLifeMs = 30 * 86_400_000;

/** Unused one-use secrets kept: five times what the server has, for those that others have fetched. */
export const maxKeptKeyPackages = 50;

/** The last resort is replaced after this time, used or not. */
export const lastResortLifeMs = 30 * 86_400_000;

/** Its secret is kept for this time, in case that somebody fetched it just before and is slow to write. */
export const lastResortKeptMs = 2 * lastResortLifeMs;

/** Groups that a last resort remembers to have led into, so that none of them is joined twice. */
export const maxLastResortGroups = 1_000;

/** Where messages show that keys are lost, all are replaced; no more often than this, for anybody can feign it. */
export const replaceSupplyPauseMs = 86_400_000;

/** Times in a row that another process may have written first; beyond it, the store refuses everything. */
export const maxLostRaces = 100;

// ------------------------------------------------------------------------------------ files on the disk

/** Left free on the receiver's disk, so that the system and its other programs go on. */
export const freeSpaceReserveBytes = 268_435_456;

/** How much room the disk has is measured anew after so many bytes received: a few times a second at most. */
export const spaceCheckBytes = 67_108_864;

/** Read from a disk at a time, to compute a digest: more gains nothing, and holds up chat for longer. */
export const diskReadBytes = 262_144;

/** A file system gathers what it writes out for so many files at a time; more would take too many descriptors. */
export const filesSyncedAtOnce = 16;

/** Looked at at a time when a folder is gone through, for the same reason. */
export const filesOpenedAtOnce = 16;

/** Smaller files may have holes: sending them costs nobody anything. */
export const minSparseBytes = 1_048_576;

/** A file with less than one byte in so many on the disk is sparse: compression hardly ever reaches that. */
export const sparseRatio = 32;
