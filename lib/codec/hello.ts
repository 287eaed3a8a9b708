/**
 * What the two sides tell each other inside the handshake, before the first message.
 *
 * @module
 */
import { maxInvitationBytes, maxTextBytes, signingKeyBytes, transferIdBytes } from "../limits.ts";
import { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";
import { ProtocolError } from "./protocol_error.ts";

/**
 * Version 1 knew no signatures and no end-to-end encryption, version 2 no mail for those who are away: both
 * are refused, not spoken.
 */
export const protocolVersion = 3;

const maxSoftwareBytes = 32;

/** Payload of the second handshake message. */
export interface ServerHello {
  readonly version: number;
  /** Name and version of the program, for people: `prosa/0.1.0`. */
  readonly software: string;
  /** The longest text the server hands on, in bytes of UTF-8. */
  readonly maxTextBytes: number;
}

/** The sides of a transfer. A role's place is its byte. */
export const transferRoles = ["sender", "receiver"] as const;
/** One of {@linkcode transferRoles}. */
export type TransferRole = typeof transferRoles[number];

/** Which side of which transfer a connection is. */
export interface TransferSide {
  readonly role: TransferRole;
  /** The transfer's id, 16 random bytes that nobody but its two members knows before. */
  readonly id: Uint8Array;
}

/** Payload of the third handshake message. */
export interface MemberHello {
  readonly version: number;
  readonly software: string;
  /** The name wanted. */
  readonly name: string;
  /** The member's Ed25519 public key, 32 bytes: with the static key, its identity. */
  readonly signingKey: Uint8Array;
  /** What lets a new name in where the server asks for an invitation, or nothing. */
  readonly invitation: string;
  /** A bit for each thing that the member can do beyond this version; none is defined yet. */
  readonly capabilities: number;
  /** Set where the connection is for a transfer, and not for chat. */
  readonly transfer: TransferSide | undefined;
}

export function encodeServerHello(hello: ServerHello): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u8(hello.version);
  writer.string8(hello.software);
  writer.u16(hello.maxTextBytes);
  return writer.written;
}

/** Reads a server's hello, as {@linkcode decodeMemberHello} does a member's. */
export function decodeServerHello(payload: Uint8Array): ServerHello | "versionUnsupported" {
  const reader = new ByteReader(payload);
  const version = reader.u8();
  if (version !== protocolVersion) return "versionUnsupported";
  const hello = { version, software: decodeSoftware(reader), maxTextBytes: reader.u16() };
  if (hello.maxTextBytes > maxTextBytes) {
    throw new ProtocolError("badValue", "a text limit is over the protocol's own");
  }
  reader.end();
  return hello;
}

export function encodeMemberHello(hello: MemberHello): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u8(hello.version);
  writer.string8(hello.software);
  writer.string8(hello.name);
  writer.raw(hello.signingKey, signingKeyBytes);
  writer.string8(hello.invitation);
  writer.u32(hello.capabilities);
  encodeTransfer(writer, hello.transfer);
  return writer.written;
}

/**
 * Reads a member's hello; of another version's, nothing but that can be known.
 *
 * @throws {ProtocolError} for anything that no member would write
 */
export function decodeMemberHello(payload: Uint8Array): MemberHello | "versionUnsupported" {
  const reader = new ByteReader(payload);
  const version = reader.u8();
  if (version !== protocolVersion) return "versionUnsupported";
  const hello = {
    version,
    software: decodeSoftware(reader),
    name: reader.string8(), // too long a name is refused with a word, not with a closed door
    signingKey: reader.raw(signingKeyBytes),
    invitation: reader.string8(maxInvitationBytes),
    capabilities: reader.u32(),
    transfer: decodeTransfer(reader),
  };
  reader.end();
  return hello;
}

function encodeTransfer(writer: ByteWriter, transfer: TransferSide | undefined): void {
  if (!transfer) return writer.u8(0);
  writer.u8(1 + transferIdBytes);
  writer.u8(transferRoles.indexOf(transfer.role));
  writer.raw(transfer.id, transferIdBytes);
}

function decodeTransfer(reader: ByteReader): TransferSide | undefined {
  const bytes = reader.bytes8(1 + transferIdBytes);
  if (bytes.length === 0) return undefined;
  const fields = new ByteReader(bytes);
  const role = transferRoles[fields.u8()];
  if (!role) throw new ProtocolError("badValue", "a transfer has no such role");
  return { role, id: fields.raw(transferIdBytes) };
}

function decodeSoftware(reader: ByteReader): string {
  const software = reader.string8(maxSoftwareBytes);
  if (!/^[\x20-\x7e]*$/.test(software)) {
    throw new ProtocolError("badValue", "a program's name has more than printable ASCII");
  }
  return software;
}
