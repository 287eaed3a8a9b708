/** One line of the table: what is measured, what must be reached, and what others reach. */
export interface Goal {
  readonly title: string;
  readonly unit: "µs" | "k/s" | "ms" | "KiB" | "MB" | "MB/s";
  readonly must: number;
  readonly aim: number;
  /** Whether more is better; otherwise less is. */
  readonly moreIsBetter?: true;
  /** What others reach in the same work, on the machine where `must` and `aim` were set. */
  readonly peers: string;
}

/** The rows of the design's table that exist so far. CPU is the server's, for one delivered message. */
export const goals = {
  global100: {
    title: "global, 100 members, 20 k deliveries/s: CPU",
    unit: "µs",
    must: 14,
    aim: 9,
    peers: "ngircd 9.6 · inspircd TLS 11.6 · nats TLS 16.5 · Mumble 30 · C/UDP 5.0",
  },
  global1000: {
    title: "global, 1,000 members, 20 k deliveries/s: CPU",
    unit: "µs",
    must: 14,
    aim: 9,
    peers: "ngircd 11.7 · inspircd TLS 12.3 · nats TLS 19.1 · Mumble 36 · C/UDP 4.8",
  },
  saturated100: {
    title: "global, 100 members, saturated",
    unit: "k/s",
    must: 120,
    aim: 300,
    moreIsBetter: true,
    peers: "inspircd TLS 760 · nats TLS 1,400 · Mumble 78 · C/UDP 277",
  },
  saturated1000: {
    title: "global, 1,000 members, saturated",
    unit: "k/s",
    must: 120,
    aim: 300,
    moreIsBetter: true,
    peers: "inspircd TLS 112 · nats TLS 134 · Mumble 82 · C/UDP 251",
  },
  private1: {
    title: "private, 10 pairs, one in flight: CPU",
    unit: "µs",
    must: 40,
    aim: 20,
    peers: "inspircd TLS 12.7 · nats TLS 22.5 · Mumble 22 · C/TCP 10.8",
  },
  private256: {
    title: "private, 10 pairs, 256 in flight: CPU",
    unit: "µs",
    must: 6,
    aim: 2,
    peers: "inspircd TLS 1.5 · nats TLS 0.95 · Mumble 1.5 · C/TCP 1.3",
  },
  latencyP50: {
    title: "private, 200 messages/s: p50",
    unit: "ms",
    must: 0.5,
    aim: 0.2,
    peers: "inspircd TLS 0.19 · nats TLS 0.26 · Mumble 0.36",
  },
  latencyP99: {
    title: "private, 200 messages/s: p99",
    unit: "ms",
    must: 3,
    aim: 0.5,
    peers: "inspircd TLS 0.36 · nats TLS 0.43 · Mumble 1.38",
  },
  endToEndP50: {
    title: "private, end to end, 200 messages/s: tell to told, p50",
    unit: "ms",
    must: 3,
    aim: 1,
    peers: "",
  },
  memory: {
    title: "memory an idle member, of 5,000",
    unit: "KiB",
    must: 30,
    aim: 13,
    peers: "ngircd TLS 13.0 · inspircd TLS 18.1 · nats TLS 35.0 · Mumble 124",
  },
  registration: {
    title: "a member's registration, of 1,000: CPU",
    unit: "ms",
    must: 1,
    aim: 0.55,
    peers: "inspircd TLS 0.57 · ngircd TLS 0.63 · nats TLS 0.70 · Mumble 14.4",
  },
  latencyUnderFanOut: {
    title: "private p99 while 1,000 members are saturated",
    unit: "ms",
    must: 20,
    aim: 2,
    peers: "",
  },
  relay: {
    title: "transfer through the server, not encrypted",
    unit: "MB/s",
    must: 300,
    aim: 800,
    moreIsBetter: true,
    peers: "",
  },
  file: {
    title: "file of 1 GiB through the server, end to end encrypted",
    unit: "MB/s",
    must: 150,
    aim: 400,
    moreIsBetter: true,
    peers: "magic-wormhole through its relay 156 · scp -3 127 · socat, not encrypted 848",
  },
  fileMemory: {
    title: "file of 1 GiB through the server: memory of each process at most",
    unit: "MB",
    must: 150,
    aim: 120,
    peers: "",
  },
  fileDirect: {
    title: "file of 1 GiB straight to the other, end to end encrypted",
    unit: "MB/s",
    must: 150,
    aim: 400,
    moreIsBetter: true,
    peers: "magic-wormhole 186 · scp 220, with aes256-gcm 242",
  },
  latencyUnderTransfer: {
    title: "private p99 while bytes are relayed at full speed, for dumb ends",
    unit: "ms",
    must: 20,
    aim: 5,
    peers: "",
  },
  latencyUnderFile: {
    title: "private p99 while a file goes at full speed",
    unit: "ms",
    must: 5,
    aim: 2,
    peers: "",
  },
} as const satisfies Record<string, Goal>;

export type GoalName = keyof typeof goals;
