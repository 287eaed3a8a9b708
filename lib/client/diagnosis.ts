/** One direction of UDP between us and the server. */
export interface DirectionDiagnosis {
  /** Whether datagrams arrive; `undefined` where nobody can tell. */
  readonly works: boolean | undefined;
  /** Of the last `expected` datagrams so many have arrived. */
  readonly arrived: number;
  /** 0 where nobody has counted. */
  readonly expected: number;
}

/** How the way to the server does: numbers alone, no address, name, key or text, so it can be shown to anybody. */
export interface Diagnosis {
  /** Whether there is a connection at all. */
  readonly isConnected: boolean;
  /** Whether the server has told its side; where it hasn't, what only it knows is missing. */
  readonly isAnswered: boolean;
  /** The server's, for TCP and UDP. */
  readonly port: number;
  /** Which way our global messages leave, where that is decided. */
  readonly transport: "udp" | "tcp" | undefined;
  /** Our datagrams, as far as our probes and the server tell. */
  readonly toServer: DirectionDiagnosis;
  /** The server's datagrams, as far as the server and we ourselves tell. */
  readonly fromServer: DirectionDiagnosis;
  /** There and back, where it was measured. */
  readonly tcpRoundTripMs: number | undefined;
  /** There over UDP and back over TCP, where it was measured. */
  readonly udpRoundTripMs: number | undefined;
  /** Whether something between us and the server gives us another address or port (network address translation). */
  readonly hasNat: boolean | undefined;
  /** Whether that forgets us now and then: our port has become another one though we didn't change it. */
  readonly natForgets: boolean;
}
