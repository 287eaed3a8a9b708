/**
 * The edges: a byte stream with a session on it, and a socket with many sessions on it. Transport moves
 * messages and knows nothing of what they mean.
 *
 * @module
 */
export {
  type ByteStream,
  closeQuietly,
  type DuplexStream,
  readExactly,
  writeAll,
} from "./byte_stream.ts";
export { type DatagramAddress, DatagramPath } from "./datagram_path.ts";
export { type Authenticated, initiateHandshake, respondToHandshake } from "./handshake.ts";
export { Link, type LinkEnd, type MessageHandler } from "./link.ts";
export { PathMonitor, type PathState } from "./path_monitor.ts";
export { type DatagramConn, type OutgoingDatagram, UdpSocket } from "./udp_socket.ts";
