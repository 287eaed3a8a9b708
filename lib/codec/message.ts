/**
 * The messages that members and server exchange, and their bytes: a kind in one byte, then the fields
 * in the order of the type below. docs/PROTOCOL.md gives the layout of each.
 *
 * @module
 */
import {
  maxEnvelopeBytes,
  maxHostBytes,
  maxKeyPackageBytes,
  maxKeyPackagesPerMessage,
  maxNameBytes,
  maxNamesPerMessage,
  maxTextBytes,
  signatureBytes,
  signingKeyBytes,
} from "../limits.ts";
import type { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import { ProtocolError } from "./protocol_error.ts";
import {
  type ByeCode,
  byeCodes,
  type RefusedCode,
  refusedCodes,
  type RejectedCode,
  rejectedCodes,
} from "./codes.ts";

/** Drawn at random by the author; unique among the author's messages, also as what is dropped as a repeat. */
export type MessageId = bigint;

/** A global message on its way to the server. */
export interface Say {
  readonly kind: "say";
  readonly id: MessageId;
  /** The author's clock, in ms since 1970. */
  readonly sentAt: number;
  readonly text: string;
  /** The author's Ed25519 signature, 64 bytes, or nothing. */
  readonly signature: Uint8Array;
}

/** A global message as the server hands it on, the author's copy included. */
export interface Said {
  readonly kind: "said";
  /** The room's number for it: 1, 2, 3, … */
  readonly seq: number;
  readonly from: string;
  readonly id: MessageId;
  readonly sentAt: number;
  readonly text: string;
  readonly signature: Uint8Array;
}

/** Tells an author who repeated a global message that it has been numbered already. */
export interface Numbered {
  readonly kind: "numbered";
  readonly id: MessageId;
  readonly seq: number;
}

/** Says over TCP what a probe that went unheard would have said. */
export interface Newest {
  readonly kind: "newest";
  /** Number of the newest global message. */
  readonly seq: number;
}

/** Asks the server to repeat the global messages with these numbers, both included. */
export interface Repair {
  readonly kind: "repair";
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** The server no longer has these numbers, both included. */
export interface Missing {
  readonly kind: "missing";
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** A private message on its way to the server, which can't look into the envelope. */
export interface Send {
  readonly kind: "send";
  readonly id: MessageId;
  readonly to: string;
  readonly envelope: Uint8Array;
}

/** The server has the private message and answers for it. */
export interface Accepted {
  readonly kind: "accepted";
  readonly id: MessageId;
}

/** The server will not take the message, for the reason given. */
export interface Rejected {
  readonly kind: "rejected";
  readonly id: MessageId;
  readonly code: RejectedCode;
}

/** A private message handed to its addressee. */
export interface Told {
  readonly kind: "told";
  /** The server's number for this delivery, to be named in `received`. */
  readonly delivery: number;
  readonly from: string;
  readonly id: MessageId;
  readonly envelope: Uint8Array;
}

/** The addressee has the private message. */
export interface Received {
  readonly kind: "received";
  readonly delivery: number;
}

/** The addressee has the private message and can't open it: its author has to send it sealed anew. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly delivery: number;
}

/** The author learns that the addressee has it. */
export interface Delivered {
  readonly kind: "delivered";
  readonly id: MessageId;
}

/** Asks what has become of a private message of ours; the answer is `accepted`, `delivered` or `rejected`. */
export interface Inquire {
  readonly kind: "inquire";
  readonly id: MessageId;
}

/** Says over TCP what no probe has said yet: how far this member has everything. */
export interface Have {
  readonly kind: "have";
  /** The newest global message that it has with none missing before it. */
  readonly seq: number;
}

/** Asks who still lacks a global message; the answer is {@linkcode Reached}. */
export interface Reach {
  readonly kind: "reach";
  readonly seq: number;
}

/** How far a global message has come: told to its author as that grows, and to whoever asks. */
export interface Reached {
  readonly kind: "reached";
  readonly seq: number;
  /** Members, the author not counted, that have it. */
  readonly count: number;
  /** Members that are present, the author not counted. */
  readonly present: number;
  /** Who lacks it, as many as fit; nobody where nobody has asked. */
  readonly lacking: readonly string[];
}

/** Asks how the server sees this member's way; the answer is {@linkcode Diagnosis}. */
export interface Diagnose {
  readonly kind: "diagnose";
}

/** How the server sees the member's way to it. */
export interface Diagnosis {
  readonly kind: "diagnosis";
  /** The IP address that the TCP connection comes from. */
  readonly tcpHost: string;
  /** The IP address that the newest datagram came from; empty where none has come. */
  readonly udpHost: string;
  readonly udpPort: number;
  /** How often the address or port of the datagrams has changed. */
  readonly moves: number;
  /** Of the last `expected` datagrams that the member sent, so many have arrived. */
  readonly arrived: number;
  readonly expected: number;
  /** Whether the server's datagrams arrive at the member, by what the member has heard. */
  readonly isUp: boolean;
}

/** Asks whose a name is; the answer is `identified`, or `rejected` with `unknownMember`. */
export interface Identify {
  readonly kind: "identify";
  /** Drawn by whoever asks, to tell the answers apart. */
  readonly id: MessageId;
  readonly name: string;
  /** Whether a key package is wanted, which is then used up. */
  readonly wantsKeyPackage: boolean;
}

/** Whose a name is, as far as the server can be believed. */
export interface Identified {
  readonly kind: "identified";
  readonly id: MessageId;
  /** As its owner writes it. */
  readonly name: string;
  /** Its owner's Ed25519 public key. */
  readonly signingKey: Uint8Array;
  /** An MLS KeyPackage (RFC 9420 §10) of its owner's; nothing where none was wanted, or there is none. */
  readonly keyPackage: Uint8Array;
}

/** A member's MLS key packages, for the server to hand out to whoever writes to it. */
export interface Publish {
  readonly kind: "publish";
  /** Drawn at random by each client that starts with no keys: another one than before replaces all packages. */
  readonly supply: bigint;
  /** Handed out again and again when the others are used up; nothing where the last one stays. */
  readonly lastResort: Uint8Array;
  /** Each handed out once. */
  readonly keyPackages: readonly Uint8Array[];
}

/** What the server has of a member's key packages: told with the welcome, and when they run low. */
export interface Published {
  readonly kind: "published";
  /** As in the newest {@linkcode Publish}, or 0. */
  readonly supply: bigint;
  /** How many are left, the last resort not counted. */
  readonly left: number;
}

/** The server's yes to a handshake. */
export interface Welcome {
  readonly kind: "welcome";
  /** Names the member's datagrams. */
  readonly sessionId: bigint;
  /** The room's own id: where it differs from the one known, the numbers start anew. */
  readonly room: bigint;
  /** Drawn by each server that starts: where it differs from the one known, {@linkcode baseSeq} counts. */
  readonly run: bigint;
  /**
   * Number of the newest global message when this server started. A member that has higher ones from before
   * has what the server lost to a power failure, and their numbers are being given anew.
   */
  readonly baseSeq: number;
  /** The name as the server writes it. */
  readonly name: string;
  /** Number of the newest global message. */
  readonly newestSeq: number;
}

/** The server's no to a handshake; it closes the connection after it. */
export interface Refused {
  readonly kind: "refused";
  readonly code: RefusedCode;
}

/**
 * Both sides of a transfer have come: the last message of such a connection. What follows is the other side's,
 * byte for byte, without frames.
 */
export interface Paired {
  readonly kind: "paired";
}

/** Who is there, to a newcomer, in as many messages as it takes. */
export interface Members {
  readonly kind: "members";
  readonly names: readonly string[];
  /** Whether this message is the last of the list. */
  readonly complete: boolean;
}

/** Who has come and gone since the last such message. */
export interface Presence {
  readonly kind: "presence";
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** Sent over UDP to learn whether it arrives. */
export interface Probe {
  readonly kind: "probe";
  readonly number: number;
  /** From the server: the newest global message. From a member: the newest it has without a gap. */
  readonly seq: number;
}

/** Sent over TCP: that probe arrived. */
export interface Heard {
  readonly kind: "heard";
  readonly number: number;
  /** As in {@linkcode Probe}. */
  readonly seq: number;
}

/** Is anybody there? */
export interface Ping {
  readonly kind: "ping";
}

/** The answer to {@linkcode Ping}. */
export interface Pong {
  readonly kind: "pong";
}

/** The last message of a connection, and why it ends. */
export interface Bye {
  readonly kind: "bye";
  readonly code: ByeCode;
}

/** What a member may send. */
export type MemberMessage =
  | Say
  | Send
  | Received
  | Unreadable
  | Inquire
  | Repair
  | Have
  | Reach
  | Diagnose
  | Identify
  | Publish
  | Probe
  | Heard
  | Ping
  | Pong
  | Bye;

/** What the server may send. */
export type ServerMessage =
  | Said
  | Numbered
  | Newest
  | Missing
  | Accepted
  | Rejected
  | Told
  | Delivered
  | Reached
  | Diagnosis
  | Identified
  | Published
  | Welcome
  | Refused
  | Paired
  | Members
  | Presence
  | Probe
  | Heard
  | Ping
  | Pong
  | Bye;

export type Message = MemberMessage | ServerMessage;

/** The first byte of each message. Never reuse a number. */
const numberOf = {
  say: 1,
  send: 2,
  received: 3,
  repair: 4,
  unreadable: 5,
  identify: 6,
  publish: 7,
  inquire: 8,
  have: 9,
  reach: 10,
  diagnose: 11,
  welcome: 16,
  refused: 17,
  members: 18,
  presence: 19,
  said: 20,
  missing: 21,
  accepted: 22,
  rejected: 23,
  told: 24,
  delivered: 25,
  numbered: 26,
  newest: 27,
  identified: 28,
  published: 29,
  reached: 30,
  diagnosis: 31,
  probe: 32,
  heard: 33,
  ping: 34,
  pong: 35,
  bye: 36,
  paired: 48,
} as const satisfies Record<Message["kind"], number>;

/**
 * Appends one message.
 *
 * @throws {RangeError} where a number, or a length, doesn't fit its field.
 */
export function encodeMessage(writer: ByteWriter, message: Message): void {
  writer.u8(numberOf[message.kind]);
  switch (message.kind) {
    case "say":
      writer.u64(message.id);
      writer.u53(message.sentAt);
      writer.string16(message.text);
      return writer.bytes8(message.signature);
    case "said":
      writer.u53(message.seq);
      writer.string8(message.from);
      writer.u64(message.id);
      writer.u53(message.sentAt);
      writer.string16(message.text);
      return writer.bytes8(message.signature);
    case "repair":
    case "missing":
      writer.u53(message.firstSeq);
      return writer.u53(message.lastSeq);
    case "send":
      writer.u64(message.id);
      writer.string8(message.to);
      return writer.bytes16(message.envelope);
    case "numbered":
      writer.u64(message.id);
      return writer.u53(message.seq);
    case "newest":
    case "have":
    case "reach":
      return writer.u53(message.seq);
    case "reached":
      writer.u53(message.seq);
      writer.u32(message.count);
      writer.u32(message.present);
      return encodeNames(writer, message.lacking);
    case "inquire":
    case "accepted":
    case "delivered":
      return writer.u64(message.id);
    case "rejected":
      writer.u64(message.id);
      return writer.u8(rejectedCodes.indexOf(message.code));
    case "told":
      writer.u53(message.delivery);
      writer.string8(message.from);
      writer.u64(message.id);
      return writer.bytes16(message.envelope);
    case "received":
    case "unreadable":
      return writer.u53(message.delivery);
    case "identify":
      writer.u64(message.id);
      writer.string8(message.name);
      return writer.u8(message.wantsKeyPackage ? 1 : 0);
    case "identified":
      writer.u64(message.id);
      writer.string8(message.name);
      writer.raw(message.signingKey, signingKeyBytes);
      return writer.bytes16(message.keyPackage);
    case "publish":
      writer.u64(message.supply);
      writer.bytes16(message.lastResort);
      return encodeKeyPackages(writer, message.keyPackages);
    case "published":
      writer.u64(message.supply);
      return writer.u16(message.left);
    case "welcome":
      writer.u64(message.sessionId);
      writer.u64(message.room);
      writer.u64(message.run);
      writer.u53(message.baseSeq);
      writer.string8(message.name);
      return writer.u53(message.newestSeq);
    case "diagnosis":
      writer.string8(message.tcpHost);
      writer.string8(message.udpHost);
      writer.u16(message.udpPort);
      writer.u32(message.moves);
      writer.u16(message.arrived);
      writer.u16(message.expected);
      return writer.u8(message.isUp ? 1 : 0);
    case "refused":
      return writer.u8(refusedCodes.indexOf(message.code));
    case "members":
      encodeNames(writer, message.names);
      return writer.u8(message.complete ? 1 : 0);
    case "presence":
      encodeNames(writer, message.joined);
      return encodeNames(writer, message.left);
    case "probe":
    case "heard":
      writer.u32(message.number);
      return writer.u53(message.seq);
    case "diagnose":
    case "ping":
    case "pong":
    case "paired":
      return;
    case "bye":
      return writer.u8(byeCodes.indexOf(message.code));
    default:
      message satisfies never;
  }
}

/** The bytes of one message, for those that go to many. */
export function encodedMessage(message: Message): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  encodeMessage(writer, message);
  return writer.written;
}

/**
 * Reads one message; byte strings in it are views of the input.
 *
 * What it accepts, {@linkcode encodeMessage} writes back byte for byte.
 *
 * @throws {ProtocolError} for anything that no peer would write.
 */
export function decodeMessage(reader: ByteReader): Message {
  const number = reader.u8();
  switch (number) {
    case numberOf.say:
      return {
        kind: "say",
        id: reader.u64(),
        sentAt: reader.u53(),
        text: reader.string16(maxTextBytes),
        signature: decodeSignature(reader),
      };
    case numberOf.said:
      return {
        kind: "said",
        seq: reader.u53(),
        from: reader.string8(maxNameBytes),
        id: reader.u64(),
        sentAt: reader.u53(),
        text: reader.string16(maxTextBytes),
        signature: decodeSignature(reader),
      };
    case numberOf.numbered:
      return { kind: "numbered", id: reader.u64(), seq: reader.u53() };
    case numberOf.newest:
      return { kind: "newest", seq: reader.u53() };
    case numberOf.have:
      return { kind: "have", seq: reader.u53() };
    case numberOf.reach:
      return { kind: "reach", seq: reader.u53() };
    case numberOf.reached:
      return {
        kind: "reached",
        seq: reader.u53(),
        count: reader.u32(),
        present: reader.u32(),
        lacking: decodeNames(reader),
      };
    case numberOf.repair:
      return { kind: "repair", ...decodeRange(reader) };
    case numberOf.missing:
      return { kind: "missing", ...decodeRange(reader) };
    case numberOf.send:
      return {
        kind: "send",
        id: reader.u64(),
        to: reader.string8(maxNameBytes),
        envelope: reader.bytes16(maxEnvelopeBytes),
      };
    case numberOf.accepted:
      return { kind: "accepted", id: reader.u64() };
    case numberOf.delivered:
      return { kind: "delivered", id: reader.u64() };
    case numberOf.rejected:
      return { kind: "rejected", id: reader.u64(), code: decodeCode(reader, rejectedCodes) };
    case numberOf.told:
      return {
        kind: "told",
        delivery: reader.u53(),
        from: reader.string8(maxNameBytes),
        id: reader.u64(),
        envelope: reader.bytes16(maxEnvelopeBytes),
      };
    case numberOf.received:
      return { kind: "received", delivery: reader.u53() };
    case numberOf.unreadable:
      return { kind: "unreadable", delivery: reader.u53() };
    case numberOf.inquire:
      return { kind: "inquire", id: reader.u64() };
    case numberOf.identify:
      return {
        kind: "identify",
        id: reader.u64(),
        name: reader.string8(maxNameBytes),
        wantsKeyPackage: reader.flag(),
      };
    case numberOf.identified:
      return {
        kind: "identified",
        id: reader.u64(),
        name: reader.string8(maxNameBytes),
        signingKey: reader.raw(signingKeyBytes),
        keyPackage: reader.bytes16(maxKeyPackageBytes),
      };
    case numberOf.publish:
      return {
        kind: "publish",
        supply: reader.u64(),
        lastResort: reader.bytes16(maxKeyPackageBytes),
        keyPackages: decodeKeyPackages(reader),
      };
    case numberOf.published:
      return { kind: "published", supply: reader.u64(), left: reader.u16() };
    case numberOf.welcome:
      return {
        kind: "welcome",
        sessionId: reader.u64(),
        room: reader.u64(),
        run: reader.u64(),
        baseSeq: reader.u53(),
        name: reader.string8(maxNameBytes),
        newestSeq: reader.u53(),
      };
    case numberOf.refused:
      return { kind: "refused", code: decodeCode(reader, refusedCodes) };
    case numberOf.members:
      return { kind: "members", names: decodeNames(reader), complete: reader.flag() };
    case numberOf.presence:
      return { kind: "presence", joined: decodeNames(reader), left: decodeNames(reader) };
    case numberOf.probe:
      return { kind: "probe", number: reader.u32(), seq: reader.u53() };
    case numberOf.heard:
      return { kind: "heard", number: reader.u32(), seq: reader.u53() };
    case numberOf.diagnose:
      return { kind: "diagnose" };
    case numberOf.diagnosis:
      return {
        kind: "diagnosis",
        tcpHost: reader.string8(maxHostBytes),
        udpHost: reader.string8(maxHostBytes),
        udpPort: reader.u16(),
        moves: reader.u32(),
        arrived: reader.u16(),
        expected: reader.u16(),
        isUp: reader.flag(),
      };
    case numberOf.ping:
      return { kind: "ping" };
    case numberOf.pong:
      return { kind: "pong" };
    case numberOf.bye:
      return { kind: "bye", code: decodeCode(reader, byeCodes) };
    case numberOf.paired:
      return { kind: "paired" };
    default:
      throw new ProtocolError("unknownKind", `there is no message of kind ${number}`);
  }
}

function decodeSignature(reader: ByteReader): Uint8Array {
  const signature = reader.bytes8(signatureBytes);
  if (signature.length % signatureBytes !== 0) {
    throw new ProtocolError("badValue", "a signature is neither empty nor 64 bytes");
  }
  return signature;
}

function decodeRange(reader: ByteReader): { firstSeq: number; lastSeq: number } {
  const range = { firstSeq: reader.u53(), lastSeq: reader.u53() };
  if (range.firstSeq > range.lastSeq) {
    throw new ProtocolError("badValue", "a range ends before it begins");
  }
  return range;
}

function decodeCode<Code extends string>(reader: ByteReader, codes: readonly Code[]): Code {
  const code = codes[reader.u8()];
  if (code === undefined) throw new ProtocolError("badValue", "there is no such code");
  return code;
}

function encodeNames(writer: ByteWriter, names: readonly string[]): void {
  if (names.length > maxNamesPerMessage) {
    throw new RangeError(
      `Cannot encode more than ${maxNamesPerMessage} names: received ${names.length}`,
    );
  }
  writer.u16(names.length);
  for (const name of names) writer.string8(name);
}

function decodeNames(reader: ByteReader): string[] {
  const count = reader.u16();
  if (count > maxNamesPerMessage) {
    throw new ProtocolError("lengthOverLimit", "a list of names is over its limit");
  }
  const names: string[] = [];
  for (let i = 0; i < count; i++) names.push(reader.string8(maxNameBytes));
  return names;
}

function encodeKeyPackages(writer: ByteWriter, keyPackages: readonly Uint8Array[]): void {
  if (keyPackages.length > maxKeyPackagesPerMessage) {
    throw new RangeError(
      `Cannot encode more than ${maxKeyPackagesPerMessage} key packages: received ${keyPackages.length}`,
    );
  }
  writer.u8(keyPackages.length);
  for (const keyPackage of keyPackages) writer.bytes16(keyPackage);
}

function decodeKeyPackages(reader: ByteReader): Uint8Array[] {
  const count = reader.u8();
  if (count > maxKeyPackagesPerMessage) {
    throw new ProtocolError("lengthOverLimit", "a list of key packages is over its limit");
  }
  return Array.from({ length: count }, () => reader.bytes16(maxKeyPackageBytes));
}
