import {
  maxConnectionsPerAddress,
  maxIdleNetworks,
  networkLimits,
  rememberNetworkMs,
} from "../limits.ts";
import { type Rate, TokenBucket } from "./token_bucket.ts";

/** What may come from one network within a second. */
export interface NetworkLimits {
  /** Handshakes that begin. */
  readonly entry: Rate;
  /** Global messages. */
  readonly say: Rate;
  /** Everything else. */
  readonly other: Rate;
}

/** What everybody shares who comes from one IPv4 address, or one IPv6 /64. */
export class Network {
  readonly sayBucket: TokenBucket;
  readonly otherBucket: TokenBucket;
  readonly #entryBucket: TokenBucket;
  #connections = 0;
  /** When its last connection was over, or it was first seen. */
  #idleSince: number;

  constructor(limits: NetworkLimits, now: number) {
    this.#entryBucket = new TokenBucket(limits.entry, now);
    this.sayBucket = new TokenBucket(limits.say, now);
    this.otherBucket = new TokenBucket(limits.other, now);
    this.#idleSince = now;
  }

  /** Counts one more connection; `false`, and not counted, where there are too many, or too soon. */
  enter(now: number): boolean {
    if (this.#connections >= maxConnectionsPerAddress || !this.#entryBucket.has(now)) return false;
    this.#entryBucket.take(now);
    this.#connections++;
    return true;
  }

  /** One of its connections is over. */
  leave(now: number): void {
    this.#connections--;
    this.#idleSince = now;
  }

  /** Since when nobody has been connected from there; `undefined` while somebody is. */
  get idleSince(): number | undefined {
    return this.#connections === 0 ? this.#idleSince : undefined;
  }
}

/** The networks that connections come from, each for as long as it may have something to answer for. */
export class Networks {
  readonly #networks = new Map<string, Network>();
  readonly #limits: NetworkLimits;

  constructor(limits: NetworkLimits = networkLimits) {
    this.#limits = limits;
  }

  /** The network of an IP address; `undefined` for this machine itself, which has no limits. */
  of(hostname: string, now: number): Network | undefined {
    if (isLoopback(hostname)) return undefined;
    const key = networkOf(hostname);
    const known = this.#networks.get(key);
    if (known) return known;
    if (this.#networks.size >= maxIdleNetworks) this.forgetIdle(Infinity);
    const network = new Network(this.#limits, now);
    this.#networks.set(key, network);
    return network;
  }

  /** Forgets those from which nobody has been connected for so long that their allowances are full. */
  forgetIdle(now: number): void {
    for (const [key, { idleSince }] of this.#networks) {
      if (idleSince !== undefined && now - idleSince > rememberNetworkMs) {
        this.#networks.delete(key);
      }
    }
  }

  /** How many there are. */
  get size(): number {
    return this.#networks.size;
  }
}

/** One customer of an internet provider: an IPv4 address, or an IPv6 /64. */
export function networkOf(hostname: string): string {
  if (!hostname.includes(":") || hostname.startsWith("::ffff:")) return hostname;
  const [head = "", tail = ""] = hostname.split("::");
  const groups = head === "" ? [] : head.split(":");
  const tailGroups = tail === "" ? [] : tail.split(":");
  const zeros = hostname.includes("::") ? 8 - groups.length - tailGroups.length : 0;
  return [...groups, ...Array(zeros).fill("0"), ...tailGroups].slice(0, 4).join(":") + "::/64";
}

function isLoopback(hostname: string): boolean {
  return hostname === "::1" || /^(::ffff:)?127\./.test(hostname);
}
