/** From the client to the server, or back. */
export type Direction = "up" | "down";

/** What becomes of datagrams in one direction. */
export interface UdpProfile {
  /** Whether none gets through. */
  isCut: boolean;
  /** The share that is lost, from 0 to 1, as of all that follow. */
  loss: number;
  /** The share that arrives twice. */
  duplication: number;
  /** The share that takes up to `reorderingMs` longer than the rest, and so comes behind later ones. */
  reordering: number;
  reorderingMs: number;
  /** The share of which one bit arrives flipped. */
  corruption: number;
  /** How long each is on its way. */
  delayMs: number;
  /** By how much more at most: each takes as much of it as is drawn for it. */
  jitterMs: number;
}

/** What becomes of the connections' bytes in one direction. */
export interface TcpProfile {
  /**
   * Whether bytes are lost for good, and no connection comes about. A connection of which any were lost is
   * reset as soon as bytes get through again, for the rest would make no sense.
   */
  isCut: boolean;
  /** Whether bytes stop where they are; they go on later. */
  isStalled: boolean;
  /** The share of reads after which the connection is reset, from 0 to 1. */
  resets: number;
  /** How long each byte is on its way. */
  delayMs: number;
  /** By how much more at most; no byte overtakes another. */
  jitterMs: number;
}

/** What the network does in one direction. */
export interface DirectionProfile {
  udp: UdpProfile;
  tcp: TcpProfile;
}

/** What the network does: plain data, which may be changed while it works. */
export type ChaosProfile = Record<Direction, DirectionProfile>;

/** A network that does nothing but pass on what it gets. */
export function calmProfile(): ChaosProfile {
  return { up: calmDirection(), down: calmDirection() };
}

function calmDirection(): DirectionProfile {
  return {
    udp: {
      isCut: false,
      loss: 0,
      duplication: 0,
      reordering: 0,
      reorderingMs: 0,
      corruption: 0,
      delayMs: 0,
      jitterMs: 0,
    },
    tcp: { isCut: false, isStalled: false, resets: 0, delayMs: 0, jitterMs: 0 },
  };
}
