/**
 * Bytes to messages and back. The codec knows no keys, no sockets and no clock; it checks every limit
 * before it allocates, and whatever it accepts it writes back byte for byte.
 *
 * @module
 */
export { ByteReader } from "./byte_reader.ts";
export { ByteWriter } from "./byte_writer.ts";
export * from "./codes.ts";
export * from "./content.ts";
export {
  type DatagramHeader,
  datagramHeaderBytes,
  readDatagramHeader,
  sealedDatagramType,
  writeDatagramHeader,
} from "./datagram_header.ts";
export { decodeEnvelope, encodeEnvelope, type Envelope } from "./envelope.ts";
export { encodeFrame, frameHeaderBytes, writeFrameHeader } from "./frame.ts";
export { FrameDecoder } from "./frame_decoder.ts";
export {
  decodeMemberHello,
  decodeServerHello,
  encodeMemberHello,
  encodeServerHello,
  type MemberHello,
  protocolVersion,
  type ServerHello,
  type TransferRole,
  transferRoles,
  type TransferSide,
} from "./hello.ts";
export * from "./message.ts";
export { ProtocolError, type ProtocolErrorCode } from "./protocol_error.ts";
export { release } from "./release.ts";
export { type SignedSay, signedSayBytes } from "./signed_say.ts";
